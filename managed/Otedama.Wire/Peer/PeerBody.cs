using System.Buffers.Binary;
using System.Text.Unicode;

namespace Otedama.Wire;

/// <summary>
/// What is inside frames: the check that every body passes before anybody looks into it, and the ways to read the
/// parts. Layouts with offsets are in docs/protocols/peer.md. Readers of parts take a checked body and nothing else.
/// </summary>
public static class PeerBody
{
    public const int IdBytes = 32, KindIdBytes = 33, AddrBytes = 62;

    /// <summary>Bytes before the shares of a CHAIN, before the bytes of a BLOCKANN.</summary>
    public const int ChainHeadBytes = 5, BlockHeadBytes = 40;

    /// <summary>A coin block that is announced, all frames together.</summary>
    public const int BlockBytesMax = 4 << 20;

    /// <summary>
    /// Lengths add up, lists have whole entries, text is text. The frame's own length is within its rule.
    /// </summary>
    public static PeerFault Check(in PeerFrame frame)
    {
        ReadOnlySpan<byte> body = frame.Body;
        if (frame.Rule.EntryBytes > 0)
        {
            return body.Length % frame.Rule.EntryBytes == 0 ? PeerFault.None : PeerFault.Body;
        }
        return frame.Message switch
        {
            PeerMessage.Hello => PeerHello.Check(body),
            PeerMessage.Bye => PeerBye.Check(body),
            PeerMessage.Shares => CheckParts(body),
            PeerMessage.Chain => CheckParts(body[ChainHeadBytes..]),
            PeerMessage.BlockAnn => CheckBlock(body),
            PeerMessage.Coord => PeerCoord.Check(body),
            _ => PeerFault.None,
        };
    }

    /// <summary>
    /// The next of the parts (u32 length, bytes) of SHARES or, behind its head, of CHAIN. False at the end.
    /// </summary>
    public static bool TryTakePart(ref ReadOnlySpan<byte> parts, out ReadOnlySpan<byte> part)
    {
        if (parts.IsEmpty)
        {
            part = default;
            return false;
        }
        int length = (int)BinaryPrimitives.ReadUInt32LittleEndian(parts);
        part = parts.Slice(4, length);
        parts = parts[(4 + length)..];
        return true;
    }

    /// <summary>How many ids a list of them has that is the body of this frame; what INV's rate counts.</summary>
    public static int Entries(in PeerFrame frame) =>
        frame.Rule.EntryBytes == 0 ? 1 : frame.Body.Length / frame.Rule.EntryBytes;

    private static PeerFault CheckParts(ReadOnlySpan<byte> parts)
    {
        while (!parts.IsEmpty)
        {
            if (parts.Length < 4)
            {
                return PeerFault.Body;
            }
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(parts);
            if (length > parts.Length - 4)
            {
                return PeerFault.Body;
            }
            parts = parts[(4 + (int)length)..];
        }
        return PeerFault.None;
    }

    /// <summary>id, u32 bytes of the whole block, u32 offset of these.</summary>
    private static PeerFault CheckBlock(ReadOnlySpan<byte> body)
    {
        uint total = BinaryPrimitives.ReadUInt32LittleEndian(body[IdBytes..]);
        ulong offset = BinaryPrimitives.ReadUInt32LittleEndian(body[(IdBytes + 4)..]);
        ulong end = offset + (ulong)(body.Length - BlockHeadBytes);
        return total <= BlockBytesMax && end <= total ? PeerFault.None : PeerFault.Body;
    }
}

/// <summary>Strings: u16 length in bytes, then UTF-8.</summary>
internal static class PeerText
{
    /// <summary>The string at this offset ends at end, within limit bytes of the body.</summary>
    public static PeerFault Check(ReadOnlySpan<byte> body, int offset, int limit, int textMax, out int end)
    {
        end = offset + 2;
        if (end > limit)
        {
            return PeerFault.Body;
        }
        int length = BinaryPrimitives.ReadUInt16LittleEndian(body[offset..]);
        end += length;
        return end > limit ? PeerFault.Body
            : length > textMax || !Utf8.IsValid(body.Slice(offset + 2, length)) ? PeerFault.Text
            : PeerFault.None;
    }

    /// <summary>The string at this offset of a checked body.</summary>
    public static string Read(ReadOnlySpan<byte> body, int offset) => System.Text.Encoding.UTF8.GetString(
        body.Slice(offset + 2, BinaryPrimitives.ReadUInt16LittleEndian(body[offset..])));

    /// <summary>As much of the text as has at most this many bytes; returns the bytes written.</summary>
    public static int Write(Span<byte> destination, string text, int textMax)
    {
        Utf8.FromUtf16(text, destination.Slice(2, textMax), out _, out int written);
        BinaryPrimitives.WriteUInt16LittleEndian(destination, (ushort)written);
        return 2 + written;
    }
}
