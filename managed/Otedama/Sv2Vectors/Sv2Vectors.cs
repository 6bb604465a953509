using System.Text.Json;
using Otedama.Interop;

namespace Otedama;

/// <summary>One section of a vector file, judged.</summary>
/// <param name="Count">Cases in it; null when the file has no such section.</param>
/// <param name="Failures">"name: expected X, got Y", at most FailuresMax of them.</param>
internal sealed record Sv2Section(string Name, int? Count, int Passed, int Failed, IReadOnlyList<string> Failures);

/// <summary>Files of Stratum V2 vectors in the form of tests/vectors/sv2.json.</summary>
internal sealed class Sv2Vectors
{
    /// <summary>Largest file read, bytes; the built-in one has 120 KB.</summary>
    public const int FileBytesMax = 16 << 20;

    /// <summary>Failures told of one section; more are counted.</summary>
    public const int FailuresMax = 100;

    /// <summary>Cases of one section that are judged; the built-in file has 80.</summary>
    public const int CasesMax = 10_000;

    /// <summary>Objects inside objects that are read; a vector file has five.</summary>
    private const int DepthMax = 16;

    private readonly (string Name, Func<Sv2Case, string?> Check)[] _sections;
    private readonly JsonElement _root, _builtIn;
    private readonly string[] _unknown;

    private Sv2Vectors(JsonElement root, JsonElement builtIn)
    {
        (_root, _builtIn) = (root, builtIn);
        Sv2FailureCases failures = new(root, builtIn);
        _sections =
        [
            ("frames", Sv2FrameCases.Check),
            ("handshakes", Sv2HandshakeCases.Check),
            ("handshake_failures", failures.Check),
            ("long_frames", Sv2SealCases.LongFrame),
            ("nonces", Sv2SealCases.Nonce),
            ("ellswift_decode", Sv2CurveCases.Decode),
            ("ellswift_inverse", Sv2CurveCases.Inverse),
            ("ellswift_ecdh", Sv2CurveCases.Exchange),
            ("base58", Sv2TextCases.Base58),
            ("base58_random", Sv2TextCases.Base58),
            ("targets", Sv2TextCases.Target),
            ("malformed", new Sv2ReactionCases().Check),
            ("jobs", Sv2JobCases.Check),
        ];
        _unknown = [.. root.EnumerateObject().Select(static property => property.Name)
            .Where(name => name != "about" && !SectionNames.Contains(name)).Distinct()];
    }

    /// <summary>Throws FormatException with a sentence for what is no vector file.</summary>
    /// <param name="builtIn">The file of this program, for handshakes that the other only refers to.</param>
    public static Sv2Vectors Parse(ReadOnlyMemory<byte> text, ReadOnlyMemory<byte> builtIn)
    {
        JsonDocumentOptions options = new() { MaxDepth = DepthMax };
        try
        {
            ReadOnlyMemory<byte> plain = text.Span.StartsWith("\uFEFF"u8) ? text["\uFEFF"u8.Length..] : text;
            JsonElement root = JsonDocument.Parse(plain, options).RootElement;
            return root.ValueKind == JsonValueKind.Object
                ? new Sv2Vectors(root, JsonDocument.Parse(builtIn, options).RootElement)
                : throw new FormatException($"it is {Sv2Text.Kind(root)}, an object with sections is needed");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter for half a character
        {
            throw new FormatException($"it is no JSON: {e.Message}", e);
        }
    }

    private IEnumerable<string> SectionNames => _sections.Select(static section => section.Name);

    /// <summary>Names in the file that are no section.</summary>
    public IReadOnlyList<string> Unknown => _unknown;

    /// <summary>Judges every section in turn.</summary>
    public IEnumerable<Sv2Section> Run(CancellationToken stop)
    {
        foreach ((string name, Func<Sv2Case, string?> check) in _sections)
        {
            stop.ThrowIfCancellationRequested();
            yield return Run(name, check, stop);
        }
    }

    private Sv2Section Run(string name, Func<Sv2Case, string?> check, CancellationToken stop)
    {
        if (!_root.TryGetProperty(name, out JsonElement cases))
        {
            return new Sv2Section(name, null, 0, 0, []);
        }
        if (cases.ValueKind != JsonValueKind.Array)
        {
            return new Sv2Section(name, 0, 0, 1, [$"the section is {Sv2Text.Kind(cases)}, a list is needed"]);
        }
        if (cases.GetArrayLength() > CasesMax)
        {
            return new Sv2Section(name, cases.GetArrayLength(), 0, 1, [$"{cases.GetArrayLength()} cases; {CasesMax} are judged"]);
        }
        JsonElement[] known = _builtIn.TryGetProperty(name, out JsonElement own) ? [.. own.EnumerateArray()] : [];
        int index = 0, passed = 0;
        List<string> failures = [];
        foreach (JsonElement element in cases.EnumerateArray())
        {
            stop.ThrowIfCancellationRequested();
            string? problem = Judge(element, check, out string title) ?? Sv2Trimmed.Missing(element, known);
            passed += problem is null ? 1 : 0;
            if (problem is not null && failures.Count < FailuresMax)
            {
                failures.Add($"{index}{title}: {problem}");
            }
            index++;
        }
        return new Sv2Section(name, index, passed, index - passed, failures);
    }

    private static string? Judge(JsonElement element, Func<Sv2Case, string?> check, out string title)
    {
        title = "";
        try
        {
            Sv2Case one = new(element);
            title = one.Name.Length == 0 ? "" : $" {Sv2Text.Shown(one.Name)}";
            return check(one);
        }
        catch (Exception e) when (e is FormatException or NativeException or ArgumentException or InvalidOperationException
            or ArithmeticException)
        {
            return $"it cannot be judged: {e.Message}";
        }
    }
}
