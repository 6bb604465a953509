using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Otedama.Core;

namespace Otedama.Wire;

/// <summary>
/// One JSON value as the raw UTF-8 it was received in. Converters are tolerant where miners are sloppy (numbers as
/// strings, 0x, spaces around hex) and return false rather than throw.
/// </summary>
public readonly ref struct JsonValue
{
    public JsonValue(ReadOnlySpan<byte> raw) => Raw = raw;

    /// <summary>The text exactly as received; empty when the value is absent.</summary>
    public ReadOnlySpan<byte> Raw { get; }

    public bool IsAbsent => Raw.IsEmpty;

    public bool IsNull => Raw.SequenceEqual("null"u8);

    public bool IsAbsentOrNull => IsAbsent || IsNull;

    public bool IsString => !Raw.IsEmpty && Raw[0] == '"';

    public bool IsArray => !Raw.IsEmpty && Raw[0] == '[';

    public bool IsObject => !Raw.IsEmpty && Raw[0] == '{';

    public bool IsTrue => Raw.SequenceEqual("true"u8);

    public bool IsFalse => Raw.SequenceEqual("false"u8);

    public bool IsNumber => !Raw.IsEmpty && (Raw[0] == '-' || char.IsAsciiDigit((char)Raw[0]));

    /// <summary>The text between the quotes, escapes not undone; the raw text of anything that is not a string.</summary>
    public ReadOnlySpan<byte> Inner => IsString ? Raw[1..^1] : Raw;

    public JsonElements Elements() => new(Raw);

    /// <summary>Members of an object; none when the value is not one.</summary>
    public JsonMembers Members() => new(Raw);

    public JsonValue Member(ReadOnlySpan<byte> name)
    {
        foreach (JsonMember member in Members())
        {
            if (member.Name.SequenceEqual(name))
            {
                return member.Value;
            }
        }
        return default;
    }

    public JsonValue Element(int index)
    {
        foreach (JsonValue element in Elements())
        {
            if (index-- == 0)
            {
                return element;
            }
        }
        return default;
    }

    /// <summary>
    /// The string with escapes undone, control characters removed, invalid UTF-8 replaced, cut to charactersMax.
    /// Empty when the value is not a string.
    /// </summary>
    public string GetText(int charactersMax) => IsString ? JsonText.Decode(Inner, charactersMax) : "";

    /// <summary>A finite number, or a string that holds one.</summary>
    public bool TryGetDouble(out double number)
    {
        ReadOnlySpan<byte> text = Inner.Trim((byte)' ');
        number = 0;
        return (IsNumber || IsString)
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number)
            && double.IsFinite(number);
    }

    /// <summary>An integer, also written as a float with integral value or inside a string.</summary>
    public bool TryGetInt64(out long number)
    {
        ReadOnlySpan<byte> text = Inner.Trim((byte)' ');
        if (Utf8Parser.TryParse(text, out number, out int used) && used == text.Length)
        {
            return true;
        }
        if (TryGetDouble(out double wide) && wide == Math.Truncate(wide) && Math.Abs(wide) < 9e15)
        {
            number = (long)wide;
            return true;
        }
        return false;
    }

    /// <summary>
    /// Hex in a string: either case, optional 0x, white space at both ends. False when it does not fit or is not hex.
    /// </summary>
    public bool TryGetHex(Span<byte> destination, out int written)
    {
        written = 0;
        return IsString && Hex.TryDecode(TrimSpace(Inner), destination, out written);
    }

    /// <summary>Up to 8 hex digits as a big-endian number, as Stratum writes version, time, bits and nonce.</summary>
    public bool TryGetHexUInt32(out uint number)
    {
        number = 0;
        if (!IsString)
        {
            return false;
        }
        ReadOnlySpan<byte> text = TrimSpace(Inner);
        if (text.Length >= 2 && text[0] == '0' && (text[1] | 0x20) == 'x')
        {
            text = text[2..];
        }
        return text.Length is >= 1 and <= 8
            && Utf8Parser.TryParse(text, out number, out int used, 'x')
            && used == text.Length;
    }

    private static ReadOnlySpan<byte> TrimSpace(ReadOnlySpan<byte> text) => text.Trim(" \t"u8);

    public override string ToString() => Encoding.UTF8.GetString(Raw);
}
