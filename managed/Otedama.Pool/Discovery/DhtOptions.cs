using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>How much a node gives the network it uses.</summary>
public enum DhtMode
{
    Off,

    /// <summary>Asks and says that it answers nothing (BEP 43).</summary>
    Client,

    /// <summary>Answers and keeps what others announce.</summary>
    Server,
}

/// <summary>What a DHT node is made with.</summary>
public sealed record DhtOptions
{
    public DhtMode Mode { get; init; } = DhtMode.Client;

    /// <summary>Asked when the saved nodes do not answer.</summary>
    public IReadOnlyList<PeerEndpoint> Nodes { get; init; } = [];

    /// <summary>host:port, asked when nobody else answers.</summary>
    public IReadOnlyList<string> Routers { get; init; } = [];

    /// <summary>Where up to 200 nodes are kept for the next start; empty = nowhere.</summary>
    public string SavedNodes { get; init; } = "";

    /// <summary>
    /// Private, loopback and reserved addresses are taken like any others. Only for a test network: on the internet
    /// they are somebody's attempt to have us talk to our neighbours.
    /// </summary>
    public bool IsTestNetwork { get; init; }

    /// <summary>Four bytes that say which program this is (key v).</summary>
    public byte[] Version { get; init; } = [(byte)'O', (byte)'T', 0, 1];
}
