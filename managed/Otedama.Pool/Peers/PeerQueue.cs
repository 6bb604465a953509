using System.Buffers.Binary;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Frames that wait for one peer, in four orders of urgency. Holds 4,096 frames and 8 MiB at most; bulk gets half of
/// that. Who fills it is this node, for a peer that reads slowly, and it is that peer who is hurt. One caller at a
/// time.
/// </summary>
internal sealed class PeerQueue(PeerMemory memory)
{
    public const int FramesMax = 4_096, BytesMax = 8 << 20;

    /// <summary>A last word has room even in a full queue.</summary>
    private const int Reserve = PeerFrame.HeaderBytes + PeerBye.BytesMax;

    private readonly FrameRow[] _bytes = [new(), new(), new(), new()];
    private readonly int[] _frames = new int[4];
    private int _current; // whose frame is partly taken
    private int _left; // bytes of it still to be taken

    public int Bytes { get; private set; }

    public int Frames { get; private set; }

    public bool IsEmpty => Bytes == 0;

    /// <summary>False when there is no room.</summary>
    public bool TryAdd(PeerMessage message, PeerPriority priority, uint correlation, ReadOnlySpan<byte> body)
    {
        int size = PeerFrame.HeaderBytes + body.Length, index = (int)priority;
        int room = message == PeerMessage.Bye ? BytesMax + Reserve : BytesMax;
        bool isHalfFull = priority == PeerPriority.Bulk
            && (_frames[index] >= FramesMax / 2 || _bytes[index].Length + size > BytesMax / 2);
        if (isHalfFull || Bytes + size > room || (Frames >= FramesMax && message != PeerMessage.Bye))
        {
            return false;
        }
        Span<byte> place = _bytes[index].GetSpan(size);
        PeerFrame.WriteHeader(place, message, body.Length, correlation);
        body.CopyTo(place[PeerFrame.HeaderBytes..]);
        _bytes[index].Advance(size);
        _frames[index]++;
        Frames++;
        Count(index, size);
        return true;
    }

    /// <summary>Moves the most urgent bytes; a frame that was begun is ended first. Returns how many.</summary>
    public int Take(Span<byte> destination)
    {
        int taken = 0;
        while (taken < destination.Length && (_left > 0 || TryBegin()))
        {
            int count = Math.Min(_left, destination.Length - taken);
            _bytes[_current].First[..count].Span.CopyTo(destination[taken..]);
            Drop(count);
            taken += count;
        }
        return taken;
    }

    /// <summary>
    /// So many of the most urgent bytes where they lie, until something else is asked of the queue; none where they are not all
    /// of one frame. Drop takes them away.
    /// </summary>
    public ReadOnlyMemory<byte> Peek(int bytes) =>
        (_left > 0 || TryBegin()) && _left >= bytes ? _bytes[_current].First[..bytes] : default;

    /// <summary>The first of the frame that is partly taken have gone.</summary>
    public void Drop(int count)
    {
        _bytes[_current].Consume(count);
        Count(_current, -count);
        _left -= count;
    }

    /// <summary>Forgets all but the frame that is partly sent.</summary>
    public void DropAll()
    {
        byte[] begun = _left > 0 ? _bytes[_current].First[.._left].ToArray() : [];
        for (int i = 0; i < _bytes.Length; i++)
        {
            Count(i, -_bytes[i].Length);
            _bytes[i].Clear();
        }
        Array.Clear(_frames);
        Frames = 0;
        begun.CopyTo(_bytes[_current].GetSpan(begun.Length));
        _bytes[_current].Advance(begun.Length);
        Count(_current, begun.Length);
    }

    /// <summary>Forgets everything and gives the memory back.</summary>
    public void Clear()
    {
        _left = 0;
        DropAll();
    }

    private void Count(int priority, int change)
    {
        Bytes += change;
        memory.Add((PeerPriority)priority, change);
    }

    private bool TryBegin()
    {
        for (_current = 0; _current < _bytes.Length; _current++)
        {
            if (_bytes[_current].Length > 0)
            {
                _left = PeerFrame.HeaderBytes + (int)BinaryPrimitives.ReadUInt32LittleEndian(_bytes[_current].First.Span);
                _frames[_current]--;
                Frames--;
                return true;
            }
        }
        _current = 0;
        return false;
    }
}
