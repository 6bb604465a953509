using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Buckets of one peer, one for each rate of each message: filled evenly, twice the rate's count at most, and in debt
/// down to as much again when the peer goes on. One caller.
/// </summary>
internal sealed class PeerRates
{
    /// <summary>What one message too many costs, and one of a peer that does not stop.</summary>
    public const int OverPoints = 10, FarOverPoints = 20;

    private static readonly int[] s_first = FirstBuckets(out s_count);
    private static readonly int s_count;

    private readonly double[] _left = new double[s_count];
    private readonly long[] _at = new long[s_count];
    private readonly double _shareUnit;

    /// <summary>
    /// shareUnit: tenths of the chain's spacing in seconds, by which the windows of shares are longer.
    /// </summary>
    public PeerRates(long nowMs, double shareUnit)
    {
        _shareUnit = shareUnit;
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
            ref double left = ref _left[s_first[(int)rule.Message] + i];
            ref long at = ref _at[s_first[(int)rule.Message] + i];
            double most = 2 * rate.Count;
            left = Math.Min(most, left + ((nowMs - at) * rate.Count / WindowMs(rule, rate)));
            at = nowMs;
            left = Math.Max(-most, left - count);
            points = Math.Max(points, left <= -most ? FarOverPoints : left < 0 ? OverPoints : 0);
        }
        return points;
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
