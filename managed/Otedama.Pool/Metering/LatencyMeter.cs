using System.Numerics;

namespace Otedama.Pool;

/// <summary>How often which time was measured since start.</summary>
/// <param name="Octaves">Number i counts those of 2^i to 2^(i+1) microseconds; the first also shorter, the last also longer ones.</param>
public sealed record LatencyTotals(IReadOnlyList<long> Octaves, double SumSeconds);

/// <summary>
/// Percentiles of the last one to two half-minutes, and all values since start, in fixed memory: buckets of 1/8 octave from
/// 1 microsecond to about an hour. Not thread-safe.
/// </summary>
public sealed class LatencyMeter
{
    private const int PerOctave = 8;
    private const int Octaves = 32;
    private const int Buckets = Octaves * PerOctave;
    private const double HalfSeconds = 30;

    private int[] _now = new int[Buckets];
    private int[] _before = new int[Buckets];
    private readonly long[] _earlier = new long[Octaves]; // what is in neither of the two
    private double _turnedAt;
    private double _sumMicroseconds;

    public void Add(TimeSpan latency, double now)
    {
        Turn(now);
        ulong microseconds = (ulong)Math.Max(1, latency.TotalMicroseconds);
        int octave = Math.Min(BitOperations.Log2(microseconds), 31);
        int part = octave < 3
            ? (int)((microseconds << (3 - octave)) & (PerOctave - 1))
            : (int)((microseconds >> (octave - 3)) & (PerOctave - 1));
        _now[(octave * PerOctave) + part]++;
        _sumMicroseconds += latency.TotalMicroseconds;
    }

    /// <summary>The upper edge of the bucket that holds the given part (0 to 1) of all values; zero when there are none.</summary>
    public TimeSpan Percentile(double part)
    {
        long all = 0;
        for (int i = 0; i < Buckets; i++)
        {
            all += _now[i] + _before[i];
        }
        long wanted = (long)Math.Ceiling(all * part);
        long seen = 0;
        for (int i = 0; i < Buckets && all > 0; i++)
        {
            seen += _now[i] + _before[i];
            if (seen >= wanted)
            {
                double edge = Math.Pow(2, i / PerOctave) * (1 + ((i % PerOctave) + 1.0) / PerOctave);
                return TimeSpan.FromMicroseconds(edge);
            }
        }
        return TimeSpan.Zero;
    }

    /// <summary>All values since start.</summary>
    public LatencyTotals Totals()
    {
        long[] octaves = [.. _earlier];
        AddTo(octaves, _now);
        AddTo(octaves, _before);
        return new LatencyTotals(octaves, _sumMicroseconds / 1e6);
    }

    private static void AddTo(long[] octaves, int[] buckets)
    {
        for (int i = 0; i < Buckets; i++)
        {
            octaves[i / PerOctave] += buckets[i];
        }
    }

    private void Turn(double now)
    {
        if (now - _turnedAt < HalfSeconds)
        {
            return;
        }
        bool stale = now - _turnedAt >= 2 * HalfSeconds;
        _turnedAt = now;
        (_now, _before) = (_before, _now);
        Drop(_now);
        if (stale)
        {
            Drop(_before);
        }
    }

    private void Drop(int[] buckets)
    {
        AddTo(_earlier, buckets);
        Array.Clear(buckets);
    }
}
