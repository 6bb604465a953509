namespace Otedama.Pool;

/// <summary>An average rate with bursts. Pure; time in seconds of a monotonic clock.</summary>
public struct TokenBucket
{
    private double _tokens;
    private double _at;

    public TokenBucket(double burst, double now)
    {
        _tokens = burst;
        _at = now;
    }

    public bool TryTake(double rate, double burst, double now)
    {
        _tokens = Math.Min(burst, _tokens + ((now - _at) * rate));
        _at = now;
        if (_tokens < 1)
        {
            return false;
        }
        _tokens--;
        return true;
    }
}
