using System.Numerics;
using Otedama.Core;

namespace Otedama;

/// <summary>
/// Section 6 of the share chain rules as it is written, in the slow obvious form: a walk over shares by their bytes
/// alone, with numbers of any size.
/// </summary>
internal static class WindowBooks
{
    /// <summary>The weights of a share on `parent`. shares: by id, at least those that the walk meets.</summary>
    public static Dictionary<PayoutKey, BigInteger> Walk(
        Hash256 parent, IReadOnlyDictionary<Hash256, ChainShare> shares, ChainParameters parameters)
    {
        Dictionary<PayoutKey, BigInteger> weights = [];
        if (!shares.TryGetValue(parent, out ChainShare? at))
        {
            return weights;
        }
        BigInteger room = parameters.WindowWork * WorkOf(at.Work.Header.Bits);
        for (int i = 0; i < parameters.WindowShares && at is not null && room > 0; i++)
        {
            foreach ((ShareCore who, BigInteger credit) in CreditsOf(at, shares, parameters))
            {
                BigInteger clipped = BigInteger.Min(credit, room);
                BigInteger fee = clipped * who.FeeBasisPoints / 10_000;
                Add(weights, who.Payout, clipped - fee);
                Add(weights, who.FeePayout, fee);
                room -= clipped;
            }
            at = shares.GetValueOrDefault(at.Core.Parent);
        }
        return weights;
    }

    public static ChainPayee[] ToPayees(Dictionary<PayoutKey, BigInteger> weights) =>
        [.. weights.Select(static pair => new ChainPayee(pair.Key, (UInt128)pair.Value))];

    private static IEnumerable<(ShareCore Who, BigInteger Credit)> CreditsOf(
        ChainShare share, IReadOnlyDictionary<Hash256, ChainShare> shares, ChainParameters parameters)
    {
        ChainShare[] uncles = [.. share.Core.Uncles.Select(id => shares[id])];
        BigInteger[] bonuses = [.. uncles.Select(uncle => WorkOf(uncle.Core.Bits) * parameters.PenaltyPercent / 100)];
        BigInteger bonus = bonuses.Aggregate(BigInteger.Zero, static (sum, each) => sum + each);
        yield return (share.Core, WorkOf(share.Core.Bits) + bonus);
        for (int i = 0; i < uncles.Length; i++)
        {
            yield return (uncles[i].Core, WorkOf(uncles[i].Core.Bits) - bonuses[i]);
        }
    }

    private static BigInteger WorkOf(uint bits) =>
        (BigInteger.One << 256) / (Target.FromCompact(bits).Value.ToBigInteger() + 1);

    private static void Add(Dictionary<PayoutKey, BigInteger> weights, PayoutKey key, BigInteger amount)
    {
        if (amount > 0)
        {
            weights[key] = weights.GetValueOrDefault(key) + amount;
        }
    }
}
