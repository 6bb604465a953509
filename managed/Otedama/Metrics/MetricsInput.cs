using Otedama.Pool;

namespace Otedama;

/// <summary>What one scrape is made of: the parts' own numbers, read at one moment.</summary>
internal sealed record MetricsInput
{
    public required StatusView Status { get; init; }

    public IReadOnlyList<RigInput> Rigs { get; init; } = [];

    public IReadOnlyList<PoolInput> Pools { get; init; } = [];

    /// <summary>Null where no fleet is watched.</summary>
    public Asic.FleetSnapshot? Fleet { get; init; }

    public (long Answers, long Misses)? FleetPolls { get; init; }
}

/// <summary>One rig.</summary>
internal sealed record RigInput(RigView View, Mining.RigSnapshot Rig);

/// <summary>One pool.</summary>
internal sealed record PoolInput
{
    public required PoolView View { get; init; }

    public required Pool.PoolSnapshot Pool { get; init; }

    public required CommitCounters Commits { get; init; }

    public required LedgerTotals Ledger { get; init; }

    /// <summary>Candidates that wait for the validator.</summary>
    public int QueueDepth { get; init; }

    public long MalformedLines { get; init; }

    public bool LogStalled { get; init; }
}
