using Otedama.Core;

namespace Otedama.Pool;

/// <summary>What became of a block of ours.</summary>
public enum BlockStatus : byte
{
    Pending = 0,
    Confirmed = 1,
    Orphaned = 2,
}

/// <summary>A found block in the fold; under the ledger's lock.</summary>
/// <param name="record">Without its entries, which are below.</param>
internal sealed class LedgerBlock(BlockRecord record)
{
    public BlockRecord Record { get; } = record;

    public BlockStatus Status { get; set; }

    public string Reason { get; set; } = "";

    /// <summary>Orphaned so long ago that nobody asks any more.</summary>
    public bool IsGivenUp { get; set; }

    /// <summary>Its status changes no more: matured, or given up.</summary>
    public bool IsFinal => IsGivenUp || Status == BlockStatus.Confirmed;

    /// <summary>Work of the pool since its block before, in expected blocks: below 1 is lucky.</summary>
    public required double Effort { get; init; }

    /// <summary>Empty once dropped from memory; the log has them.</summary>
    public required IReadOnlyList<PayoutEntry> Entries { get; set; }
}
