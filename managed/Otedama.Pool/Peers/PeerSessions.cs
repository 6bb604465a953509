using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// What all sessions of a node share, and the table that keeps one of them for each peer. Any thread.
/// </summary>
public sealed class PeerSessions
{
    private readonly Lock _gate = new();
    private readonly Dictionary<NodeId, PeerSession> _byPeer = [];
    private readonly HashSet<PeerSession> _greeting = []; // no HELLO yet; as many as there may be links

    public required Hash256 ChainId { get; init; }

    public required NodeId Own { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Time that the chain intends between two shares; how many a peer may send follows from it.</summary>
    public TimeSpan ShareSpacing { get; init; } = TimeSpan.FromSeconds(10);

    public required IRandomness Random { get; init; }

    public required IPeerHandler Handler { get; init; }

    public required IConduct Conduct { get; init; }

    /// <summary>Open sessions at most; who comes after that is told so (BYE 8).</summary>
    public int SessionsMax { get; init; } = 256;

    /// <summary>Bytes in the buffers of all sessions; above it the session with most of them ends.</summary>
    public long MemoryMax { get; init; } = 256L << 20;

    /// <summary>What waits to be sent in all of them.</summary>
    public PeerMemory Memory { get; } = new();

    /// <summary>What they said and heard.</summary>
    public PeerTraffic Traffic { get; } = new();

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _byPeer.Count;
            }
        }
    }

    /// <summary>Links whose HELLO is waited for: those who came, and those who were dialled.</summary>
    public (int In, int Out) Greeting
    {
        get
        {
            lock (_gate)
            {
                int dialled = _greeting.Count(static session => session.IsInitiator);
                return (_greeting.Count - dialled, dialled);
            }
        }
    }

    /// <summary>Whether a session with this node is open.</summary>
    public bool Has(NodeId peer)
    {
        lock (_gate)
        {
            return _byPeer.ContainsKey(peer);
        }
    }

    /// <summary>Looks at the time in every session, and at the memory of all. About once a second.</summary>
    public void Tick()
    {
        Array.ForEach(All(), static session => session.Tick());
        Relieve();
    }

    /// <summary>While buffers are too full the fullest one goes: its peer reads least of what it asked for.</summary>
    internal void Relieve()
    {
        PeerSession[] all = [.. All().OrderByDescending(static session => session.BufferedBytes)];
        long buffered = all.Sum(static session => (long)session.BufferedBytes);
        for (int i = 0; i < all.Length && buffered > MemoryMax; i++)
        {
            buffered -= all[i].BufferedBytes;
            all[i].End(PeerByeCode.TooSlow, "the buffers of all peers together are full, and yours is the fullest");
        }
    }

    /// <summary>Says goodbye to everybody when what waits for them has gone.</summary>
    public void DrainAll(PeerByeCode code, string text)
    {
        Array.ForEach(All(), session => session.Drain(code, text));
    }

    internal void Greet(PeerSession session)
    {
        lock (_gate)
        {
            _greeting.Add(session);
        }
    }

    /// <summary>
    /// Of two links between the same nodes stays the one that the node with the lower id dialled: both sides come to
    /// the same answer without asking. Of two that the same node dialled the newer one stays: who dials again has lost
    /// the older one, and nobody else can dial in its name.
    /// </summary>
    internal PeerByeCode Admit(PeerSession session)
    {
        PeerSession? older;
        lock (_gate)
        {
            if (!_byPeer.TryGetValue(session.Peer, out older) && _byPeer.Count >= SessionsMax)
            {
                return PeerByeCode.Full;
            }
            bool lowerIsUs = Own < session.Peer;
            if (older is not null && older.IsInitiator != session.IsInitiator
                && session.IsInitiator != lowerIsUs)
            {
                return PeerByeCode.Duplicate;
            }
            _byPeer[session.Peer] = session;
            _greeting.Remove(session);
        }
        older?.End(PeerByeCode.Duplicate, "there is another link between us, and that one stays");
        return PeerByeCode.None;
    }

    internal void Forget(PeerSession session)
    {
        lock (_gate)
        {
            _greeting.Remove(session);
            if (_byPeer.GetValueOrDefault(session.Peer) == session)
            {
                _byPeer.Remove(session.Peer);
            }
        }
    }

    private PeerSession[] All()
    {
        lock (_gate)
        {
            return [.. _byPeer.Values, .. _greeting];
        }
    }
}
