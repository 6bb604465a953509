using Otedama.Core;

namespace Otedama.Node;

/// <summary>A transaction that waits for a block.</summary>
internal sealed class MempoolEntry(Transaction transaction, Amount fee, int sigOpCost, long order, long time)
{
    public Transaction Transaction { get; } = transaction;

    public Hash256 TxId => Transaction.TxId;

    public Amount Fee { get; } = fee;

    public int SigOpCost { get; } = sigOpCost;

    /// <summary>Rises with arrival; a parent's is always lower than its child's.</summary>
    public long Order { get; } = order;

    /// <summary>Arrival, seconds since 1970.</summary>
    public long Time { get; } = time;

    /// <summary>Waiting transactions whose outputs this one spends, and those that spend its own.</summary>
    public HashSet<MempoolEntry> Parents { get; } = [];

    public HashSet<MempoolEntry> Children { get; } = [];

    /// <summary>
    /// Fee and virtual size of this and all waiting ancestors: what including it brings and costs at most.
    /// </summary>
    public Amount AncestorFee { get; set; } = fee;

    public long AncestorSize { get; set; } = transaction.VirtualSize;

    /// <summary>True when this one's ancestor fee rate is above the other's.</summary>
    public bool PaysBetterThan(MempoolEntry other) =>
        (Int128)AncestorFee.Units * other.AncestorSize > (Int128)other.AncestorFee.Units * AncestorSize;
}
