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
    private const byte SavedEnd = 255;

    private readonly float[] _fine = new float[FineCount + 1]; // the running bucket and the full ones before it
    private readonly float[] _coarse = new float[CoarseCount + 1];
    private long _fineNow;
    private long _coarseNow;
    private long _firstMs = -1;

    /// <summary>Whoever comes back after more than an hour begins anew.</summary>
    public void Add(long timeMs, double work)
    {
        if (_firstMs < 0 || IsStale(timeMs))
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

    /// <summary>True when no work of the last hour is left.</summary>
    public bool IsStale(long nowMs) => (nowMs / CoarseMs) - _coarseNow > CoarseCount;

    /// <summary>
    /// i64 first, fine and coarse bucket of now in groups of seven bits, then the buckets that are not zero: u8 index (the
    /// coarse ones behind the fine ones), f32 work; the end is index 255.
    /// </summary>
    public void Save(BinaryWriter writer)
    {
        writer.Write7BitEncodedInt64(_firstMs);
        writer.Write7BitEncodedInt64(_fineNow);
        writer.Write7BitEncodedInt64(_coarseNow);
        for (int i = 0; i < _fine.Length + _coarse.Length; i++)
        {
            float work = i < _fine.Length ? _fine[i] : _coarse[i - _fine.Length];
            if (work != 0)
            {
                writer.Write((byte)i);
                writer.Write(work);
            }
        }
        writer.Write(SavedEnd);
    }

    /// <summary>Throws FormatException when these are not bytes that Save wrote.</summary>
    public static WorkMeter Load(BinaryReader reader)
    {
        WorkMeter meter = new()
        {
            _firstMs = reader.Read7BitEncodedInt64(),
            _fineNow = reader.Read7BitEncodedInt64(),
            _coarseNow = reader.Read7BitEncodedInt64(),
        };
        for (byte i = reader.ReadByte(); i != SavedEnd; i = reader.ReadByte())
        {
            if (i >= meter._fine.Length + meter._coarse.Length || meter._fineNow < 0 || meter._coarseNow < 0)
            {
                throw new FormatException($"stored meter: there is no bucket {i}");
            }
            (i < meter._fine.Length ? ref meter._fine[i] : ref meter._coarse[i - meter._fine.Length]) = reader.ReadSingle();
        }
        return meter;
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
