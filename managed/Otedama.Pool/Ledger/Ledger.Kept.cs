using Otedama.Core;

namespace Otedama.Pool;

/// <summary>Bookings that outlive the ledger's own memory: kept beside the block until a node has it.</summary>
public sealed partial class Ledger
{
    /// <summary>Blocks looked at for the highest: asked with every template, and the newest are the highest but for rivals.</summary>
    private const int NewestLookedAt = 64;

    public BlockBooking Book(PoolJob job, Hash256 block, int finderAccount) =>
        BlockFound(job, block, finderAccount >= 0 && finderAccount < AccountCount ? finderAccount : PayoutPlanner.Operator);

    public bool BookKept(BlockBooking booking)
    {
        lock (_gate)
        {
            if (_state.FindBlock(booking.Record.BlockHash) is not null)
            {
                return false;
            }
            // Numbers are those of the run that kept it; after a crash the same miner may have another one.
            Dictionary<int, LedgerAccount> accounts = new();
            foreach (AccountRecord kept in booking.Accounts)
            {
                int id = kept.Id == PayoutPlanner.Operator ? PayoutPlanner.Operator : InternAccount(kept.Address, kept.Script.Span, kept.Worker);
                accounts[kept.Id] = _state.Accounts[id];
            }
            LedgerAccount Of(int id) => accounts.GetValueOrDefault(id)
                ?? throw new FormatException($"its booking pays account {id} without saying whose that is.");
            Append(booking.Record with
            {
                Finder = Of(booking.Record.Finder).Id,
                Entries = [.. booking.Record.Entries.Select(entry => entry with { Payee = Of(entry.Payee).Payee.Id })],
            });
            return true;
        }
    }

    /// <summary>Height of the highest of our newest blocks that is not orphaned; 0 when there is none.</summary>
    public int HighestBlock
    {
        get
        {
            lock (_gate)
            {
                int highest = 0;
                LinkedListNode<LedgerBlock>? node = _state.Blocks.Last;
                for (int i = 0; i < NewestLookedAt && node is not null; i++, node = node.Previous)
                {
                    highest = node.Value.Status == BlockStatus.Orphaned ? highest : Math.Max(highest, node.Value.Record.Height);
                }
                return highest;
            }
        }
    }

    private BlockBooking BookingOf(BlockRecord record) => new(
        record,
        [
            .. record.Entries.Select(static entry => entry.Payee).Append(record.Finder).Distinct().Select(id => _state.Accounts[id])
                .Select(static account => new AccountRecord(account.Id, account.Payee.Script, account.Payee.Address, account.Worker)),
        ]);
}
