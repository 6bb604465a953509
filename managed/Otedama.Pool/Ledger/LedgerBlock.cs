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
internal sealed class LedgerBlock(BlockRecord record)
{
    public BlockRecord Record { get; } = record;

    public BlockStatus Status { get; set; }

    public string Reason { get; set; } = "";

    /// <summary>Empty once dropped from memory; the log has them.</summary>
    public IReadOnlyList<PayoutEntry> Entries { get; set; } = record.Entries;
}
