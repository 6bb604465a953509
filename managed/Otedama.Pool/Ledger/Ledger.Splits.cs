using Otedama.Core;

namespace Otedama.Pool;

/// <summary>Who is paid by the next block.</summary>
public sealed partial class Ledger
{
    public event Action? Changed;

    public CoinbaseForm? Form => null;

    public Closure? WhyClosed => null;

    public bool HasOwnCoinbases => _options.Scheme == PayoutScheme.Solo;

    /// <summary>
    /// The split for a block on this template with at most outputsMax payees (at least 1, the operator). While nobody has
    /// work in the window, what the fee leaves belongs to whoever finds the block.
    /// </summary>
    public PayoutSplit SplitFor(Template template, int outputsMax)
    {
        UInt128 networkWork = template.NetworkTarget.ToWork();
        bool byWork = _options.Scheme == PayoutScheme.Pplns;
        List<PayeeWork> payees;
        lock (_gate)
        {
            _networkWork = networkWork;
            LogRate(template, networkWork);
            payees = Payees(byWork ? WorkInWindow(WindowOf(networkWork)) : []);
        }
        return Plan(template, payees, outputsMax, toFinder: _options.Scheme != PayoutScheme.Pps);
    }

    /// <summary>
    /// As above when the coinbase belongs to one account's session only (SOLO): that account takes everything after fee.
    /// </summary>
    public PayoutSplit SplitFor(Template template, int outputsMax, int finderAccount)
    {
        List<PayeeWork> payees;
        lock (_gate)
        {
            int payee = _state.Accounts[finderAccount].Payee.Id;
            UInt128[] work = new UInt128[payee + 1];
            work[payee] = UInt128.One;
            payees = Payees(work);
        }
        return Plan(template, payees, outputsMax, toFinder: false);
    }

    /// <summary>
    /// Whose coinbase an account of a SOLO pool works on: its payee's, by the number of his first account, once a share of the
    /// account was accepted; before that 0, the coinbase shared by all.
    /// </summary>
    public int CoinbaseOwnerOf(int account)
    {
        lock (_gate)
        {
            bool hasShare = account >= 0 && account < _state.Accounts.Count && _state.Accounts[account].Shares > 0;
            return hasShare ? _state.Accounts[account].Payee.Id : 0;
        }
    }

    private PayoutSplit Plan(Template template, List<PayeeWork> payees, int outputsMax, bool toFinder) => template.IsFixed
        ? PayoutPlanner.PlanGiven(GivenOutputs(template), _rules, payees, toFinder)
        : PayoutPlanner.Plan(template.CoinbaseValue, _rules, payees, outputsMax, toFinder);

    private static PayoutOutput[] GivenOutputs(Template template) =>
        [.. GivenCoinbase.Parse(template.GivenCoinbase.Span).Outputs.Select(static o => new PayoutOutput(o.Script, o.Amount))];

    /// <summary>By payee number; under the lock.</summary>
    private UInt128[] WorkInWindow(UInt128 window)
    {
        LogWindow(window);
        UInt128[] work = new UInt128[_state.Payees.Count];
        _state.Window.Visit(window, (payee, done) => work[payee] = done);
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
        WindowRecord record = new(NowMs, window);
        if (window != _state.Window.Window && Log.TryAppend(LogRecordType.Window, WindowRecord.Version, record.ToBytes()))
        {
            _state.Apply(record);
        }
    }

    /// <summary>
    /// What a share earns from now on, when it changes: nothing unless the scheme is PPS. When the disk takes no record the
    /// old rate holds.
    /// </summary>
    private void LogRate(Template template, UInt128 networkWork)
    {
        Amount reward = Amount.Zero;
        if (_options.Scheme == PayoutScheme.Pps)
        {
            reward = template.IsFixed
                ? new Amount(GivenOutputs(template).Sum(static output => output.Amount.Units))
                : template.CoinbaseValue;
            reward -= _rules.Fee.Of(reward);
        }
        RateRecord rate = new(NowMs, reward, reward == Amount.Zero ? UInt128.One : networkWork);
        bool isNew = rate.Reward != _state.Rate.Reward || rate.NetworkWork != _state.Rate.NetworkWork;
        if (isNew && Log.TryAppend(LogRecordType.Rate, RateRecord.Version, rate.ToBytes()))
        {
            _state.Apply(rate);
        }
    }

    /// <summary>
    /// Everybody with work (by payee number) or a balance, in ascending order; under the lock. The plan itself is made
    /// outside.
    /// </summary>
    private List<PayeeWork> Payees(ReadOnlySpan<UInt128> work)
    {
        List<PayeeWork> payees = new();
        for (int id = 0; id < _state.Payees.Count; id++)
        {
            if (_state.Payees[id] is not { } payee)
            {
                continue;
            }
            UInt128 worked = id < work.Length ? work[id] : UInt128.Zero;
            Amount owed = id == PayoutPlanner.Operator ? Amount.Zero : payee.Balance.Payable;
            if (worked != UInt128.Zero || owed != Amount.Zero)
            {
                payees.Add(new PayeeWork(id, payee.Script, worked, owed));
            }
        }
        return payees;
    }
}
