using System.Globalization;

namespace Otedama.Core;

/// <summary>Reads the fields of a canonical line in their order, by name; all throw FormatException.</summary>
internal sealed class ChainLineReader
{
    public const string Head = "otedama-sharechain/1";

    public const char Separator = '|';

    private const int LineLengthMax = 2_048, NameLengthMax = 32, PassLengthMax = 64;

    private readonly string[] _parts;
    private int _next = 1;

    public ChainLineReader(string line)
    {
        _parts = line.Length <= LineLengthMax
            ? line.Split(Separator)
            : throw new FormatException($"a line of {line.Length} characters; parameters have at most {LineLengthMax}");
        if (_parts[0] != Head)
        {
            throw new FormatException($"parameters begin with \"{Head}\", not with \"{Shown(_parts[0])}\"");
        }
    }

    /// <summary>1 to 32 lower-case letters, digits and hyphens.</summary>
    public string Name(string name)
    {
        string text = Next(name);
        return text.Length is >= 1 and <= NameLengthMax && text.All(IsOfName)
            ? text
            : throw Wrong(name, text, $"1 to {NameLengthMax} lower-case letters, digits and hyphens");
    }

    public ulong Number(string name, ulong least, ulong most) => Number(name, Next(name), least, most);

    public IReadOnlyList<int> Numbers(string name, int countMax, int most)
    {
        string[] texts = Next(name).Split(',');
        return texts.Length <= countMax
            ? [.. texts.Select(text => (int)Number(name, text, 1, (ulong)most))]
            : throw Wrong(name, $"{texts.Length} numbers", $"1 to {countMax}");
    }

    /// <summary>A compact target, in any of its encodings: the first share of a chain has to have the same.</summary>
    public uint Bits(string name)
    {
        string text = Next(name);
        bool shaped = text.Length == 8 && text.All(char.IsAsciiHexDigit) && !text.Any(char.IsAsciiLetterUpper);
        uint bits = shaped ? uint.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) : 0;
        return shaped && Target.TryFromCompact(bits, out _)
            ? bits
            : throw Wrong(name, text, "8 lower-case hex digits, a compact target above 0 and below 2^256");
    }

    /// <summary>
    /// Throws FormatException, without the pass itself, for one that cannot stand in a line of parameters.
    /// </summary>
    public static void RequirePass(string pass)
    {
        if (pass.Length > PassLengthMax)
        {
            throw new FormatException($"a pass of {pass.Length} characters; at most {PassLengthMax} are allowed");
        }
        int wrong = pass.AsSpan().IndexOfAnyExceptInRange(' ', '~');
        wrong = wrong < 0 ? pass.IndexOf(Separator, StringComparison.Ordinal) : wrong;
        if (wrong >= 0)
        {
            throw new FormatException($"character {wrong + 1} of the pass is not allowed; letters, digits, spaces "
                + $"and all marks of ASCII are, but not \"{Separator}\"");
        }
    }

    public string Pass(string name)
    {
        string text = Next(name);
        return text.Length <= PassLengthMax && text.All(static c => c is >= ' ' and <= '~')
            ? text
            : throw Wrong(name, text, $"at most {PassLengthMax} printable ASCII characters without \"{Separator}\"");
    }

    public void End()
    {
        if (_next < _parts.Length)
        {
            throw new FormatException($"parameters end after {_next - 1} fields; \"{Shown(_parts[_next])}\" follows");
        }
    }

    private string Next(string name)
    {
        string part = _next < _parts.Length
            ? _parts[_next]
            : throw new FormatException($"parameters lack the field \"{name}\"");
        string head = name + "=";
        if (!part.StartsWith(head, StringComparison.Ordinal))
        {
            throw new FormatException($"field {_next} of the parameters is \"{Shown(part)}\"; it has to be {name}");
        }
        _next++;
        return part[head.Length..];
    }

    private static bool IsOfName(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-';

    private static ulong Number(string name, string text, ulong least, ulong most)
    {
        bool isNumber = ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value)
            && text.All(char.IsAsciiDigit) // the parser passes over zero bytes at the end
            && (text.Length == 1 || text[0] != '0');
        return isNumber && value >= least && value <= most
            ? value
            : throw Wrong(name, text, $"a decimal number from {least} to {most} without leading zeros");
    }

    private static FormatException Wrong(string name, string text, string allowed) =>
        new($"parameter {name} is \"{Shown(text)}\"; allowed: {allowed}");

    private static string Shown(string text) => Hex.Shorten(text);
}
