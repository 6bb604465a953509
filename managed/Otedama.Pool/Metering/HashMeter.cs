namespace Otedama.Pool;

/// <summary>
/// Accepted work as hashes per second over about 1 minute, 10 minutes and 1 hour: decaying sums, corrected for the
/// time before they are full. Pure; time in seconds of a monotonic clock.
/// </summary>
public struct HashMeter
{
    private readonly double _startedAt;
    private double _at;
    private double _minute, _ten, _hour;

    public HashMeter(double now)
    {
        _startedAt = now;
        _at = now;
    }

    public void Add(double work, double now)
    {
        Decay(now);
        _minute += work;
        _ten += work;
        _hour += work;
    }

    public readonly HashRates Read(double now)
    {
        HashMeter copy = this;
        copy.Decay(now);
        double age = now - _startedAt;
        return new HashRates(Rate(copy._minute, 60, age), Rate(copy._ten, 600, age), Rate(copy._hour, 3600, age));
    }

    /// <summary>A decaying sum of a steady rate r after the time t is r x T x (1 - e^(-t/T)).</summary>
    private static double Rate(double sum, double window, double age) =>
        sum / (window * (1 - Math.Exp(-Math.Max(age, 1) / window)));

    private void Decay(double now)
    {
        double passed = now - _at;
        if (passed <= 0)
        {
            return;
        }
        _at = now;
        _minute *= Math.Exp(-passed / 60);
        _ten *= Math.Exp(-passed / 600);
        _hour *= Math.Exp(-passed / 3600);
    }
}
