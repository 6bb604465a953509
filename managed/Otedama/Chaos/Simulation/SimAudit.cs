using System.Globalization;
using Otedama.Core;
using Otedama.Pool;

namespace Otedama;

/// <summary>
/// What has to be true of the money, whatever happens: looked at on the disk after every end of the pool.
/// </summary>
internal sealed class SimAudit(SimWorld world, string logFolder, string blockFolder)
{
    /// <summary>PPLNS window in units of the network's work.</summary>
    private const int WindowFactor = 2;

    private readonly HashSet<Hash256> _kept = []; // blocks whose booking was, or may have been, taken from their file
    private readonly HashSet<Hash256> _mustBeSent = []; // blocks that lay on disk, unanswered, when the pool began anew

    /// <summary>
    /// Blocks that lay on disk without an answer at the beginning of a life: a node has to see each of them.
    /// </summary>
    public IReadOnlyCollection<Hash256> MustBeSent => _mustBeSent;

    /// <summary>What the next life will find.</summary>
    public SimBooks OnDisk(SimDisk disk)
    {
        SimDisk copy = disk.Copy();
        SimBooks books = SimBooks.Read(copy, logFolder);
        if (books.Damage is { } damage)
        {
            world.Fail($"the share log is damaged: {damage}");
        }
        CheckShares(books);
        CheckAccepted(books);
        CheckMoney(books);
        CheckSnapshots(copy);
        foreach (string name in copy.List(blockFolder))
        {
            Hash256? id = IdOf(name);
            if (id is { } block && books.Find(block) is null)
            {
                _kept.Add(block);
            }
            if (id is { } waiting && name.EndsWith(".block", StringComparison.Ordinal))
            {
                _mustBeSent.Add(waiting);
            }
        }
        return books;
    }

    /// <summary>The running pool's balances are those of its log.</summary>
    public void CheckBalances(SimBooks books, Ledger ledger)
    {
        Dictionary<int, (long Earned, long Paid)> sums = books.Sums();
        foreach (PayeeInfo payee in ledger.Payees(1_000))
        {
            (long earned, long paid) = sums.GetValueOrDefault(payee.Id);
            LedgerMoney money = payee.Money;
            if ((money.Earned.Units, money.Paid.Units + money.Pending.Units) != (earned, paid)
                || money.Owed.Units != earned - paid)
            {
                world.Fail($"payee {payee.Id} earned {money.Earned}, was paid {money.Paid} and {money.Pending}, is owed {money.Owed}; "
                    + $"the log says earned {new Amount(earned)}, paid {new Amount(paid)}");
            }
        }
    }

    /// <summary>
    /// Every record is of a hash that a miner really found, at the target it was told, and of nobody else's.
    /// </summary>
    private void CheckShares(SimBooks books)
    {
        HashSet<ulong> seen = [];
        foreach (SimShare share in books.Shares)
        {
            ulong top = share.Record.HashTop;
            SimFind? find = world.FindOf(top);
            string name = top.ToString("x16", CultureInfo.InvariantCulture);
            if (!seen.Add(top))
            {
                world.Fail($"share {name} of {share.User} is credited twice");
            }
            else if (find is null || find.User != share.User)
            {
                world.Fail($"share {name} is credited to {share.User}; {(find is null ? "nobody" : find.User)} found it");
            }
            else if (!find.IsShare || share.Record.Work != find.Told.Target.ToWork())
            {
                world.Fail($"share {name} of {share.User} is credited with work {share.Record.Work}; told was difficulty {find.Told.Difficulty}, "
                    + $"work {find.Told.Target.ToWork()}, and the hash {(find.IsShare ? "meets" : "misses")} it");
            }
        }
    }

    /// <summary>What a miner was told is accepted is there. A block may have been accepted that is no share.</summary>
    private void CheckAccepted(SimBooks books)
    {
        HashSet<ulong> booked = [.. books.Shares.Select(static share => share.Record.HashTop)];
        foreach (SimFind find in world.Accepted)
        {
            if (!find.IsBlock && !booked.Contains(find.HashTop))
            {
                world.Fail($"share {find.Hash.ToString()[..16]} of {find.User} was accepted and is not in the log");
            }
        }
    }

    /// <summary>Each block's entries sum to its reward, and are what the work before it earned.</summary>
    private void CheckMoney(SimBooks books)
    {
        foreach (SimBooking block in books.Blocks)
        {
            BlockRecord record = block.Record;
            if (record.Entries.Sum(static entry => entry.Earned.Units) != record.Reward.Units
                || record.Entries.Sum(static entry => entry.Paid.Units) != record.Reward.Units)
            {
                world.Fail($"the entries of block {record.BlockHash} do not sum to its reward {record.Reward}");
            }
            if (!_kept.Contains(record.BlockHash))
            {
                CheckWindow(books, block);
            }
        }
    }

    /// <summary>
    /// A job's split was made of the shares that were booked by then, which no record says: so some number of shares,
    /// at most
    /// those before the block, has to give its entries.
    /// </summary>
    private void CheckWindow(SimBooks books, SimBooking block)
    {
        BlockRecord record = block.Record;
        Amount afterFee = record.Reward - FeeRate.FromPercent(SimPool.FeePercent).Of(record.Reward);
        Dictionary<int, long> booked = record.Entries
            .Where(static entry => entry.Payee != PayoutPlanner.Operator && entry.Earned != Amount.Zero)
            .ToDictionary(static entry => entry.Payee, static entry => entry.Earned.Units);
        for (int count = block.SharesBefore; count >= 0; count--)
        {
            Dictionary<int, long> earned = books.Earned(count, WindowFactor * record.NetworkWork, afterFee);
            bool isFinders = earned.Count == 0 && booked.Count <= 1 && booked.Values.All(amount =>
                amount == afterFee.Units);
            if (isFinders || (earned.Count == booked.Count && earned.All(each =>
                booked.GetValueOrDefault(each.Key) == each.Value)))
            {
                return;
            }
        }
        world.Fail($"block {record.BlockHash} at height {record.Height} is split as no window of the {block.SharesBefore} shares before it says: "
            + string.Join(", ", booked.Select(static each => $"{each.Key}: {each.Value}")));
    }

    /// <summary>A start from the newest snapshot gives the same bytes as one from the first record.</summary>
    private void CheckSnapshots(SimDisk disk)
    {
        IReadOnlyList<uint> segments = LogDirectory.Segments(disk, logFolder);
        LedgerFold short_ = new();
        LogPosition from = new LogSnapshots(disk, logFolder).LoadNewest(short_, refused =>
            world.Fail($"a snapshot cannot be used: {refused}"));
        if (segments.Count == 0 || from.Segment == 1)
        {
            return;
        }
        LedgerFold whole = new();
        new LogWalk(disk, logFolder).Run(LogPosition.Start, segments[^1], whole.Apply);
        new LogWalk(disk, logFolder).Run(from, segments[^1], short_.Apply);
        if (!Bytes(whole).SequenceEqual(Bytes(short_)))
        {
            world.Fail($"the snapshot before segment {from.Segment} and what follows it give another ledger than the whole log");
        }
    }

    private static byte[] Bytes(LedgerFold fold)
    {
        using MemoryStream stream = new();
        fold.Save(stream);
        return stream.ToArray();
    }

    private static Hash256? IdOf(string name)
    {
        int dash = name.IndexOf('-'), dot = name.IndexOf('.');
        return dash > 0 && dot - dash - 1 == 2 * Hash256.Size ? Hash256.FromDisplay(name[(dash + 1)..dot]) : null;
    }
}
