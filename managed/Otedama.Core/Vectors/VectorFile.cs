namespace Otedama.Core;

/// <summary>
/// The line-based format of tests/vectors, described in docs/reference/vectors.md. Parsing checks kinds and keys, so
/// that a misspelt expectation is an error and not a test that passes.
/// </summary>
public sealed class VectorFile
{
    /// <summary>Longest accepted line; an Equihash 200,9 header with its solution takes 3 kB.</summary>
    public const int LineLengthMax = 1 << 20;

    public const int CasesMax = 100_000;

    private static readonly string[] s_common =
    [
        "name", "algorithm", "n", "k", "personal", "twist", "variant", "data", "header", "input", "solution", "indices",
        "header_hash", "nonce", "mix", "height", "target", "bits", "note",
    ];

    private static readonly Dictionary<string, string[]> s_kinds = new()
    {
        ["message"] = ["name", "algorithm", "data", "hash", "hash_display", "note"],
        ["proof"] = [.. s_common, "hash", "hash_display", "verdict", "reason"],
        ["search"] = [.. s_common, "nonce_first", "nonce_count", "versions", "hit"],
        ["solve"] = [.. s_common],
        ["merkle"] = ["name", "prefix", "extranonce", "suffix", "branch", "txid", "root", "note"],
    };

    /// <summary>Keys a line may have more than once, by kind.</summary>
    private static readonly Dictionary<string, string[]> s_repeated = new()
    {
        ["search"] = ["hit"],
        ["solve"] = ["solution", "indices"],
        ["merkle"] = ["branch"],
    };

    private VectorFile(IReadOnlyList<VectorCase> cases) => Cases = cases;

    public IReadOnlyList<VectorCase> Cases { get; }

    /// <summary>Throws VectorFormatException naming the line and what is allowed there.</summary>
    public static VectorFile Parse(string text)
    {
        List<VectorCase> cases = [];
        int number = 0;
        foreach (ReadOnlySpan<char> raw in text.AsSpan().EnumerateLines())
        {
            number++;
            ReadOnlySpan<char> line = WithoutComment(raw).Trim();
            if (line.Length > LineLengthMax)
            {
                throw new VectorFormatException(number, $"longer than {LineLengthMax} characters");
            }
            if (!line.IsEmpty)
            {
                cases.Add(ParseLine(number, line.ToString()));
            }
            if (cases.Count > CasesMax)
            {
                throw new VectorFormatException(number, $"more than {CasesMax} cases; split the file");
            }
        }
        return new VectorFile(cases);
    }

    /// <summary>A comment starts a line or follows a blank: a # inside a word, as in name=block#7, is part of it.</summary>
    private static ReadOnlySpan<char> WithoutComment(ReadOnlySpan<char> line)
    {
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] == '#' && (i == 0 || line[i - 1] is ' ' or '\t'))
            {
                return line[..i];
            }
        }
        return line;
    }

    private static VectorCase ParseLine(int number, string line)
    {
        string[] words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (!s_kinds.TryGetValue(words[0], out string[]? allowed))
        {
            string kinds = string.Join(" ", s_kinds.Keys);
            throw new VectorFormatException(number, $"unknown kind \"{Hex.Shorten(words[0])}\"; allowed: {kinds}");
        }
        List<KeyValuePair<string, string>> pairs = [];
        foreach (string word in words.AsSpan(1))
        {
            int equals = word.IndexOf('=');
            if (equals <= 0)
            {
                throw new VectorFormatException(number, $"\"{Hex.Shorten(word)}\" is not key=value");
            }
            string key = word[..equals];
            if (!allowed.Contains(key))
            {
                throw new VectorFormatException(number,
                    $"{words[0]} has no key \"{Hex.Shorten(key)}\"; allowed: {string.Join(" ", allowed)}");
            }
            bool repeats = s_repeated.TryGetValue(words[0], out string[]? repeated) && repeated.Contains(key);
            if (!repeats && pairs.Exists(pair => pair.Key == key))
            {
                throw new VectorFormatException(number, $"{words[0]} has {key}= twice; only one of them could be checked");
            }
            pairs.Add(new(key, word[(equals + 1)..]));
        }
        return new VectorCase(number, words[0], pairs);
    }
}
