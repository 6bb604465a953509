namespace Otedama.Pool;

/// <summary>How far the share chain of this node is.</summary>
public enum ChainSyncState
{
    /// <summary>There is nobody to compare with.</summary>
    Alone,

    /// <summary>A peer told of a heavier chain; its history is on its way, or about to be asked for.</summary>
    Fetching,

    /// <summary>No peer knows of more work.</summary>
    Level,
}

/// <summary>Whether miners get work, and why or why not, in a sentence.</summary>
public sealed record ChainGate(bool IsOpen, string Reason);

/// <summary>
/// Had and Of: shares of the history being fetched; both 0 when none is. From: the peer it comes from.
/// </summary>
public sealed record ChainProgress(ChainSyncState State, int Had, int Of, string From);

/// <summary>Where this node is: by its operator's word (empty: none), and among its peers.</summary>
public sealed record OwnPlace(string Region, Coordinate Coordinate);

/// <summary>What stands between this node's chain and others'.</summary>
public sealed record ChainNetwork(IReadOnlyList<PeerRow> Peers, ChainGate Gate, ChainProgress Sync, OwnPlace Place)
{
    /// <summary>Null where there is no network.</summary>
    public PeerTotals? Totals { get; init; }

    /// <summary>Without any peer: the chain is this node's own work.</summary>
    public static ChainNetwork Alone { get; } =
        new([], GateOf(ChainSyncState.Alone), new ChainProgress(ChainSyncState.Alone, 0, 0, ""),
            new OwnPlace("", Coordinate.Origin));

    /// <summary>While nothing closes the gate. others: what the nodes that were called belong to, if not to this.</summary>
    public static ChainGate GateOf(ChainSyncState state, string? others = null) => new(true, state switch
    {
        ChainSyncState.Alone when others is not null => $"no peer is connected, and {others}",
        ChainSyncState.Alone => "no peer is connected; this node goes on with the chain by itself",
        ChainSyncState.Fetching => "a peer has a heavier chain; until it is here, what is found may be for nothing",
        _ => "no peer knows of more work",
    });
}
