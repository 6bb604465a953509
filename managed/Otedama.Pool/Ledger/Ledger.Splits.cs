using Otedama.Core;

namespace Otedama.Pool;

/// <summary>Who is paid by the next block.</summary>
public sealed partial class Ledger
{
    /// <summary>
    /// The split for a block on this template with at most outputsMax payees (at least 1, the operator). While nobody has
    /// work in the window, what the fee leaves belongs to whoever finds the block.
    /// </summary>
    public PayoutSplit SplitFor(Template template, int outputsMax)
    {
        UInt128 networkWork = template.NetworkTarget.ToWork();
        lock (_lock)
        {
            _networkWork = networkWork;
        }
        bool solo = _options.Scheme == PayoutScheme.Solo;
        List<PayeeWork> payees = solo ? Payees(work: null) : Payees(WorkInWindow(WindowOf(networkWork)));
        return Plan(template, payees, outputsMax, toFinder: true);
    }

    /// <summary>
    /// As above when the coinbase belongs to one account's session only (SOLO): that account takes everything after fee.
    /// </summary>
    public PayoutSplit SplitFor(Template template, int outputsMax, int finderAccount)
    {
        int payee;
        lock (_lock)
        {
            payee = _state.Accounts[finderAccount].Payee.Id;
        }
        var work = new Dictionary<int, UInt128> { [payee] = UInt128.One };
        return Plan(template, Payees(work), outputsMax, toFinder: false);
    }

    /// <summary>
    /// Whose coinbase an account of a SOLO pool works on: its payee's, by the number of his first account, once a share of the
    /// account was accepted; before that 0, the coinbase shared by all.
    /// </summary>
    public int SoloOwnerOf(int account)
    {
        lock (_lock)
        {
            return (uint)account < (uint)_state.Accounts.Count && _state.Accounts[account].Shares > 0 ? _state.Accounts[account].Payee.Id : 0;
        }
    }

    private PayoutSplit Plan(Template template, List<PayeeWork> payees, int outputsMax, bool toFinder) => template.IsFixed
        ? PayoutPlanner.PlanGiven(
            [.. GivenCoinbase.Parse(template.GivenCoinbase.Span).Outputs.Select(static o => new PayoutOutput(o.Script, o.Amount))],
            _rules, payees, toFinder)
        : PayoutPlanner.Plan(template.CoinbaseValue, _rules, payees, outputsMax, toFinder);

    private Dictionary<int, UInt128> WorkInWindow(UInt128 window)
    {
        var work = new Dictionary<int, UInt128>();
        lock (_lock)
        {
            LogWindow(window);
            _state.Window.Visit(window, work.Add);
        }
        return work;
    }

    /// <summary>The factor times the network's work; saturates far above all work ever done.</summary>
    private UInt128 WindowOf(UInt128 networkWork)
    {
        UInt128 max = UInt128.One << 120;
        return UInt128.Min(networkWork, max / (UInt128)_options.WindowFactor) * (UInt128)_options.WindowFactor;
    }

    /// <summary>When the disk takes no record the old window goes on deciding how work is sliced; the split is right.</summary>
    private void LogWindow(UInt128 window)
    {
        var record = new WindowRecord(NowMs, window);
        if (window != _state.Window.Window && Log.TryAppend(LogRecordType.Window, WindowRecord.Version, record.ToBytes()))
        {
            _state.Apply(record);
        }
    }

    /// <summary>Everybody with work or a balance, in ascending order. The plan itself is made outside the lock.</summary>
    private List<PayeeWork> Payees(Dictionary<int, UInt128>? work)
    {
        var payees = new List<PayeeWork>();
        lock (_lock)
        {
            foreach (LedgerPayee? payee in _state.Payees)
            {
                if (payee is null)
                {
                    continue;
                }
                UInt128 worked = work?.GetValueOrDefault(payee.Id) ?? UInt128.Zero;
                Amount owed = payee.Id == PayoutPlanner.Operator ? Amount.Zero : payee.Balance.Payable;
                if (worked != UInt128.Zero || owed != Amount.Zero)
                {
                    payees.Add(new PayeeWork(payee.Id, payee.Script, worked, owed));
                }
            }
        }
        return payees;
    }
}
