using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Which difficulty one connection gets, why, and since which job: the operator's word, else what was measured, else what
/// the miner wishes within bounds, else what its user agent says. Also its budget of shares. Pure; time in seconds of a
/// monotonic clock; used under the session's lock.
/// </summary>
internal sealed class SessionDifficulty
{
    /// <summary>
    /// How far a wish may lead away from what was measured, and before any measure from the agent's class.
    /// </summary>
    private const double WishFactor = 8, WishFactorUnmeasured = 64;

    /// <summary>Shares a session may send at once, and a second as a multiple of what vardiff aims at.</summary>
    private const double BudgetBurst = 50, BudgetFactor = 10, BudgetPerSecondMin = 2;

    /// <summary>How much harder a session becomes at once when its budget is used up.</summary>
    private const double BudgetJump = 4;

    /// <summary>
    /// Shares beyond the budget that show how much: it takes some to tell a flood from the last of one.
    /// </summary>
    private const int ExcessMin = 8;

    private const double RetargetSeconds = 5;

    /// <summary>A rise by more than this does not wait for other sessions' turn.</summary>
    private const double UrgentFactor = 16;

    private readonly VardiffOptions _options;
    private readonly CoinSpec _coin;
    private readonly bool _coarse;
    private readonly double _min;
    private readonly double _perSecond;
    private TokenBucket _budget;
    private AgentClass _class;
    private Vardiff? _vardiff;
    private double _network = double.MaxValue;
    private double _minimumWish;
    private double _wish;
    private double _remembered;
    private int _excess;
    private bool _isUntold; // a resumed session has sent no difficulty on this connection

    /// <summary>coarse: difficulties are told as numbers, and firmware may round them down to powers of two.</summary>
    public SessionDifficulty(VardiffOptions options, CoinSpec coin, bool coarse, double now)
    {
        _options = options;
        _coin = coin;
        _coarse = coarse;
        _min = options.MinFor(coin);
        _perSecond = Math.Max(BudgetFactor / options.TargetSeconds, BudgetPerSecondMin);
        _budget = new TokenBucket(BudgetBurst, now);
    }

    /// <summary>What each job was sent with.</summary>
    public JobTargets Targets { get; private set; } = new();

    public bool HasWish => _wish > 0;

    public bool HasBegun => _vardiff is not null;

    /// <summary>The difficulty has changed and goes out with the next work the miner has not had.</summary>
    public bool IsDue { get; private set; }

    /// <summary>The change that is due cannot wait: the miner floods.</summary>
    public bool IsUrgent { get; private set; }

    /// <summary>When the next test is due.</summary>
    public double RetargetAt { get; private set; } = double.PositiveInfinity;

    public double Current => Targets.Current?.Difficulty ?? 0;

    /// <summary>What this miner's shares have shown; 0 = nothing.</summary>
    public double Measured(double now) => _vardiff?.Measured(now) ?? _remembered;

    private bool IsFixed => _options.Fixed > 0;

    /// <summary>
    /// The difficulty follows the miner's speed. Where the operator rules that out there is no budget either.
    /// </summary>
    private bool Follows => _options.Enabled && !IsFixed;

    private double NetworkMax => Math.Max(Math.Min(_options.Max, _network), _min);

    private DifficultyRange Range(double now)
    {
        double min = Math.Min(Math.Max(_min, Math.Min(_minimumWish, Bound(_minimumWish, now))), NetworkMax);
        return new DifficultyRange(min, NetworkMax) { SilenceMin = _class.SilenceMin, PowersOfTwo = _coarse };
    }

    /// <summary>Takes over what an earlier connection of this session knew about its jobs and its speed.</summary>
    public void Resume(JobTargets targets, double measured) => (Targets, _remembered, _isUntold) = (targets, measured, true);

    /// <summary>mining.suggest_difficulty, suggest_target or the password's d=: followed within bounds.</summary>
    public void Wish(double difficulty, double now)
    {
        _wish = difficulty;
        if (_vardiff is null || IsFixed)
        {
            return;
        }
        _vardiff.Apply(Wished(now), now);
        IsDue = Differs(_vardiff.Difficulty, Current);
        IsUrgent = false;
    }

    /// <summary>minimum-difficulty of mining.configure: a lower end the miner asks for.</summary>
    public void WishMinimum(double difficulty) => _minimumWish = difficulty;

    /// <summary>
    /// Before the first job. remembered: what this worker's shares showed on an earlier connection; 0 = nothing.
    /// </summary>
    public void Begin(ReadOnlySpan<char> userAgent, double remembered, Job job, double now)
    {
        if (_vardiff is not null)
        {
            return;
        }
        _network = job.EasiestGoal.ToDifficulty(_coin.DifficultyOne);
        _class = StartDifficulty.For(userAgent, _coin, _options.Usual);
        _remembered = _remembered > 0 ? _remembered : remembered;
        if (_options.Start > 0)
        {
            _class = _class with { Start = _options.Start, SilenceMin = Math.Min(_class.SilenceMin, _options.Start) };
        }
        _vardiff = new Vardiff(_options.TargetSeconds, First(now), now);
        _vardiff.Remember(_remembered);
        RetargetAt = now + RetargetSeconds;
    }

    /// <summary>
    /// The grade of a job that is about to be sent. Work the session knows keeps the grade it has; a difficulty that is due
    /// then waits for other work. True when the grade differs from the job's before, or when this connection was told none yet: what
    /// the earlier one was sent last may never have arrived.
    /// </summary>
    public bool GradeOf(Job job, double now, out Grade grade)
    {
        Grade? before = Targets.Current;
        _network = job.EasiestGoal.ToDifficulty(_coin.DifficultyOne);
        if (!Targets.TryGet(job.WorkId, out Grade? known))
        {
            double difficulty = StratumWriter.RoundDifficulty(ToSend());
            known = difficulty == before?.Difficulty ? before : new Grade(difficulty, Target.FromDifficulty(difficulty, _coin.DifficultyOne));
            (IsDue, IsUrgent) = (false, false);
        }
        Targets.Add(job.WorkId, known);
        grade = known;
        if (!IsDue && (known != before || Differs(_vardiff!.Difficulty, known.Difficulty)))
        {
            _vardiff!.Apply(known.Difficulty, now);
            _excess = 0;
        }
        bool isNews = known != before || _isUntold;
        _isUntold = false;
        return isNews;
    }

    /// <summary>
    /// Counts one more submit; false = more than the session's budget, and the difficulty goes up at once. Only shares of the
    /// newest difficulty count for that: the miner has heard of it.
    /// </summary>
    public bool TryTake(Target target, double now)
    {
        if (!Follows || _budget.TryTake(_perSecond, BudgetBurst, now))
        {
            return true;
        }
        if (!IsDue && _vardiff is not null && target == Targets.Current?.Target && ++_excess >= ExcessMin)
        {
            _vardiff.Jump(BudgetJump, _excess, now, Range(now));
            (IsDue, IsUrgent) = (true, true);
        }
        return false;
    }

    /// <summary>
    /// A share of this work was accepted; only those of the current difficulty say something about it.
    /// </summary>
    public void OnAccepted(uint work, double now)
    {
        if (_vardiff is not null && !IsDue && Targets.TryGet(work, out Grade? grade) && grade == Targets.Current)
        {
            _vardiff.AddShare(now);
            Retarget(now);
        }
    }

    public void OnRefused() => _vardiff?.AddRefused();

    /// <summary>The timer's test.</summary>
    public void Retarget(double now)
    {
        RetargetAt = now + RetargetSeconds;
        if (Follows && !IsDue && _vardiff is not null && _vardiff.TryRetarget(now, Range(now)))
        {
            IsDue = true;
            IsUrgent = _vardiff.Difficulty > UrgentFactor * Current;
        }
    }

    private double First(double now) =>
        IsFixed ? _options.Fixed
        : _wish > 0 ? Wished(now)
        : _remembered > 0 ? Range(now).Nearest(_remembered)
        : _options.Start > 0 ? Math.Max(_options.Start, _min) // as given, also above the network's
        : Math.Min(Math.Max(_class.Start, Range(now).Min), NetworkMax);

    private double Wished(double now) => (Range(now) with { PowersOfTwo = _coarse && _class.RoundsDown }).Nearest(Bound(_wish, now));

    private double Bound(double wish, double now)
    {
        double measured = Measured(now);
        (double middle, double factor) = measured > 0 ? (measured, WishFactor) : (_class.Start, WishFactorUnmeasured);
        return Math.Clamp(wish, middle / factor, middle * factor);
    }

    /// <summary>
    /// Never harder than the network when it can be helped: a miner must report what would be a block. A miner too fast for
    /// that and the operator's own word are the exceptions.
    /// </summary>
    private double ToSend()
    {
        double difficulty = _vardiff!.Difficulty;
        bool given = IsFixed || difficulty == _options.Start;
        return given || _vardiff.IsPastMax ? difficulty : Math.Max(Math.Min(difficulty, NetworkMax), _min);
    }

    private static bool Differs(double left, double right) => Math.Abs(left - right) > right * 0.01;
}
