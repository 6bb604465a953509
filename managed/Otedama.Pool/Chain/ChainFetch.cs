using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>One history on its way. Under the gate of ChainSync.</summary>
internal sealed class ChainFetch(PeerTip tip, History history, int expected)
{
    private readonly HashSet<long> _tried = [];
    private readonly List<IChainPeer> _sources = [];

    public PeerTip Tip { get; } = tip;

    public History History { get; } = history;

    /// <summary>Shares that were asked for.</summary>
    public int Expected { get; set; } = expected;

    public IChainPeer Peer { get; private set; } = null!;

    /// <summary>Of the question; 0 when it could not be asked.</summary>
    public uint Number { get; private set; }

    /// <summary>Whose shares these are.</summary>
    public IReadOnlyList<IChainPeer> Sources => _sources;

    public long HeardAt { get; private set; }

    /// <summary>Since when the bytes are counted by which a peer is slow.</summary>
    public long CountedAt { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>The peer will send no more.</summary>
    public bool IsLost { get; set; }

    /// <summary>It said that these are all it has.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Shares there were when this peer was asked.</summary>
    public int From { get; private set; }

    public bool WasTried(IChainPeer peer) => _tried.Contains(peer.Number);

    /// <summary>The question for what is still missing goes to this one.</summary>
    public void Ask(IChainPeer peer, long now)
    {
        byte[] body = new byte[PeerChainRequest.Bytes];
        new PeerChainRequest(Tip.Id, (uint)Expected, (uint)History.Count).Write(body);
        _tried.Add(peer.Number);
        Peer = peer;
        From = History.Count;
        (HeardAt, CountedAt, Bytes) = (now, now, 0);
        IsEnded = false;
        Number = peer.Ask(PeerMessage.GetChain, body);
        IsLost = Number == 0;
    }

    /// <summary>Null when the frame was in order.</summary>
    public string? Take(in PeerFrame frame, long now)
    {
        int had = History.Count;
        string? problem = History.Take(frame);
        if (History.Count > had && !_sources.Contains(Peer))
        {
            _sources.Add(Peer);
        }
        HeardAt = now;
        Bytes += frame.Body.Length;
        IsEnded = PeerChainHead.Read(frame.Body).IsEnd;
        IsLost |= problem is not null;
        return problem;
    }

    public void CountAgain(long now) => (CountedAt, Bytes) = (now, 0);
}
