using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>What the share chain keeps about one peer. Under the gate of ChainPeers.</summary>
internal sealed class ChainLink(IChainPeer peer)
{
    public IChainPeer Peer { get; } = peer;

    /// <summary>Shares it has, or was sent.</summary>
    public KnownIds Known { get; } = new();

    /// <summary>The newest tip it told.</summary>
    public PeerTip Tip { get; set; } = new(peer.Hello.TipHeight, peer.Hello.TipId, peer.Hello.TipWork, BeEager: false);

    /// <summary>The newest of our tips that it was told, or knew before.</summary>
    public Hash256 Told { get; set; }

    /// <summary>Shares it was asked for and has not sent.</summary>
    public AskedIds Asked { get; } = new();

    /// <summary>Unix milliseconds of the last valid share that was news from it; 0 = never.</summary>
    public long ShareAt { get; set; }

    /// <summary>Likewise of the last coin block.</summary>
    public long BlockAt { get; set; }

    /// <summary>A history it is being sent; null = none.</summary>
    public HistoryStream? Stream { get; set; }
}
