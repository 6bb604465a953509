using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>What a node has counted of its links to others; counts are since its start.</summary>
public sealed record PeerTotals
{
    /// <summary>Links whose handshake is under way, by who dialled.</summary>
    public required (int In, int Out) Shaking { get; init; }

    /// <summary>Links whose HELLO is waited for.</summary>
    public required (int In, int Out) Greeting { get; init; }

    /// <summary>How handshakes ended; None: with a link.</summary>
    public required IReadOnlyList<(PeerRefusal Result, long Count)> Handshakes { get; init; }

    /// <summary>Nodes that were not let in because a private node's operator did not name them.</summary>
    public long NotListed { get; init; }

    public required IReadOnlyList<PeerTrafficRow> Traffic { get; init; }

    /// <summary>Bytes that wait to be sent to all peers.</summary>
    public required IReadOnlyList<(PeerPriority Priority, long Bytes)> Queued { get; init; }

    public required IReadOnlyList<(PeerOffence Reason, long Count)> Bans { get; init; }

    /// <summary>Places taken in the two tables of addresses.</summary>
    public required (int New, int Tried) Addresses { get; init; }

    public required ShareDelayTotals Delays { get; init; }

    /// <summary>How others reach this node; null: not that it knew.</summary>
    public required ReachMethod? Reached { get; init; }

    /// <summary>Null where the DHT is off.</summary>
    public required DhtSnapshot? Dht { get; init; }
}

/// <summary>Why others reach a node.</summary>
public enum ReachMethod
{
    /// <summary>Nothing is between.</summary>
    OpenPort,
    Pcp,
    Natpmp,
    Upnp,

    /// <summary>The operator says so, and nobody has proved it.</summary>
    External,

    /// <summary>It is taken for granted, as on a test network.</summary>
    Assumed,
}
