namespace Otedama.Asic;

/// <summary>Hashes by good nonces: in all, and a second over the last minutes.</summary>
internal sealed class NonceMeter(TimeProvider time)
{
    /// <summary>Five minutes.</summary>
    private const int Buckets = 30;

    private static readonly TimeSpan s_bucket = TimeSpan.FromSeconds(10);

    private readonly double[] _hashes = new double[Buckets];
    private long _startedAt = -1, _bucketAt;
    private int _filled, _at;

    public double Total { get; private set; }

    /// <summary>Counting begins, or begins anew after a stop.</summary>
    public void Start()
    {
        Array.Clear(_hashes);
        _startedAt = _bucketAt = time.GetTimestamp();
        (_filled, _at) = (0, 0);
    }

    public void Add(double hashes)
    {
        Turn();
        _hashes[_at] += hashes;
        Total += hashes;
    }

    /// <summary>Null before the first seconds.</summary>
    public double? Read()
    {
        if (_startedAt < 0)
        {
            return null;
        }
        Turn();
        double seconds = (_filled * s_bucket.TotalSeconds) + time.GetElapsedTime(_bucketAt).TotalSeconds;
        return seconds < 1 ? null : _hashes.Sum() / seconds;
    }

    private void Turn()
    {
        double passed = Math.Floor(time.GetElapsedTime(_bucketAt) / s_bucket);
        int turns = (int)Math.Min(passed, Buckets);
        for (int i = 0; i < turns; i++)
        {
            _at = (_at + 1) % Buckets;
            _hashes[_at] = 0;
            _filled = Math.Min(_filled + 1, Buckets - 1);
        }
        if (passed > 0)
        {
            _bucketAt += (long)(passed * s_bucket.TotalSeconds * time.TimestampFrequency);
        }
    }
}
