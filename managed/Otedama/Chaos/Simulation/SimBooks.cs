using Otedama.Core;
using Otedama.Pool;

namespace Otedama;

/// <summary>A share of the log, with who is paid for it.</summary>
internal sealed record SimShare(string User, int Payee, ShareRecord Record);

/// <summary>A block of the log: what is said of it, and how many shares lie before it.</summary>
internal sealed class SimBooking(BlockRecord record, int sharesBefore)
{
    public BlockRecord Record => record;

    public int SharesBefore => sharesBefore;

    public BlockStatus Status { get; set; }
}

/// <summary>
/// The share log read as simply as can be, to compare the pool's own bookkeeping with: lists and sums, no window
/// structure,
/// no snapshots.
/// </summary>
internal sealed class SimBooks
{
    private readonly List<(int Payee, string User)> _accounts = [];
    private readonly Dictionary<string, int> _payees = [];
    private readonly Dictionary<Hash256, SimBooking> _byId = [];

    public List<SimShare> Shares { get; } = [];

    public List<SimBooking> Blocks { get; } = [];

    /// <summary>Script of each payee, as hex.</summary>
    public Dictionary<int, string> Scripts { get; } = [];

    /// <summary>Records in all.</summary>
    public long Records { get; private set; }

    /// <summary>Reads the log in this folder from its first segment. What cannot be read is named in Damage.</summary>
    public static SimBooks Read(IFiles files, string folder)
    {
        SimBooks books = new();
        IReadOnlyList<uint> segments = LogDirectory.Segments(files, folder);
        if (segments.Count > 0)
        {
            LogWalk walk = new(files, folder);
            walk.Run(LogPosition.Start, segments[^1], books.Apply);
            books.Damage = walk.Damages.Count > 0 ? walk.Damages[0].Text : walk.LostAtEnd > 0
                ? $"{walk.LostAtEnd} acknowledged records are lost" : null;
        }
        return books;
    }

    public string? Damage { get; private set; }

    public SimBooking? Find(Hash256 block) => _byId.GetValueOrDefault(block);

    /// <summary>What each payee earned and was paid by blocks that are not orphaned.</summary>
    public Dictionary<int, (long Earned, long Paid)> Sums()
    {
        Dictionary<int, (long Earned, long Paid)> sums = [];
        foreach (SimBooking block in Blocks.Where(static block => block.Status != BlockStatus.Orphaned))
        {
            foreach (PayoutEntry entry in block.Record.Entries)
            {
                (long earned, long paid) = sums.GetValueOrDefault(entry.Payee);
                sums[entry.Payee] = (earned + entry.Earned.Units, paid + entry.Paid.Units);
            }
        }
        return sums;
    }

    /// <summary>
    /// What each payee would earn of this amount by the last `window` of work among the first `count` shares.
    /// </summary>
    public Dictionary<int, long> Earned(int count, UInt128 window, Amount amount)
    {
        SortedDictionary<int, UInt128> work = [];
        UInt128 left = window;
        for (int i = count - 1; i >= 0 && left > UInt128.Zero; i--)
        {
            UInt128 part = UInt128.Min(left, Shares[i].Record.Work);
            work[Shares[i].Payee] = work.GetValueOrDefault(Shares[i].Payee) + part;
            left -= part;
        }
        Amount[] amounts = new Amount[work.Count];
        PayoutMath.SplitByWork([.. work.Values], amount, amounts);
        return work.Keys.Zip(amounts).Where(static each => each.Second != Amount.Zero).ToDictionary(static each =>
            each.First, static each => each.Second.Units);
    }

    private void Apply(LogRecord record)
    {
        Records++;
        switch (record.Type)
        {
            case LogRecordType.Account:
                Add(AccountRecord.Read(record.Payload));
                break;
            case LogRecordType.Share:
                ShareRecord share = ShareRecord.Read(record.Payload);
                Shares.Add(new SimShare(_accounts[share.AccountId].User, _accounts[share.AccountId].Payee, share));
                break;
            case LogRecordType.BlockFound:
                SimBooking block = new(BlockRecord.Read(record.Payload), Shares.Count);
                if (_byId.TryAdd(block.Record.BlockHash, block))
                {
                    Blocks.Add(block);
                }
                break;
            case LogRecordType.BlockConfirmed:
                Settle(record, BlockStatus.Confirmed);
                break;
            case LogRecordType.BlockOrphaned:
                Settle(record, BlockStatus.Orphaned);
                break;
            case LogRecordType.BlockPending:
                Settle(record, BlockStatus.Pending);
                break;
        }
    }

    private void Add(AccountRecord account)
    {
        string script = Convert.ToHexStringLower(account.Script.Span);
        int payee = account.Id == 0 || !_payees.TryGetValue(script, out int known) ? account.Id : known;
        if (account.Id > 0)
        {
            _payees.TryAdd(script, account.Id);
        }
        if (account.Id == _accounts.Count)
        {
            _accounts.Add((payee, $"{account.Address}.{account.Worker}"));
            Scripts.TryAdd(payee, script);
        }
    }

    private void Settle(LogRecord record, BlockStatus status)
    {
        if (_byId.TryGetValue(BlockStatusRecord.Read(record.Payload).BlockHash, out SimBooking? block))
        {
            block.Status = status;
        }
    }
}
