using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>What the share chain keeps about one peer. Under the gate of ChainPeers.</summary>
internal sealed class ChainLink(IChainPeer peer)
{
    public IChainPeer Peer { get; } = peer;

    /// <summary>There and back, when it was looked at last; the longest where it is not measured.</summary>
    public TimeSpan Way { get; set; } = TimeSpan.MaxValue;

    /// <summary>Shares it has, or was sent.</summary>
    public KnownIds Known { get; } = new();

    /// <summary>The newest tip it told.</summary>
    public PeerTip Tip { get; set; } = new(peer.Hello.TipHeight, peer.Hello.TipId, peer.Hello.TipWork, BeEager: false);

    /// <summary>The newest of our tips that it was told, or knew before.</summary>
    public Hash256 Told { get; set; }

    /// <summary>When that was.</summary>
    public long ToldAt { get; set; }

    /// <summary>It asked to be pushed shares at once.</summary>
    public bool WantsEager { get; set; }

    /// <summary>We want it to push shares at once, and it was told so by a TIP when Told says the same.</summary>
    public bool IsEager { get; set; }

    public bool IsEagerTold { get; set; }

    /// <summary>Shares in a row that it was too late with.</summary>
    public int Late { get; set; }

    /// <summary>It is not asked to be eager before this is over.</summary>
    public Pause EagerRest { get; set; }

    /// <summary>The share whose transactions it was asked for, and the number of the question; null = none.</summary>
    public (uint Question, ChainShare Share)? Audit { get; set; }

    public Pause AuditRest { get; set; }

    /// <summary>The newest tip of the coin that its own nodes have, by its word.</summary>
    public PeerCoinTip CoinTip { get; set; } = new(peer.Hello.CoinTip, peer.Hello.CoinHeight);

    /// <summary>The newest of ours that it was told.</summary>
    public Hash256 CoinTold { get; set; }

    /// <summary>Between two of them.</summary>
    public Pause CoinRest { get; set; }

    /// <summary>What of blocks it may be sent.</summary>
    public BlockBudget Blocks { get; } = new();

    /// <summary>Shares it was asked for and has not sent.</summary>
    public AskedIds Asked { get; } = new();

    /// <summary>Unix milliseconds of the last valid share that was news from it; 0 = never.</summary>
    public long ShareAt { get; set; }

    /// <summary>Likewise of the last coin block.</summary>
    public long BlockAt { get; set; }

    /// <summary>A history it is being sent; null = none.</summary>
    public HistoryStream? Stream { get; set; }
}
