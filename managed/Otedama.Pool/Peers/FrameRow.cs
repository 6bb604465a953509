using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Frames in a row, each in one piece, in buffers of a size that caches like: what is sent from the front is never moved for what
/// comes at the end. One caller at a time; PeerQueue says how much there may be.
/// </summary>
internal sealed class FrameRow
{
    /// <summary>A buffer this full takes no further frame; one that is longer has its own.</summary>
    private const int BufferBytes = 256 << 10;

    private readonly Queue<WireBuffer> _full = new();
    private WireBuffer _last = new();

    public int Length { get; private set; }

    /// <summary>The frames that come first, at least one where there is any.</summary>
    public ReadOnlyMemory<byte> First => (_full.TryPeek(out WireBuffer? first) ? first : _last).WrittenMemory;

    /// <summary>Room for a frame of this size at the end.</summary>
    public Span<byte> GetSpan(int size)
    {
        if (_last.Length > 0 && _last.Length + size > BufferBytes)
        {
            _full.Enqueue(_last);
            _last = new WireBuffer();
        }
        return _last.GetSpan(size);
    }

    public void Advance(int count)
    {
        _last.Advance(count);
        Length += count;
    }

    /// <summary>The first bytes have gone, of one frame.</summary>
    public void Consume(int count)
    {
        WireBuffer first = _full.TryPeek(out WireBuffer? full) ? full : _last;
        first.Consume(count);
        Length -= count;
        if (full is { Length: 0 })
        {
            _full.Dequeue();
        }
    }

    /// <summary>Forgets everything and gives the memory back.</summary>
    public void Clear()
    {
        while (_full.TryDequeue(out WireBuffer? full))
        {
            full.Clear();
        }
        _last.Clear();
        Length = 0;
    }
}
