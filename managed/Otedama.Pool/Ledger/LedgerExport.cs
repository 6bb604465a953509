using Otedama.Core;

namespace Otedama.Pool;

/// <summary>What can be written out of a ledger.</summary>
public enum LedgerTable
{
    Accounts,
    Shares,
    Blocks,
    Payouts,
}

/// <summary>
/// A ledger that nobody uses as rows for other programs. Money in the coin's smallest unit, work in expected hashes,
/// times in milliseconds since 1970. Shares are those the log still has; of blocks the newest 10,000.
/// </summary>
public sealed class LedgerExport
{
    private readonly IFiles _files;
    private readonly string _directory;
    private readonly LedgerState _state;

    private LedgerExport(IFiles files, string directory, LedgerState state) =>
        (_files, _directory, _state) = (files, directory, state);

    /// <summary>
    /// Hands each row to `write`: values are long, decimal, UInt128, bool or string, in the order of Columns. Throws
    /// LogException when there is no log, another process has it, or it is damaged.
    /// </summary>
    public static void Run(IFiles files, string directory, LedgerTable table, Action<object[]> write)
    {
        using IDisposable held = LogRepair.Hold(files, directory);
        IReadOnlyList<uint> segments = LogDirectory.Segments(files, directory);
        LedgerFold fold = new();
        LogPosition from = new LogSnapshots(files, directory).LoadNewest(fold, static _ => { });
        Walk(files, directory, segments[0] > from.Segment ? LogDirectory.StartOf(files, directory, segments[0]) : from, fold.Apply);
        LedgerExport export = new(files, directory, fold.State);
        switch (table)
        {
            case LedgerTable.Accounts:
                export.Accounts(write);
                break;
            case LedgerTable.Shares:
                export.Shares(write);
                break;
            case LedgerTable.Blocks:
                export.Blocks(write);
                break;
            default:
                export.Payouts(write);
                break;
        }
    }

    public static IReadOnlyList<string> Columns(LedgerTable table) => table switch
    {
        LedgerTable.Accounts =>
        [
            "account", "payee", "address", "worker", "shares", "work", "last_share_ms", "earned_units", "paid_units", "owed_units",
        ],
        LedgerTable.Shares =>
        [
            "record", "time_ms", "account", "address", "worker", "algorithm", "height", "job", "work", "is_block",
        ],
        LedgerTable.Blocks =>
        [
            "time_ms", "height", "hash", "algorithm", "scheme", "status", "reason", "reward_units", "finder", "finder_address",
        ],
        _ => ["time_ms", "height", "hash", "status", "payee", "address", "earned_units", "paid_units"],
    };

    private static void Walk(IFiles files, string directory, LogPosition from, LogVisitor visit)
    {
        LogWalk walk = new(files, directory);
        walk.Run(from, LogDirectory.Segments(files, directory)[^1], visit);
        if (walk.Damages.Count > 0)
        {
            throw new LogException(
                $"share log: {walk.Damages[0].Text}. See all of it with \"otedama ledger check\"; \"otedama ledger repair\" skips "
                + "exactly what is damaged.");
        }
    }

    /// <summary>The money of an address stands in the row of its first account, so that sums count it once.</summary>
    private void Accounts(Action<object[]> write)
    {
        foreach (LedgerAccount account in _state.Accounts)
        {
            LedgerBalance? money = account.Payee.Id == account.Id ? account.Payee.Balance : null;
            long earned = money?.Earned.Units ?? 0;
            long paid = money?.Paid.Units ?? 0;
            write(
            [
                (long)account.Id, (long)account.Payee.Id, account.Payee.Address, account.Worker, account.Shares, account.Work,
                account.LastShareMs, earned, paid, earned - paid,
            ]);
        }
    }

    private void Shares(Action<object[]> write)
    {
        LogPosition first = LogDirectory.StartOf(_files, _directory, LogDirectory.Segments(_files, _directory)[0]);
        Walk(_files, _directory, first, record =>
        {
            if (record.Type != LogRecordType.Share)
            {
                return;
            }
            ShareRecord share = ShareRecord.Read(record.Payload);
            LedgerAccount account = _state.Accounts[share.AccountId];
            write(
            [
                (long)record.Sequence, share.TimeMs, (long)share.AccountId, account.Payee.Address, account.Worker,
                share.Algorithm.Name, (long)share.Height, (long)share.JobId, share.Work, share.IsBlock,
            ]);
        });
    }

    private void Blocks(Action<object[]> write)
    {
        foreach (LedgerBlock block in _state.Blocks)
        {
            BlockRecord record = block.Record;
            write(
            [
                record.TimeMs, (long)record.Height, record.BlockHash.ToString(), record.Algorithm.Name,
                record.Scheme.ToString().ToLowerInvariant(), block.Status.ToString().ToLowerInvariant(), block.Reason,
                record.Reward.Units, (long)record.Finder, _state.Accounts[record.Finder].Payee.Address,
            ]);
        }
    }

    private void Payouts(Action<object[]> write)
    {
        foreach (LedgerBlock block in _state.Blocks)
        {
            foreach (PayoutEntry entry in block.Entries)
            {
                write(
                [
                    block.Record.TimeMs, (long)block.Record.Height, block.Record.BlockHash.ToString(),
                    block.Status.ToString().ToLowerInvariant(), (long)entry.Payee, _state.Accounts[entry.Payee].Payee.Address,
                    entry.Earned.Units, entry.Paid.Units,
                ]);
            }
        }
    }
}
