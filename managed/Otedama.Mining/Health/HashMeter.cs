namespace Otedama.Mining;

/// <summary>
/// Rates over 10 s, 60 s and 15 min as exponentially weighted averages. Each average is divided by the weight it has
/// collected so far, so that the first seconds already read right instead of creeping up from zero. One thread adds,
/// any thread reads.
/// </summary>
public sealed class HashMeter
{
    private static readonly double[] s_windowSeconds = [10, 60, 900];

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly double[] _sums = new double[3]; // decayed counts
    private long _started;
    private long _updated;
    private double _total;

    public HashMeter(TimeProvider clock)
    {
        _time = clock;
        _started = _updated = clock.GetTimestamp();
    }

    /// <summary>Everything added since start; not decayed.</summary>
    public double Total
    {
        get
        {
            lock (_gate)
            {
                return _total;
            }
        }
    }

    public void Add(double count)
    {
        lock (_gate)
        {
            Decay();
            _total += count;
            for (int i = 0; i < _sums.Length; i++)
            {
                _sums[i] += count;
            }
        }
    }

    /// <summary>Per second, as of now: a silent source falls towards zero without being told.</summary>
    public HashRates Read()
    {
        lock (_gate)
        {
            Decay();
            double age = _time.GetElapsedTime(_started, _updated).TotalSeconds;
            return new HashRates(Rate(0, age), Rate(1, age), Rate(2, age));
        }
    }

    /// <summary>Starts the averages anew, as after a pause; the total stays.</summary>
    public void Restart()
    {
        lock (_gate)
        {
            _sums.AsSpan().Clear();
            _started = _updated = _time.GetTimestamp();
        }
    }

    private double Rate(int window, double age)
    {
        double weight = s_windowSeconds[window] * (1 - Math.Exp(-age / s_windowSeconds[window]));
        return weight > 0 ? _sums[window] / weight : 0;
    }

    private void Decay()
    {
        long now = _time.GetTimestamp();
        double elapsed = _time.GetElapsedTime(_updated, now).TotalSeconds;
        if (elapsed <= 0)
        {
            return;
        }
        _updated = now;
        for (int i = 0; i < _sums.Length; i++)
        {
            _sums[i] *= Math.Exp(-elapsed / s_windowSeconds[i]);
        }
    }
}
