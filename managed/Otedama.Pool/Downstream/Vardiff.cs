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
    private const double RatioMin = 1.0 / 16, RatioMax = 64;

    /// <summary>Memory in expected shares; beyond it both counters are halved.</summary>
    private const double ExpectedMax = 60;

    private const double ChangeIntervalSeconds = 3;

    /// <summary>Above this many shares a second the change interval does not protect the connection.</summary>
    private const double FloodPerSecond = 200;

    private const int FloodSharesMin = 20;

    private readonly double _targetSeconds;
    private double _shares;
    private double _since;
    private double _changedAt;

    public Vardiff(double targetSeconds, double difficulty, double now)
    {
        _targetSeconds = targetSeconds;
        Difficulty = difficulty;
        _since = now;
        _changedAt = double.NegativeInfinity;
    }

    public double Difficulty { get; private set; }

    /// <summary>Counts one valid share of the current difficulty.</summary>
    public void AddShare() => _shares++;

    /// <summary>
    /// Tests and, when the difficulty is wrong, changes it within [min, max]. Call on each share and every 5 s.
    /// True when it changed.
    /// </summary>
    public bool TryRetarget(double now, double min, double max)
    {
        double elapsed = Math.Max(now - _since, 1e-6);
        double expected = elapsed / _targetSeconds;
        bool flood = _shares >= FloodSharesMin && _shares / elapsed > FloodPerSecond;
        if (!flood && now - _changedAt < ChangeIntervalSeconds)
        {
            return false;
        }
        double surprise = _shares == 0 ? expected : (_shares * Math.Log(_shares / expected)) - (_shares - expected);
        double ratio = (_shares + 0.5) / expected;
        if (surprise > Threshold && (ratio < RatioDeadLow || ratio > RatioDeadHigh))
        {
            return Change(Difficulty * Math.Clamp(ratio, RatioMin, RatioMax), now, min, max);
        }
        if (expected > ExpectedMax)
        {
            _shares /= 2;
            _since = now - (elapsed / 2);
        }
        return false;
    }

    /// <summary>Starts over at a difficulty the miner asked for.</summary>
    public void Restart(double difficulty, double now)
    {
        Difficulty = difficulty;
        _shares = 0;
        _since = now;
    }

    /// <summary>The new difficulty reached the miner only now: counting starts here.</summary>
    public void MarkApplied(double now)
    {
        _shares = 0;
        _since = now;
    }

    private bool Change(double wanted, double now, double min, double max)
    {
        double old = Difficulty;
        _shares = 0;
        _since = now;
        Difficulty = Math.Min(Math.Max(wanted, min), max);
        bool changed = Math.Abs(Difficulty - old) > old * 0.01;
        if (!changed)
        {
            Difficulty = old;
            return false;
        }
        _changedAt = now;
        return true;
    }
}
