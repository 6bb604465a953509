using System.Buffers;

namespace Otedama.Wire;

/// <summary>What <see cref="LineFramer.Next"/> found.</summary>
public enum LineStatus
{
    /// <summary>All received bytes are consumed; the rest of a line, if any, is kept.</summary>
    NeedMore,

    /// <summary>A complete line, without its line end.</summary>
    Line,

    /// <summary>The line is longer than allowed; the connection cannot be understood any more.</summary>
    TooLong,
}

/// <summary>
/// Cuts a byte stream into lines at LF or CRLF, empty lines skipped. Whole lines are handed out as slices of what was
/// received; only an unfinished tail is copied, into a pooled buffer that an idle connection does not hold.
/// Used by one thread at a time.
/// </summary>
public sealed class LineFramer
{
    /// <summary>Longest line accepted from a miner, bytes without the line end.</summary>
    public const int MinerLineBytesMax = 32 * 1024;

    /// <summary>Longest line accepted from a pool: a notify with 16 branches and a 16 KB coinbase, hex, fits.</summary>
    public const int PoolLineBytesMax = 256 * 1024;

    private readonly int _bytesMax;
    private byte[]? _tail;
    private int _tailLength;
    private bool _tailTaken;

    public LineFramer(int bytesMax = MinerLineBytesMax) => _bytesMax = bytesMax;

    /// <summary>Bytes of an unfinished line held back.</summary>
    public int TailLength => _tailTaken ? 0 : _tailLength;

    /// <summary>
    /// Takes the next line from received, which shrinks. A line is valid until the next call on this object.
    /// </summary>
    public LineStatus Next(ref ReadOnlySpan<byte> received, out ReadOnlySpan<byte> line)
    {
        DropTaken();
        while (true)
        {
            int end = received.IndexOf((byte)'\n');
            if (end < 0)
            {
                line = default;
                return Keep(ref received);
            }
            ReadOnlySpan<byte> part = received[..end];
            received = received[(end + 1)..];
            if (_tailLength + part.Length > _bytesMax + 1)
            {
                line = default;
                return LineStatus.TooLong;
            }
            line = TrimReturn(Join(part));
            if (line.Length > _bytesMax)
            {
                return LineStatus.TooLong;
            }
            if (!line.IsEmpty)
            {
                return LineStatus.Line;
            }
            DropTaken();
        }
    }

    /// <summary>
    /// The unfinished tail as a line, when it is a complete JSON value: some firmware forgets the last line end.
    /// Call it when the connection has been silent for 200 ms.
    /// </summary>
    public bool TryTakeIdle(out ReadOnlySpan<byte> line)
    {
        line = default;
        if (TailLength == 0 || !JsonCursor.IsComplete(_tail.AsSpan(0, _tailLength)))
        {
            return false;
        }
        line = _tail.AsSpan(0, _tailLength);
        _tailTaken = true;
        return true;
    }

    /// <summary>Gives the buffer back; the framer may be used again.</summary>
    public void Release()
    {
        _tailTaken = true;
        DropTaken();
    }

    private static ReadOnlySpan<byte> TrimReturn(ReadOnlySpan<byte> line) =>
        line is [.., (byte)'\r'] ? line[..^1] : line;

    private ReadOnlySpan<byte> Join(ReadOnlySpan<byte> part)
    {
        if (_tailLength == 0)
        {
            return part;
        }
        Append(part);
        _tailTaken = true;
        return _tail.AsSpan(0, _tailLength);
    }

    private LineStatus Keep(ref ReadOnlySpan<byte> received)
    {
        if (_tailLength + received.Length > _bytesMax + 1) // one more for a CR
        {
            return LineStatus.TooLong;
        }
        Append(received);
        received = default;
        return LineStatus.NeedMore;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }
        int needed = _tailLength + bytes.Length;
        if (_tail is null || _tail.Length < needed)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(256, needed));
            _tail.AsSpan(0, _tailLength).CopyTo(larger);
            if (_tail is not null)
            {
                ArrayPool<byte>.Shared.Return(_tail);
            }
            _tail = larger;
        }
        bytes.CopyTo(_tail.AsSpan(_tailLength));
        _tailLength = needed;
    }

    private void DropTaken()
    {
        if (!_tailTaken)
        {
            return;
        }
        _tailTaken = false;
        _tailLength = 0;
        if (_tail is not null)
        {
            ArrayPool<byte>.Shared.Return(_tail);
            _tail = null;
        }
    }
}
