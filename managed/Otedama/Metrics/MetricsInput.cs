using Otedama.Pool;

namespace Otedama;

/// <summary>What one scrape is made of: the parts' own numbers, read at one moment. A part that does not run here is null.</summary>
internal sealed record MetricsInput
{
    public required StatusView Status { get; init; }

    public Mining.RigSnapshot? Rig { get; init; }

    public Pool.PoolSnapshot? Pool { get; init; }

    public CommitCounters? Commits { get; init; }

    public LedgerTotals? Ledger { get; init; }

    /// <summary>Candidates that wait for the validator.</summary>
    public int QueueDepth { get; init; }

    public long MalformedLines { get; init; }

    public bool LogStalled { get; init; }
}
