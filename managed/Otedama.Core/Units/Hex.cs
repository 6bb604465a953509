namespace Otedama.Core;

/// <summary>Hex text as it arrives from outside: either case, optional 0x, and nothing else.</summary>
public static class Hex
{
    /// <summary>Decodes text into destination. False when a digit is wrong, the count is odd or it does not fit.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> destination, out int written)
    {
        written = 0;
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            text = text[2..];
        }
        if (text.Length % 2 != 0 || text.Length / 2 > destination.Length)
        {
            return false;
        }
        return Convert.FromHexString(text, destination, out _, out written) == System.Buffers.OperationStatus.Done;
    }

    /// <summary>As the char form, from UTF-8.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> utf8, Span<byte> destination, out int written)
    {
        written = 0;
        if (utf8.Length >= 2 && utf8[0] == '0' && (utf8[1] | 0x20) == 'x')
        {
            utf8 = utf8[2..];
        }
        if (utf8.Length % 2 != 0 || utf8.Length / 2 > destination.Length)
        {
            return false;
        }
        return Convert.FromHexString(utf8, destination, out _, out written) == System.Buffers.OperationStatus.Done;
    }

    /// <summary>Decodes or throws FormatException naming the value.</summary>
    public static byte[] Decode(ReadOnlySpan<char> text)
    {
        byte[] bytes = new byte[text.Length / 2];
        if (!TryDecode(text, bytes, out int written))
        {
            throw new FormatException($"not hex: \"{Shorten(text)}\"");
        }
        return written == bytes.Length ? bytes : bytes[..written];
    }

    public static string Encode(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    /// <summary>A value short enough for an error message.</summary>
    public static string Shorten(ReadOnlySpan<char> text) =>
        text.Length <= 80 ? text.ToString() : string.Concat(text[..77], "...");
}
