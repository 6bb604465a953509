using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Buckets of one peer, one for each rate of each message: filled evenly, twice the rate's count at most, and in debt
/// down to as much again when the peer goes on. After a silence what is said unasked may come for the whole of it at
/// once: a link that stood still brings it so, and honest peers are not blamed for their lines. One caller.
/// </summary>
internal sealed class PeerRates
{
    /// <summary>What one message too many costs, and one of a peer that does not stop.</summary>
    public const int OverPoints = 10, FarOverPoints = 20;

    /// <summary>
    /// Silences shorter than the first are none, and no more than the second is made up for: a link that stands still
    /// for longer ends.
    /// </summary>
    private const int SilenceMinMs = 1_000, ExcusedMs = 30_000;

    /// <summary>
    /// Of messages from 0x8000 on: an extension that says more says it in HELLO, and has its own rate.
    /// </summary>
    private static readonly PeerRate s_skippedBytes = new(1 << 20, TimeSpan.FromMinutes(1));

    private static readonly int[] s_first = FirstBuckets(out s_count);
    private static readonly int s_count;

    private static readonly PeerMessageRule[] s_unasked =
        [.. PeerMessageRule.All.Where(static rule => rule.Correlation != PeerCorrelation.Paired)];

    private readonly double[] _left = new double[s_count];
    private readonly long[] _at = new long[s_count];
    private readonly double _shareUnit;
    private double _skippedLeft = 2 * s_skippedBytes.Count;
    private long _skippedAt;

    /// <summary>
    /// shareUnit: tenths of the chain's spacing in seconds, by which the windows of shares are longer.
    /// </summary>
    public PeerRates(long nowMs, double shareUnit)
    {
        (_shareUnit, _skippedAt) = (shareUnit, nowMs);
        foreach (PeerMessageRule rule in PeerMessageRule.All)
        {
            for (int i = 0; i < rule.Rates.Count; i++)
            {
                int bucket = s_first[(int)rule.Message] + i;
                (_left[bucket], _at[bucket]) = (2 * rule.Rates[i].Count, nowMs);
            }
        }
    }

    /// <summary>0 when so many of this message may come now, else what they cost.</summary>
    public int Charge(PeerMessageRule rule, int count, long nowMs)
    {
        int points = 0;
        for (int i = 0; i < rule.Rates.Count; i++)
        {
            PeerRate rate = rule.Rates[i];
            int bucket = s_first[(int)rule.Message] + i;
            points = Math.Max(points, Take(
                ref _left[bucket], ref _at[bucket], rate.Count, rate.Count / WindowMs(rule, rate), count, nowMs));
        }
        return points;
    }

    /// <summary>The same for bytes of messages that are passed over.</summary>
    public int ChargeSkipped(long bytes, long nowMs) => Take(ref _skippedLeft, ref _skippedAt, s_skippedBytes.Count,
        s_skippedBytes.Count / s_skippedBytes.Window.TotalMilliseconds, bytes, nowMs);

    private static int Take(ref double left, ref long at, int rateCount, double perMs, double count, long nowMs)
    {
        double most = 2.0 * rateCount;
        left = Math.Max(left, Math.Min(most, left + ((nowMs - at) * perMs)));
        at = nowMs;
        left = Math.Max(-most, left - count);
        return left <= -most ? FarOverPoints : left < 0 ? OverPoints : 0;
    }

    /// <summary>Nothing was heard for so long until now: what may come at once is more by what might have come.</summary>
    public void Excuse(TimeSpan silence, long nowMs)
    {
        if (silence.TotalMilliseconds < SilenceMinMs)
        {
            return;
        }
        double ms = Math.Min(silence.TotalMilliseconds, ExcusedMs);
        foreach (PeerMessageRule rule in s_unasked)
        {
            for (int i = 0; i < rule.Rates.Count; i++)
            {
                PeerRate rate = rule.Rates[i];
                int bucket = s_first[(int)rule.Message] + i;
                double perMs = rate.Count / WindowMs(rule, rate);
                _left[bucket] =
                    Math.Min((2 * rate.Count) + (ms * perMs), _left[bucket] + ((nowMs - _at[bucket]) * perMs));
                _at[bucket] = nowMs;
            }
        }
    }

    private double WindowMs(PeerMessageRule rule, PeerRate rate) => rate.Window.TotalMilliseconds
        * (rule.Message is PeerMessage.Share or PeerMessage.ShareCompact ? _shareUnit : 1);

    private static int[] FirstBuckets(out int count)
    {
        int[] first = new int[(int)PeerMessage.CredResult + 1];
        count = 0;
        foreach (PeerMessageRule rule in PeerMessageRule.All)
        {
            first[(int)rule.Message] = count;
            count += rule.Rates.Count;
        }
        return first;
    }
}
