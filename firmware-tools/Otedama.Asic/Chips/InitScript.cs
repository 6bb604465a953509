using System.Globalization;

namespace Otedama.Asic;

/// <summary>A register and what is written to it.</summary>
public readonly record struct RegisterValue(byte Register, uint Value);

/// <summary>One line of an initialisation.</summary>
public sealed record InitStep(InitVerb Verb, IReadOnlyList<RegisterValue> Writes, int Number);

/// <summary>How chips are set up, as data: a line per step, the words of which InitVerb lists; registers and values in
/// hex.</summary>
/// <param name="Name">For the configuration, such as few or chain.</param>
/// <param name="ChipsFrom">Taken for chains from this length on; null = only by name.</param>
public sealed record InitScript(string Name, int? ChipsFrom, IReadOnlyList<InitStep> Steps)
{
    private static readonly Dictionary<string, InitVerb> s_verbs = new()
    {
        ["id"] = InitVerb.ReadIds,
        ["inactive"] = InitVerb.Inactive,
        ["addresses"] = InitVerb.Addresses,
        ["all"] = InitVerb.WriteAll,
        ["each"] = InitVerb.WriteEach,
        ["first"] = InitVerb.WriteFirst,
        ["domain-last"] = InitVerb.WriteDomainLast,
        ["relay"] = InitVerb.Relay,
        ["ticket"] = InitVerb.Ticket,
        ["rate"] = InitVerb.Rate,
        ["slow"] = InitVerb.Slow,
        ["fast"] = InitVerb.Fast,
        ["ramp"] = InitVerb.Ramp,
        ["hcn"] = InitVerb.HashCount,
        ["mask"] = InitVerb.VersionMask,
        ["offsets"] = InitVerb.Offsets,
        ["job"] = InitVerb.FirstJob,
        ["wait"] = InitVerb.Wait,
    };

    /// <summary>Reads a script. Throws FormatException with the line that is wrong.</summary>
    public static InitScript Parse(string name, int? chipsFrom, string text) => new(name, chipsFrom,
        [.. text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(ParseLine)]);

    private static InitStep ParseLine(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (!s_verbs.TryGetValue(words[0], out InitVerb verb))
        {
            throw new FormatException($"init script: \"{line}\" begins with no known word");
        }
        List<RegisterValue> writes = [];
        int number = 0;
        foreach (string word in words.AsSpan(1))
        {
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0
                && byte.TryParse(
                word.AsSpan(0, equals), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte register)
                && uint.TryParse(
                word.AsSpan(equals + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint value))
            {
                writes.Add(new RegisterValue(register, value));
            }
            else if (!int.TryParse(word.TrimStart('@'), NumberStyles.None, CultureInfo.InvariantCulture, out number))
            {
                throw new FormatException(
                    $"init script: \"{word}\" in \"{line}\" is neither register=value nor a number");
            }
        }
        return new InitStep(verb, writes, number);
    }
}
