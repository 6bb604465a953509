using System.Net;

namespace Otedama.Interop;

/// <summary>What a turn of a ring found. Which fields count depends on the kind.</summary>
public readonly struct RingEvent
{
#pragma warning disable CS0649 // written by the library
    private readonly otd_ring_event _raw;
#pragma warning restore CS0649

    public RingEventKind Kind => (RingEventKind)_raw.kind;

    /// <summary>errno of the system; 0 = none.</summary>
    public int Error => _raw.error;

    /// <summary>A number that is not given twice.</summary>
    public ulong Connection => _raw.connection;

    /// <summary>Of the listener or of the commit.</summary>
    public ulong Tag => _raw.tag;

    public RingEnd Reason => (RingEnd)_raw.reason;

    internal uint Buffer => _raw.buffer;

    internal uint Length => _raw.length;

    /// <summary>Of Accepted: who is at the other end, IPv4 as such.</summary>
    public IPEndPoint Remote
    {
        get
        {
            IPAddress address = new((ReadOnlySpan<byte>)_raw.address, _raw.scope);
            return new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, (int)_raw.port);
        }
    }
}

public enum RingEventKind : byte
{
    Accepted = 1,
    Received = 2,

    /// <summary>The other side sends no more.</summary>
    Ended = 3,
    Sent = 4,

    /// <summary>The last event of a connection; exactly once.</summary>
    Closed = 5,

    /// <summary>A commit is on disk, or Error says why not.</summary>
    Committed = 6,

    /// <summary>The last event of a listener, or why accepting fails at present.</summary>
    Unlistened = 7,
    Woken = 8,
    Tick = 9,
}

/// <summary>Why a connection of a ring is gone.</summary>
public enum RingEnd : byte
{
    None = 0,
    ByUs = 1,
    ByPeer = 2,

    /// <summary>More waited for a slow reader than may.</summary>
    Full = 3,

    /// <summary>Nobody took its output for too long.</summary>
    Unread = 4,

    /// <summary>The memory for what all connections send was used up.</summary>
    NoBlocks = 5,
}
