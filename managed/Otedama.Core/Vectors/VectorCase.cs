using System.Buffers.Binary;
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

    /// <summary>Hex digits of either case, 0x in front or not.</summary>
    public byte[] ParseBytes(string key, string value)
    {
        byte[] bytes = new byte[value.Length / 2];
        bool good = Hex.TryDecode(value, bytes, out int written) && value.Length % 2 == 0;
        return good ? bytes[..written] : throw Error($"{key}={Hex.Shorten(value)} is not hex with an even number of digits");
    }

    /// <summary>An unsigned number: decimal, or hex with 0x.</summary>
    public ulong Number(string key, ulong fallback) => Has(key) ? ParseNumber(key, Text(key)) : fallback;

    /// <summary>A number that the native code takes in 32 bits.</summary>
    public uint Number32(string key, uint fallback = 0)
    {
        ulong number = Number(key, fallback);
        return number <= uint.MaxValue ? (uint)number : throw Error($"{key}={number}; allowed 0 to {uint.MaxValue}");
    }

    public ulong Number(string key) => ParseNumber(key, Text(key));

    public ulong ParseNumber(string key, string value)
    {
        bool hex = value.StartsWith("0x", StringComparison.Ordinal);
        NumberStyles style = hex ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        return ulong.TryParse(hex ? value[2..] : value, style, CultureInfo.InvariantCulture, out ulong number)
            ? number
            : throw Error($"{key}={Hex.Shorten(value)} is not a number; write decimal digits, or hex digits after 0x");
    }

    /// <summary>
    /// Null when own is the hash that key or key_display names, or when the line names none; else what differs. A value
    /// in the other byte order counts as the same: sources seldom say which they use, and no hash reads alike both ways.
    /// </summary>
    public string? WrongHash(string key, Hash256 own)
    {
        foreach (string name in (string[])[key, $"{key}_display"])
        {
            if (Find(name) is string value && !IsHash(name, value, own))
            {
                return $"{key} is {Hex.Encode(own.ToArray())} (display order {own}), expected {name}={value}";
            }
        }
        return null;
    }

    /// <summary>True when value is own in either byte order.</summary>
    public bool IsHash(string key, string value, Hash256 own)
    {
        byte[] bytes = ParseBytes(key, value);
        if (bytes.Length != Hash256.Size)
        {
            throw Error($"{key}={Hex.Shorten(value)} is not 32 bytes of hex");
        }
        Hash256 chain = new(bytes);
        Array.Reverse(bytes);
        return own == chain || own == new Hash256(bytes);
    }

    /// <summary>
    /// target= (64 hex digits, most significant first) or bits= (compact, 8 hex digits); all ones when neither. Bits that
    /// are negative, zero or over 256 bits are no target: they become 0, which no hash meets. header asks for headerBits.
    /// </summary>
    public Target Target(uint? headerBits = null)
    {
        if (Has("bits") && Has("target"))
        {
            throw Error("has both target= and bits=; give the one that counts");
        }
        if ((Find("bits") ?? Find("target")) is "header")
        {
            return Expand(headerBits ?? throw Error("target=header needs a whole header"));
        }
        if (Has("bits"))
        {
            byte[] bits = Bytes("bits");
            return bits.Length == sizeof(uint)
                ? Expand(BinaryPrimitives.ReadUInt32BigEndian(bits))
                : throw Error($"bits={Hex.Shorten(Text("bits"))} is not 8 hex digits");
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

    private static Target Expand(uint bits) =>
        Core.Target.TryFromCompact(bits, out Target expanded) ? expanded : new Target(UInt256.Zero);

    public VectorFormatException Error(string problem) => new(Line, problem);
}

/// <summary>A vector file that does not follow docs/reference/vectors.md.</summary>
public sealed class VectorFormatException(int line, string problem) : FormatException($"line {line}: {problem}")
{
    public int Line { get; } = line;
}
