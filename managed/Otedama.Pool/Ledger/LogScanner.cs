using System.Buffers.Binary;

namespace Otedama.Pool;

/// <summary>Reads bytes of one segment; fewer than asked only at its end.</summary>
internal delegate int SegmentRead(Span<byte> bytes, long offset);

/// <summary>Walks the frames of one segment.</summary>
internal sealed class LogScanner
{
    private byte[] _buffer = new byte[256 * 1024];

    /// <summary>
    /// Visits records from `offset` until `limit`, the zeros at the end, or something that is no record. Returns where
    /// it stopped; `sequence` is then the number of the next record.
    /// </summary>
    public int Scan(SegmentRead read, int offset, int limit, ref uint sequence, LogVisitor visit)
    {
        int start = offset; // where the buffer's first byte lies in the segment
        int filled = 0;
        while (true)
        {
            int at = offset - start;
            int needed = LogFormat.FrameHeaderLength;
            if (filled - at >= needed)
            {
                needed = LogFormat.FrameLength(_buffer.AsSpan(at));
            }
            if (needed > LogFormat.FrameHeaderLength + LogFormat.PayloadMax || offset + needed > limit)
            {
                return offset;
            }
            if (filled - at < needed)
            {
                Grow(needed);
                start = offset;
                filled = read(_buffer.AsSpan(0, Math.Min(_buffer.Length, limit - start)), start);
                if (filled < needed)
                {
                    return offset;
                }
                continue;
            }
            if (!LogFormat.TryReadFrame(_buffer.AsSpan(at, needed), sequence, out LogRecord record))
            {
                return offset;
            }
            visit(record);
            sequence = unchecked(sequence + RecordsIn(record));
            offset += needed;
        }
    }

    /// <summary>
    /// The first intact record behind damage at the start of `bytes` that can be a later one than `sequence`: -1 when
    /// there is none. A record takes 16 bytes at least, so its number cannot be further away than its place allows.
    /// </summary>
    public static int FindNext(ReadOnlySpan<byte> bytes, uint sequence)
    {
        for (int at = 1; at + LogFormat.FrameHeaderLength <= bytes.Length; at++)
        {
            ReadOnlySpan<byte> rest = bytes[at..];
            int ahead = LogFormat.Distance(sequence, LogFormat.Sequence(rest));
            if (ahead <= 0 || ahead > at)
            {
                continue;
            }
            int length = LogFormat.FrameLength(rest);
            if (length <= rest.Length && LogFormat.IsIntact(rest[..length]))
            {
                return at;
            }
        }
        return -1;
    }

    /// <summary>
    /// Whether an intact record behind damage was written after the disk had confirmed record `sequence`, which is
    /// damaged: then it was acknowledged and is no interrupted write. `bytes` begin at the first intact record.
    /// </summary>
    public static bool ProveConfirmed(ReadOnlySpan<byte> bytes, uint sequence)
    {
        while (bytes.Length >= LogFormat.FrameHeaderLength)
        {
            int length = LogFormat.FrameLength(bytes);
            if (length > bytes.Length || !LogFormat.IsIntact(bytes[..length]))
            {
                int next = FindNext(bytes, sequence);
                if (next < 0)
                {
                    return false;
                }
                bytes = bytes[next..];
                continue;
            }
            int earlier = LogFormat.Earlier(bytes);
            uint first = unchecked(LogFormat.Sequence(bytes) - (uint)earlier);
            if (earlier != LogFormat.EarlierUnknown && LogFormat.Distance(sequence, first) > 0)
            {
                return true;
            }
            bytes = bytes[length..];
        }
        return false;
    }

    /// <summary>A repair's record stands for all that were lost in its place.</summary>
    private static uint RecordsIn(LogRecord record) =>
        record.Type == LogRecordType.Lost && record.Payload.Length >= sizeof(uint)
            ? BinaryPrimitives.ReadUInt32LittleEndian(record.Payload)
            : 1;

    private void Grow(int needed)
    {
        if (_buffer.Length < needed)
        {
            _buffer = new byte[needed];
        }
    }
}
