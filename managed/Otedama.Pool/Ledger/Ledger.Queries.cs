using Otedama.Core;

namespace Otedama.Pool;

/// <summary>Questions of the API and the dashboard. All lists are bounded by what the caller asks for.</summary>
public sealed partial class Ledger
{
    public LedgerTotals Totals()
    {
        lock (_gate)
        {
            return new LedgerTotals
            {
                Shares = _state.Shares,
                Work = _state.Work,
                Accounts = _state.Accounts.Count - 1,
                BlocksFound = _state.BlocksFound,
                BlocksConfirmed = _state.BlocksConfirmed,
                BlocksOrphaned = _state.BlocksOrphaned,
                BlocksExpected = _state.BlocksExpected + (EffortNow ?? 0),
                Effort = EffortNow,
                HashRate = _state.Meter.Rates(NowMs),
                Miners = MoneyOf(_state.Miners),
                Operator = MoneyOf(_state.Payees[PayoutPlanner.Operator]!.Balance),
            };
        }
    }

    /// <summary>Null when there is no such account.</summary>
    public AccountInfo? Account(int id)
    {
        lock (_gate)
        {
            return id >= 0 && id < _state.Accounts.Count ? Describe(_state.Accounts[id], NowMs) : null;
        }
    }

    /// <summary>The accounts with the most recent shares first.</summary>
    public IReadOnlyList<AccountInfo> Accounts(int max)
    {
        lock (_gate)
        {
            long now = NowMs;
            return
            [
                .. _state.Accounts.Where(account => account.Shares > 0)
                    .OrderByDescending(account => account.LastShareMs)
                    .ThenBy(account => account.Id)
                    .Take(max)
                    .Select(account => Describe(account, now)),
            ];
        }
    }

    /// <summary>Addresses with the most earned first; the operator is number 0.</summary>
    public IReadOnlyList<PayeeInfo> Payees(int max)
    {
        lock (_gate)
        {
            return
            [
                .. _state.Payees.Where(payee => payee is not null)
                    .OrderByDescending(payee => payee!.Balance.Earned)
                    .ThenBy(payee => payee!.Id)
                    .Take(max)
                    .Select(payee => Describe(payee!)),
            ];
        }
    }

    /// <summary>Null when nobody with this script has logged in.</summary>
    public PayeeInfo? Payee(ReadOnlySpan<byte> script)
    {
        lock (_gate)
        {
            return _state.FindPayee(script) is { } payee ? Describe(payee) : null;
        }
    }

    /// <summary>Our blocks, newest first.</summary>
    public IReadOnlyList<BlockInfo> Blocks(int max)
    {
        lock (_gate)
        {
            List<BlockInfo> blocks = new();
            for (LinkedListNode<LedgerBlock>? node = _state.Blocks.Last; node is not null && blocks.Count < max; node = node.Previous)
            {
                BlockRecord record = node.Value.Record;
                LedgerAccount finder = _state.Accounts[record.Finder];
                IReadOnlyList<PayoutEntry> entries = node.Value.Entries;
                blocks.Add(new BlockInfo(
                    TimeOf(record.TimeMs),
                    record.Height,
                    record.BlockHash,
                    node.Value.Status,
                    node.Value.Reason,
                    record.Reward,
                    node.Value.Effort,
                    entries.Count == 0 || record.Scheme == PayoutScheme.Pps
                        ? null
                        : Sum(entries, static entry => entry.Payee == PayoutPlanner.Operator ? entry.Earned : Amount.Zero),
                    entries.Count == 0 ? null : Sum(entries, static entry => entry.Payee == PayoutPlanner.Operator ? Amount.Zero : entry.Paid),
                    record.Finder,
                    finder.Payee.Address,
                    finder.Worker));
            }
            return blocks;
        }
    }

    /// <summary>What coinbases paid, newest first; to one payee, or (null) to everybody, the operator included.</summary>
    public IReadOnlyList<PayoutInfo> Payouts(int max, int? payee = null)
    {
        lock (_gate)
        {
            List<PayoutInfo> payouts = new();
            for (LinkedListNode<LedgerBlock>? node = _state.Blocks.Last; node is not null; node = node.Previous)
            {
                BlockRecord record = node.Value.Record;
                foreach (PayoutEntry entry in node.Value.Entries)
                {
                    if (payouts.Count == max)
                    {
                        return payouts;
                    }
                    if (entry.Paid > Amount.Zero && (payee is null || payee == entry.Payee))
                    {
                        payouts.Add(new PayoutInfo(
                            TimeOf(record.TimeMs),
                            entry.Payee,
                            _state.Payees[entry.Payee]!.Address,
                            entry.Paid,
                            entry.Earned,
                            record.Height,
                            record.BlockHash,
                            node.Value.Status));
                    }
                }
            }
            return payouts;
        }
    }

    private static AccountInfo Describe(LedgerAccount account, long nowMs) => new()
    {
        Id = account.Id,
        Address = account.Payee.Address,
        Worker = account.Worker,
        HashRate = account.Meter?.Rates(nowMs) ?? default,
        Shares = account.Shares,
        Work = account.Work,
        LastShareAt = account.Shares > 0 ? TimeOf(account.LastShareMs) : null,
        BestWork = account.Shares > 0 ? Math.ScaleB(1, 64) / (account.BestHashTop + 1.0) : 0,
    };

    private static PayeeInfo Describe(LedgerPayee payee) =>
        new(payee.Id, payee.Address, MoneyOf(payee.Balance));

    private static LedgerMoney MoneyOf(LedgerBalance balance) => new(
        balance.Earned, balance.PaidImmature, balance.Paid - balance.PaidImmature, balance.Earned - balance.Paid);

    /// <summary>Work since our newest block over the network's for one.</summary>
    private double? EffortNow => _networkWork == UInt128.Zero ? null : (double)_state.WorkSinceBlock / (double)_networkWork;

    private static Amount Sum(IReadOnlyList<PayoutEntry> entries, Func<PayoutEntry, Amount> part)
    {
        Amount sum = Amount.Zero;
        foreach (PayoutEntry entry in entries)
        {
            sum += part(entry);
        }
        return sum;
    }

    private static DateTimeOffset TimeOf(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms);
}
