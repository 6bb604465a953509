using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// How old shares of others are when they have been checked here, by the time that is written in them and this
/// machine's clock; those of a history that was fetched do not count. One thread at a time counts, any thread looks.
/// </summary>
internal sealed class ShareDelays(TimeProvider time) : IShareListener
{
    /// <summary>Upper bounds of the buckets, in seconds; what is above the last has one of its own.</summary>
    private static readonly double[] s_bounds = [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 30, 60];

    private readonly Lock _gate = new();
    private readonly long[] _counts = new long[s_bounds.Length + 1];
    private double _sum;

    public ShareDelayTotals Totals
    {
        get
        {
            lock (_gate)
            {
                return new ShareDelayTotals(
                    [.. s_bounds.Append(double.PositiveInfinity).Zip(_counts)], _sum);
            }
        }
    }

    public void OnTaken(ChainShare share, ShareOrigin origin)
    {
        if (origin.Peer == 0 || origin.IsAskedFor)
        {
            return;
        }
        double seconds = Math.Max(0, (time.GetUtcNow() - ChainWatch.TimeOf(share)).TotalSeconds);
        int bucket = Array.FindIndex(s_bounds, bound => seconds <= bound);
        lock (_gate)
        {
            _counts[bucket < 0 ? s_bounds.Length : bucket]++;
            _sum += seconds;
        }
    }

    public void OnNext(NextShare next)
    {
    }

    public void OnMissing(Hash256 id, long peer)
    {
    }
}

/// <summary>Upper bound in seconds and count of each bucket alone, and the sum of all.</summary>
public sealed record ShareDelayTotals(IReadOnlyList<(double Bound, long Count)> Buckets, double SumSeconds);
