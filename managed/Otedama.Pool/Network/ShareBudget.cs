namespace Otedama.Pool;

/// <summary>
/// How many shares may be pushed to one peer before it would hold them against us: its limits (share chain rules, 8.2),
/// without the burst it allows on top. One caller.
/// </summary>
internal sealed class ShareBudget
{
    private static readonly (double Count, double Seconds)[] s_rates = [(10, 1), (60, 60), (180, 600)];

    private readonly TokenBucket[] _buckets;
    private readonly double _unit;

    /// <summary>unit: tenths of the chain's spacing in seconds. now: seconds of a monotonic clock.</summary>
    public ShareBudget(double unit, double now)
    {
        _unit = unit;
        _buckets = [.. s_rates.Select(rate => new TokenBucket(rate.Count, now))];
    }

    /// <summary>False when one more would be too many.</summary>
    public bool TryTake(double now)
    {
        bool has = true;
        for (int i = 0; i < _buckets.Length; i++)
        {
            (double count, double seconds) = s_rates[i];
            has &= _buckets[i].TryTake(count / (seconds * _unit), count, now);
        }
        return has;
    }
}
