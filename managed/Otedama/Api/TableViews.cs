namespace Otedama;

/// <summary>A connected miner.</summary>
internal sealed record MinerView
{
    public required string Address { get; init; }

    public required string Worker { get; init; }

    public required string Agent { get; init; }

    public required int Connections { get; init; }

    public required double Difficulty { get; init; }

    public required double HashrateHs { get; init; }

    public required long Accepted { get; init; }

    public required long Rejected { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long ConnectedAt { get; init; }
}

/// <summary>A block the pool found.</summary>
internal sealed record BlockView
{
    public required int Height { get; init; }

    public required string Hash { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Time { get; init; }

    public required string Finder { get; init; }

    /// <summary>Coins, as text; null when not known.</summary>
    public required string? Reward { get; init; }

    /// <summary>pending, confirmed or orphaned.</summary>
    public required string Status { get; init; }

    /// <summary>Why it was orphaned; null otherwise.</summary>
    public string? Reason { get; init; }

    public string? FinderAddress { get; init; }

    /// <summary>Work since the block before, in expected blocks: below 1 was lucky.</summary>
    public double? Effort { get; init; }

    /// <summary>
    /// Coins the operator earned, as text; null when not known, and under PPS, where shares pay the fee.
    /// </summary>
    public string? Fee { get; init; }

    /// <summary>Coins the coinbase pays to miners, as text; null when not known.</summary>
    public string? PaidToMiners { get; init; }
}

/// <summary>The money of one address.</summary>
internal sealed record PayoutView
{
    public required string Address { get; init; }

    /// <summary>miner, or operator: the fee and what the operator holds for miners.</summary>
    public string Kind { get; init; } = "miner";

    /// <summary>Coins paid by blocks of this pool that matured, as text.</summary>
    public required string Paid { get; init; }

    /// <summary>Coins paid by blocks that have not matured, as text.</summary>
    public string Pending { get; init; } = "0";

    /// <summary>Coins earned by work so far, as text.</summary>
    public required string Earned { get; init; }

    /// <summary>
    /// Coins earned and in no coinbase yet, as text: earned = pending + paid + balance. Below zero for an operator who holds
    /// what miners wait for.
    /// </summary>
    public required string Balance { get; init; }
}

/// <summary>One output of a coinbase of this pool.</summary>
internal sealed record PayoutEventView
{
    /// <summary>When the block was found, seconds since 1970.</summary>
    public required long Time { get; init; }

    public required int Height { get; init; }

    public required string Hash { get; init; }

    public required string Address { get; init; }

    /// <summary>miner, or operator.</summary>
    public required string Kind { get; init; }

    /// <summary>Coins, as text.</summary>
    public required string Amount { get; init; }

    /// <summary>
    /// Coins of the amount that this block earned, as text; more than the amount where a part stays owed.
    /// </summary>
    public required string Earned { get; init; }

    /// <summary>Status of the block: pending, confirmed or orphaned.</summary>
    public required string Status { get; init; }
}

/// <summary>Lists travel inside an object so that fields can be added beside them.</summary>
internal sealed record MinersAnswer(int Schema, IReadOnlyList<MinerView> Miners)
{
    /// <summary>Name of the pool; null where none runs.</summary>
    public string? Pool { get; init; }

    /// <summary>What these miners' addresses have in the window of the share chain; null without one.</summary>
    public ChainWindowView? Window { get; init; }
}

internal sealed record RigsAnswer(int Schema, IReadOnlyList<RigView> Rigs);

internal sealed record PoolsAnswer(int Schema, IReadOnlyList<PoolView> Pools);

internal sealed record BlocksAnswer(int Schema, IReadOnlyList<BlockView> Blocks)
{
    /// <summary>Blocks there are; the list has the newest of them.</summary>
    public long Of { get; init; }

    /// <summary>Name of the pool; null where none runs.</summary>
    public string? Pool { get; init; }

    /// <summary>Symbol of the coin that amounts are in.</summary>
    public string Unit { get; init; } = "";
}

internal sealed record PayoutsAnswer(int Schema, IReadOnlyList<PayoutView> Payouts)
{
    /// <summary>Name of the pool; null where none runs.</summary>
    public string? Pool { get; init; }

    /// <summary>Symbol of the coin that amounts are in.</summary>
    public string Unit { get; init; } = "";

    /// <summary>
    /// Whom a block on the share chain's tip would pay; null without one, or before the first template.
    /// </summary>
    public ChainTipView? AtTip { get; init; }

    /// <summary>
    /// The pool is on a share chain: its blocks pay everybody at once, and nobody's money is counted here.
    /// </summary>
    public bool OnSharechain { get; init; }

    /// <summary>
    /// The newest coin blocks of the share chain and what each pays here; null without one, and where its coin's shares
    /// do not show whether they are blocks.
    /// </summary>
    public IReadOnlyList<ChainBlockView>? Blocks { get; init; }

    /// <summary>What coinbases paid, newest first.</summary>
    public IReadOnlyList<PayoutEventView> History { get; init; } = [];
}
