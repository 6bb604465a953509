namespace Otedama.Pool;

/// <summary>
/// Accepted work over the last hour in buckets: 10 seconds for the last minute, one minute for the rest. Floating
/// numbers, for display only.
/// </summary>
internal sealed class WorkMeter
{
    private const int FineMs = 10_000;
    private const int CoarseMs = 60_000;
    private const int FineCount = 6;
    private const int CoarseCount = 60;

    private readonly float[] _fine = new float[FineCount + 1]; // the running bucket and the full ones before it
    private readonly float[] _coarse = new float[CoarseCount + 1];
    private long _fineNow;
    private long _coarseNow;
    private long _firstMs = -1;

    public void Add(long timeMs, double work)
    {
        if (_firstMs < 0)
        {
            _firstMs = timeMs;
        }
        Advance(timeMs);
        _fine[(int)(_fineNow % _fine.Length)] += (float)work;
        _coarse[(int)(_coarseNow % _coarse.Length)] += (float)work;
    }

    public HashRates Rates(long nowMs)
    {
        if (_firstMs < 0)
        {
            return default;
        }
        Advance(nowMs);
        double since = Math.Max(1, (nowMs - _firstMs) / 1000.0);
        return new HashRates(
            Sum(_fine, _fineNow, FineCount + 1) / Math.Min(since, 60 + (nowMs % FineMs / 1000.0)),
            Sum(_coarse, _coarseNow, 11) / Math.Min(since, 600 + (nowMs % CoarseMs / 1000.0)),
            Sum(_coarse, _coarseNow, CoarseCount + 1) / Math.Min(since, 3600 + (nowMs % CoarseMs / 1000.0)));
    }

    /// <summary>Clears the buckets between then and now. A clock that goes back adds to the newest bucket.</summary>
    private void Advance(long timeMs)
    {
        Advance(_fine, ref _fineNow, timeMs / FineMs);
        Advance(_coarse, ref _coarseNow, timeMs / CoarseMs);
    }

    private static void Advance(float[] buckets, ref long current, long now)
    {
        if (now - current > buckets.Length)
        {
            current = now - buckets.Length;
        }
        while (current < now)
        {
            current++;
            buckets[(int)(current % buckets.Length)] = 0;
        }
    }

    private static double Sum(float[] buckets, long current, int count)
    {
        double sum = 0;
        for (long bucket = current; bucket > current - count && bucket >= 0; bucket--)
        {
            sum += buckets[(int)(bucket % buckets.Length)];
        }
        return sum;
    }
}
