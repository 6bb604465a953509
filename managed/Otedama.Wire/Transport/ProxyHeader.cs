using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;

namespace Otedama.Wire;

public enum ProxyHeaderStatus
{
    /// <summary>The bytes are not a PROXY header.</summary>
    None,
    NeedMore,
    Complete,
    Bad,
}

/// <summary>
/// The PROXY protocol header, version 1 (text) and 2 (binary), that load balancers put before a stream.
/// </summary>
public static class ProxyHeader
{
    /// <summary>Longest header accepted: v1 has at most 107 bytes; v2 with usual extensions stays below this.</summary>
    public const int BytesMax = 552;

    private const int TextBytesMax = 107;
    private const int BinaryFixedBytes = 16;

    private static ReadOnlySpan<byte> TextStart => "PROXY "u8;

    private static ReadOnlySpan<byte> BinaryStart => [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];

    /// <summary>
    /// Looks at the first bytes of a connection. source is null when the header does not name one (UNKNOWN, LOCAL).
    /// </summary>
    public static ProxyHeaderStatus TryParse(ReadOnlySpan<byte> bytes, out IPEndPoint? source, out int consumed)
    {
        source = null;
        consumed = 0;
        if (IsStart(bytes, BinaryStart))
        {
            return bytes.Length < BinaryFixedBytes ? ProxyHeaderStatus.NeedMore : ParseBinary(bytes, out source, out consumed);
        }
        if (IsStart(bytes, TextStart))
        {
            return bytes.Length < TextStart.Length ? ProxyHeaderStatus.NeedMore : ParseText(bytes, out source, out consumed);
        }
        return ProxyHeaderStatus.None;
    }

    private static bool IsStart(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> start)
    {
        int length = Math.Min(bytes.Length, start.Length);
        return bytes[..length].SequenceEqual(start[..length]);
    }

    private static ProxyHeaderStatus ParseText(ReadOnlySpan<byte> bytes, out IPEndPoint? source, out int consumed)
    {
        source = null;
        consumed = 0;
        int end = bytes[..Math.Min(bytes.Length, TextBytesMax)].IndexOf("\r\n"u8);
        if (end < 0)
        {
            return bytes.Length < TextBytesMax ? ProxyHeaderStatus.NeedMore : ProxyHeaderStatus.Bad;
        }
        consumed = end + 2;
        string[] parts = Encoding.Latin1.GetString(bytes[..end]).Split(' ');
        if (parts.Length >= 2 && parts[1] == "UNKNOWN")
        {
            return ProxyHeaderStatus.Complete;
        }
        bool good = parts.Length == 6
            && (parts[1] is "TCP4" or "TCP6")
            && IPAddress.TryParse(parts[2], out IPAddress? address)
            && ushort.TryParse(parts[4], NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)
            && (source = new IPEndPoint(address, port)) is not null;
        return good ? ProxyHeaderStatus.Complete : ProxyHeaderStatus.Bad;
    }

    private static ProxyHeaderStatus ParseBinary(ReadOnlySpan<byte> bytes, out IPEndPoint? source, out int consumed)
    {
        source = null;
        consumed = BinaryFixedBytes + BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]);
        int version = bytes[12] >> 4, command = bytes[12] & 0x0f, family = bytes[13] >> 4;
        if (version != 2 || command > 1 || consumed > BytesMax)
        {
            return ProxyHeaderStatus.Bad;
        }
        if (bytes.Length < consumed)
        {
            return ProxyHeaderStatus.NeedMore;
        }
        ReadOnlySpan<byte> addresses = bytes[BinaryFixedBytes..consumed];
        int addressBytes = family switch { 1 => 4, 2 => 16, _ => 0 };
        if (command == 0 || addressBytes == 0)
        {
            return ProxyHeaderStatus.Complete;
        }
        if (addresses.Length < (2 * addressBytes) + 4)
        {
            return ProxyHeaderStatus.Bad;
        }
        int port = BinaryPrimitives.ReadUInt16BigEndian(addresses[(2 * addressBytes)..]);
        source = new IPEndPoint(new IPAddress(addresses[..addressBytes]), port);
        return ProxyHeaderStatus.Complete;
    }
}
