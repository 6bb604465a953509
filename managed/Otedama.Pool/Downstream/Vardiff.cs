namespace Otedama.Pool;

/// <summary>
/// Difficulty of one connection by a likelihood-ratio test: n shares came where e were expected since the last change;
/// G = n ln(n/e) - (n - e) says how unlikely that is at the right difficulty. Pure: time comes in as seconds of any
/// monotonic clock. Each share weighs the same, so only shares of the current difficulty may be counted.
/// </summary>
public sealed class Vardiff
{
    /// <summary>G above this changes the difficulty; at a steady miner it happens about once in 50 hours.</summary>
    private const double Threshold = 5;

    private const double RatioDeadLow = 0.8, RatioDeadHigh = 1.25;

    /// <summary>Where difficulties are powers of two a ratio of up to 1.41 cannot be mended; a little more is left alone.</summary>
    private const double RatioCoarseLow = 0.6, RatioCoarseHigh = 1.7;

    private const double RatioMin = 1.0 / 16, RatioMax = 64;

    /// <summary>Memory in expected shares; beyond it the counters are halved.</summary>
    private const double ExpectedMax = 60;

    private const double ChangeIntervalSeconds = 3;

    /// <summary>Above this many shares a second the change interval does not protect the connection.</summary>
    private const double FloodPerSecond = 200;

    private const int FloodSharesMin = 20;

    /// <summary>The range's maximum is passed only as far as it takes to bring a connection down to this rate.</summary>
    private const double PerSecondAtMax = 2;

    /// <summary>Coming back from silence, an estimate this near to the difficulty before it means that one.</summary>
    private const double RecoveryFactor = 4;

    private const int MeasuredSharesMin = 4;

    private readonly double _targetSeconds;
    private double _shares;
    private double _refused;
    private double _since;
    private double _changedAt;
    private double _fellFrom; // the difficulty before silence lowered it; 0 = it did not
    private double _measured;
    private bool _awake; // the first share after silence came; counting starts with it

    public Vardiff(double targetSeconds, double difficulty, double now)
    {
        _targetSeconds = targetSeconds;
        Difficulty = difficulty;
        _since = now;
        _changedAt = double.NegativeInfinity;
    }

    public double Difficulty { get; private set; }

    /// <summary>The last change passed the range's maximum, because the miner sends too much at it.</summary>
    public bool IsPastMax { get; private set; }

    /// <summary>The right difficulty as far as shares have shown it; 0 = too few came.</summary>
    public double Measured(double now) => _shares < MeasuredSharesMin
        ? _measured
        : Difficulty * (_shares + 0.5) / Math.Max((now - _since) / _targetSeconds, 1);

    /// <summary>Counts one valid share of the current difficulty.</summary>
    public void AddShare(double now)
    {
        if (_shares == 0 && !_awake && _fellFrom > Difficulty)
        {
            _awake = true;
            _since = now;
            return;
        }
        _shares++;
    }

    /// <summary>Counts refused work: the miner is not silent, so it is not made easier for what it sends in vain.</summary>
    public void AddRefused() => _refused++;

    /// <summary>
    /// Tests and, when the difficulty is wrong, changes it within the range. Call on each share and every 5 s. True when it
    /// changed.
    /// </summary>
    public bool TryRetarget(double now, in DifficultyRange range)
    {
        double elapsed = Math.Max(now - _since, 1e-6);
        double expected = elapsed / _targetSeconds;
        bool flood = _shares >= FloodSharesMin && _shares / elapsed > FloodPerSecond;
        bool inVain = _shares == 0 && _refused >= 0.5;
        if ((!flood && now - _changedAt < ChangeIntervalSeconds) || inVain)
        {
            return false;
        }
        double seen = _shares >= expected ? _shares : Math.Min(expected, _shares + _refused);
        double surprise = seen == 0 ? expected : (seen * Math.Log(seen / expected)) - (seen - expected);
        double ratio = (seen + 0.5) / expected;
        (double low, double high) = range.IsCoarseAt(Difficulty) ? (RatioCoarseLow, RatioCoarseHigh) : (RatioDeadLow, RatioDeadHigh);
        if (surprise > Threshold && (ratio < low || ratio > high))
        {
            return Change(ratio, elapsed, now, range);
        }
        if (expected > ExpectedMax)
        {
            _shares /= 2;
            _refused /= 2;
            _since = now - (elapsed / 2);
        }
        return false;
    }

    /// <summary>
    /// Makes it harder at once, at least by the factor and past the range's maximum if need be: the miner has used up its
    /// budget and sent this many shares more.
    /// </summary>
    public void Jump(double factor, int excess, double now, in DifficultyRange range)
    {
        double ratio = (_shares + excess) / Math.Max((now - _since) / _targetSeconds, 1e-6);
        double wanted = Difficulty * Math.Clamp(ratio, factor, RatioMax);
        double next = (range with { Max = Math.Max(range.Max, wanted) }).Nearest(wanted);
        IsPastMax = next > range.Max;
        _changedAt = now;
        Apply(next, now);
    }

    /// <summary>This difficulty reaches the miner now: counting starts here.</summary>
    public void Apply(double difficulty, double now)
    {
        _measured = Measured(now);
        Difficulty = difficulty;
        _shares = 0;
        _refused = 0;
        _since = now;
        _awake = false;
    }

    /// <summary>What an earlier connection of the same worker had shown.</summary>
    public void Remember(double measured) => _measured = measured;

    private bool Change(double ratio, double elapsed, double now, in DifficultyRange range)
    {
        bool silent = _shares == 0;
        double before = Difficulty;
        double wanted = before * Math.Clamp(ratio, RatioMin, Math.Max(RatioMax, _fellFrom / before));
        if (silent)
        {
            wanted = Math.Max(wanted, Math.Min(before, range.SilenceMin));
        }
        else
        {
            _measured = before * ratio;
            wanted = wanted > before && wanted * RecoveryFactor >= _fellFrom ? Math.Max(wanted, _fellFrom) : wanted;
        }
        double most = before * (_shares / elapsed) / Math.Max(PerSecondAtMax, 1 / _targetSeconds);
        double next = (range with { Max = Math.Max(range.Max, most) }).Nearest(wanted);
        bool changed = Math.Abs(next - before) > before * 0.01;
        Apply(changed ? next : before, now);
        if (!changed)
        {
            return false;
        }
        IsPastMax = next > range.Max;
        _fellFrom = silent ? Math.Max(_fellFrom, before) : 0;
        _changedAt = now;
        return true;
    }
}
