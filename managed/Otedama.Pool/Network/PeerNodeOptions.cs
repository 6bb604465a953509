using System.Net;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>A node among others.</summary>
public sealed record PeerNodeOptions
{
    /// <summary>Proved in handshakes, never sent.</summary>
    public required Hash256 ChainId { get; init; }

    /// <summary>Where key, addresses, bans and anchors are kept.</summary>
    public required string Folder { get; init; }

    /// <summary>Places where others may connect; none: it only dials.</summary>
    public IReadOnlyList<IPEndPoint> Listen { get; init; } = [];

    /// <summary>Nodes the operator named.</summary>
    public IReadOnlyList<PeerAddress> Bootstrap { get; init; } = [];

    /// <summary>Host names under which addresses of nodes are found when nothing else helps.</summary>
    public IReadOnlyList<string> DnsSeeds { get; init; } = [];

    /// <summary>Whom to ask for them; null: whom the system asks.</summary>
    public IPEndPoint? NameServer { get; init; }

    public int InboundMax { get; init; } = 117;

    /// <summary>Full links that are dialled; two that only talk of shares come on top.</summary>
    public int OutboundMax { get; init; } = 8;

    /// <summary>Bytes in the buffers of all links together.</summary>
    public long MemoryMax { get; init; } = 256L << 20;

    /// <summary>Bytes a second of shares to all peers together, above which most are only announced to.</summary>
    public long GossipBudget { get; init; } = ChainPeers.GossipBudget;

    /// <summary>Ask about the transactions of others' shares now and then.</summary>
    public bool Audits { get; init; }

    /// <summary>Networks that neither limits nor bans of addresses are for.</summary>
    public IReadOnlyList<IPNetwork> Allowed { get; init; } = [];

    /// <summary>Only the nodes that the operator named; no addresses are told or taken.</summary>
    public bool IsPrivate { get; init; }

    /// <summary>
    /// How it looks for others in the DHT; null: it does not. Where its nodes are kept is not said here.
    /// </summary>
    public DhtOptions? Dht { get; init; }

    /// <summary>Where the DHT's datagrams go in and out: the port has to be that of Listen.</summary>
    public IReadOnlyList<IPEndPoint> DhtPlaces { get; init; } = [];

    /// <summary>How the gateway is asked to let others in.</summary>
    public NatChoice Nat { get; init; } = NatChoice.Off;

    /// <summary>Where others reach it by the operator's word; the gateway is then not asked.</summary>
    public PeerEndpoint? External { get; init; }

    /// <summary>
    /// It says that it listens, to peers and in the DHT, only when peers have proved that they reach it. A test network
    /// goes without: its addresses are of one group, and proofs want two.
    /// </summary>
    public bool NeedsProof { get; init; }

    /// <summary>Miners are let in although no other node is connected.</summary>
    public bool SoloOk { get; init; }

    /// <summary>Other users may read the key.</summary>
    public bool AllowLooseKey { get; init; }

    /// <summary>Name of the region it is in, told to peers; empty: none.</summary>
    public string Region { get; init; } = "";

    /// <summary>Name and version of the software.</summary>
    public string UserAgent { get; init; } = "";
}
