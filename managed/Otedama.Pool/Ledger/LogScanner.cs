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
            sequence = unchecked(sequence + 1);
            offset += needed;
        }
    }

    private void Grow(int needed)
    {
        if (_buffer.Length < needed)
        {
            _buffer = new byte[needed];
        }
    }
}
