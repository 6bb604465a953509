using Otedama.Core;

namespace Otedama.Pool;

/// <summary>Where found blocks are booked.</summary>
public interface IBlockBook
{
    /// <summary>
    /// Books a block of ours for the next commit, at once in memory, and returns what was booked. finderAccount: whose share
    /// it was; the operator when it is no account.
    /// </summary>
    BlockBooking Book(PoolJob job, Hash256 block, int finderAccount);

    /// <summary>
    /// Books a block that an earlier run kept. False when it is booked already. Throws LedgerFullException when an account it
    /// needs cannot be made.
    /// </summary>
    bool BookKept(BlockBooking booking);

    /// <summary>Every node refused our block: its bookings are reverted.</summary>
    void BlockRefused(Hash256 blockHash, string reason);
}
