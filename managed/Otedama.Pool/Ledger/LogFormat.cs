using System.Buffers.Binary;
using System.IO.Hashing;

namespace Otedama.Pool;

/// <summary>
/// The bytes of the share log. All integers little-endian. A segment is a 64-byte header, frames one after the other,
/// and zeros to its end. A frame is a 16-byte header and its payload:
/// <code>
/// 0  u32 CRC-32 of all that follows   4  u32 payload length   8  u8 type   9  u8 version   10  u16 earlier
/// 12  u32 sequence
/// </code>The sequence number keeps what a lost write left behind from passing for a later record. `earlier` counts the
/// records of the same flush before this one: all before those were on disk when this was written, so an intact record
/// tells damage from an interrupted write. Writers that did not know it left zero, which says the same of every record.
/// </summary>
internal static class LogFormat
{
    /// <summary>Version of the whole; a log of a newer one is refused.</summary>
    public const int Version = 1;

    public const int SegmentHeaderLength = 64;
    public const int FrameHeaderLength = 16;

    /// <summary>A found block with 100,000 payees takes 2.0 MB; nothing is larger.</summary>
    public const int PayloadMax = 2 << 20;

    /// <summary>Value of `earlier` for that many or more, or for a writer that does not flush: it proves nothing.</summary>
    public const int EarlierUnknown = ushort.MaxValue;

    /// <summary>"OTDMLOG" and a zero.</summary>
    private const ulong Magic = 0x00474f4c4d44544f;

    public static void WriteSegmentHeader(Span<byte> header, uint index, uint firstSequence)
    {
        header[..SegmentHeaderLength].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(header, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], index);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], firstSequence);
        BinaryPrimitives.WriteUInt32LittleEndian(header[60..], Crc32.HashToUInt32(header[..60]));
    }

    public static bool TryReadSegmentHeader(ReadOnlySpan<byte> header, out uint index, out uint firstSequence)
    {
        (index, firstSequence) = (0, 0);
        if (header.Length < SegmentHeaderLength
            || BinaryPrimitives.ReadUInt64LittleEndian(header) != Magic
            || BinaryPrimitives.ReadUInt32LittleEndian(header[8..]) != Version
            || BinaryPrimitives.ReadUInt32LittleEndian(header[60..]) != Crc32.HashToUInt32(header[..60]))
        {
            return false;
        }
        index = BinaryPrimitives.ReadUInt32LittleEndian(header[12..]);
        firstSequence = BinaryPrimitives.ReadUInt32LittleEndian(header[16..]);
        return true;
    }

    /// <summary>Completes the frame whose payload lies behind its 16 header bytes already.</summary>
    public static void SealFrame(Span<byte> frame, LogRecordType type, byte version, int earlier, uint sequence)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(frame[4..], (uint)(frame.Length - FrameHeaderLength));
        frame[8] = (byte)type;
        frame[9] = version;
        BinaryPrimitives.WriteUInt16LittleEndian(frame[10..], (ushort)Math.Min(earlier, EarlierUnknown));
        BinaryPrimitives.WriteUInt32LittleEndian(frame[12..], sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(frame, Crc32.HashToUInt32(frame[4..]));
    }

    /// <summary>Bytes of the frame that starts here, by its own word; not yet checked.</summary>
    public static int FrameLength(ReadOnlySpan<byte> bytes) =>
        FrameHeaderLength + (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]), PayloadMax + 1);

    public static LogRecordType TypeOf(ReadOnlySpan<byte> frame) => (LogRecordType)frame[8];

    public static uint Sequence(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt32LittleEndian(frame[12..]);

    public static int Earlier(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt16LittleEndian(frame[10..]);

    /// <summary>How many records lie from one number to a later one; negative when it is earlier. Numbers wrap.</summary>
    public static int Distance(uint from, uint to) => unchecked((int)(to - from));

    public static bool IsIntact(ReadOnlySpan<byte> frame) =>
        frame[8] != 0
        && frame.Length <= FrameHeaderLength + PayloadMax
        && BinaryPrimitives.ReadUInt32LittleEndian(frame) == Crc32.HashToUInt32(frame[4..]);

    /// <summary>True when the whole frame is there, has the expected number and an intact checksum.</summary>
    public static bool TryReadFrame(ReadOnlySpan<byte> frame, uint sequence, out LogRecord record)
    {
        record = default;
        if (Sequence(frame) != sequence || !IsIntact(frame))
        {
            return false;
        }
        record = new LogRecord
        {
            Type = (LogRecordType)frame[8],
            Version = frame[9],
            Sequence = sequence,
            Payload = frame[FrameHeaderLength..],
        };
        return true;
    }
}
