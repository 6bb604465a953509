using System.Globalization;

namespace Otedama.Core;

/// <summary>One line of a vector file: a kind and its key=value pairs. Getters throw VectorFormatException.</summary>
public sealed class VectorCase
{
    private readonly List<KeyValuePair<string, string>> _pairs;

    internal VectorCase(int line, string kind, List<KeyValuePair<string, string>> pairs)
    {
        Line = line;
        Kind = kind;
        _pairs = pairs;
    }

    /// <summary>1-based line number.</summary>
    public int Line { get; }

    public string Kind { get; }

    /// <summary>The name= of the line, or empty.</summary>
    public string Name => Find("name") ?? "";

    public bool Has(string key) => Find(key) is not null;

    /// <summary>The value, or null when the line does not have the key.</summary>
    public string? Find(string key)
    {
        foreach (KeyValuePair<string, string> pair in _pairs)
        {
            if (pair.Key == key)
            {
                return pair.Value;
            }
        }
        return null;
    }

    /// <summary>Every value of a key that may repeat, in file order.</summary>
    public IEnumerable<string> All(string key) => _pairs.Where(pair => pair.Key == key).Select(pair => pair.Value);

    public string Text(string key) => Find(key) ?? throw Error($"{Kind} needs {key}=");

    public byte[] Bytes(string key) => ParseBytes(key, Text(key));

    public byte[] ParseBytes(string key, string value)
    {
        byte[] bytes = new byte[value.Length / 2];
        return Hex.TryDecode(value, bytes, out int written) && written == bytes.Length
            ? bytes
            : throw Error($"{key}={Hex.Shorten(value)} is not hex with an even number of digits");
    }

    /// <summary>An unsigned number: decimal, or hex with 0x.</summary>
    public ulong Number(string key, ulong fallback) => Has(key) ? ParseNumber(key, Text(key)) : fallback;

    public ulong Number(string key) => ParseNumber(key, Text(key));

    public ulong ParseNumber(string key, string value)
    {
        bool hex = value.StartsWith("0x", StringComparison.Ordinal);
        NumberStyles style = hex ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        return ulong.TryParse(hex ? value[2..] : value, style, CultureInfo.InvariantCulture, out ulong number)
            ? number
            : throw Error($"{key}={Hex.Shorten(value)} is not a number; write decimal digits, or hex digits after 0x");
    }

    /// <summary>A hash of 32 bytes: key holds chain order, key_display the reverse. Null when neither is given.</summary>
    public Hash256? FindHash(string key)
    {
        bool display = Has($"{key}_display");
        string? value = Find(key) ?? Find($"{key}_display");
        if (value is null)
        {
            return null;
        }
        byte[] bytes = ParseBytes(key, value);
        if (bytes.Length != Hash256.Size)
        {
            throw Error($"{key}={Hex.Shorten(value)} is not 32 bytes of hex");
        }
        if (display)
        {
            Array.Reverse(bytes);
        }
        return new Hash256(bytes);
    }

    /// <summary>target= (64 hex digits, most significant first) or bits= (compact, 8 hex digits); all ones when neither.</summary>
    public Target Target()
    {
        if (Has("bits"))
        {
            string bits = Text("bits");
            return uint.TryParse(bits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint compact)
                && Core.Target.TryFromCompact(compact, out Target expanded)
                ? expanded
                : throw Error($"bits={Hex.Shorten(bits)} is not a compact target");
        }
        if (!Has("target"))
        {
            return Core.Target.Max;
        }
        byte[] bytes = Bytes("target");
        if (bytes.Length != Hash256.Size)
        {
            throw Error($"target={Hex.Shorten(Text("target"))} is not 64 hex digits");
        }
        Array.Reverse(bytes);
        return new Target(UInt256.FromLittleEndian(bytes));
    }

    public VectorFormatException Error(string problem) => new(Line, problem);
}

/// <summary>A vector file that does not follow docs/reference/vectors.md.</summary>
public sealed class VectorFormatException(int line, string problem) : FormatException($"line {line}: {problem}")
{
    public int Line { get; } = line;
}
