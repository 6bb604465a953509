using Otedama.Core;

namespace Otedama.Pool;

/// <summary>How far the share chain of this node is.</summary>
public enum ChainSyncState
{
    /// <summary>There is nobody to compare with.</summary>
    Alone,

    /// <summary>A peer has a heavier chain, and its history is on its way.</summary>
    Fetching,

    /// <summary>No peer knows of more work.</summary>
    Level,
}

/// <summary>A connected pool node.</summary>
public sealed record PeerRow
{
    /// <summary>Its node id in hex.</summary>
    public required string Id { get; init; }

    /// <summary>IP and port.</summary>
    public required string Address { get; init; }

    /// <summary>It came to us.</summary>
    public required bool IsInbound { get; init; }

    public required TimeSpan Age { get; init; }

    /// <summary>Null before the first answer.</summary>
    public TimeSpan? RoundTrip { get; init; }

    /// <summary>Of its newest tip, by its own word.</summary>
    public required uint Height { get; init; }

    /// <summary>Likewise, expected hashes.</summary>
    public required UInt128 Work { get; init; }

    public required long BytesIn { get; init; }

    public required long BytesOut { get; init; }

    /// <summary>Of misbehaviour; at 100 it is banned.</summary>
    public required int Points { get; init; }

    public string Agent { get; init; } = "";
}

/// <summary>Whether miners get work, and why or why not, in a sentence.</summary>
public sealed record ChainGate(bool IsOpen, string Reason);

/// <summary>Had and Of: shares of the history being fetched; both 0 when none is. From: the peer it comes from.</summary>
public sealed record ChainProgress(ChainSyncState State, int Had, int Of, string From);

/// <summary>What stands between this node's chain and others'.</summary>
public sealed record ChainNetwork(IReadOnlyList<PeerRow> Peers, ChainGate Gate, ChainProgress Sync)
{
    /// <summary>Without any peer: the chain is this node's own work.</summary>
    public static ChainNetwork Alone { get; } = new(
        [],
        new ChainGate(true, "no peer is connected; this node goes on with the chain by itself"),
        new ChainProgress(ChainSyncState.Alone, 0, 0, ""));
}
