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
        PeerSession[] all;
        lock (_gate)
        {
            all = [.. _byPeer.Values];
        }
        foreach (PeerSession session in all)
        {
            session.Tick();
        }
        if (all.Sum(static session => (long)session.BufferedBytes) > MemoryMax)
        {
            all.MaxBy(static session => session.BufferedBytes)!.End(
                PeerByeCode.TooSlow, "the buffers of all peers together are full, and yours is the fullest");
        }
    }

    /// <summary>Says goodbye to everybody when what waits for them has gone.</summary>
    public void DrainAll(PeerByeCode code, string text)
    {
        PeerSession[] all;
        lock (_gate)
        {
            all = [.. _byPeer.Values];
        }
        Array.ForEach(all, session => session.Drain(code, text));
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
        }
        older?.End(PeerByeCode.Duplicate, "there is another link between us, and that one stays");
        return PeerByeCode.None;
    }

    internal void Forget(PeerSession session)
    {
        lock (_gate)
        {
            if (_byPeer.GetValueOrDefault(session.Peer) == session)
            {
                _byPeer.Remove(session.Peer);
            }
        }
    }
}
