using System.Numerics;

namespace Otedama.Core;

/// <summary>The arithmetic of rewards: whole units only, every sum exact.</summary>
public static class PayoutMath
{
    /// <summary>
    /// Splits the reward in proportion to work by cumulative floor: with S(i) the work of the first i and W of all,
    /// amount i = floor(S(i) R / W) - floor(S(i-1) R / W). Sums to the reward exactly; nobody is off by a unit or more.
    /// All zero when there is no work.
    /// </summary>
    public static void SplitByWork(ReadOnlySpan<UInt128> work, Amount reward, Span<Amount> amounts)
    {
        BigInteger total = BigInteger.Zero;
        foreach (UInt128 part in work)
        {
            total += part;
        }
        amounts[..work.Length].Clear();
        if (total.IsZero)
        {
            return;
        }
        if (total * reward.Units <= UInt128.MaxValue)
        {
            SplitInWords(work, (UInt128)total, (ulong)reward.Units, amounts);
            return;
        }
        BigInteger sum = BigInteger.Zero;
        long before = 0;
        for (int i = 0; i < work.Length; i++)
        {
            sum += work[i];
            long upTo = (long)(sum * reward.Units / total);
            amounts[i] = new Amount(upTo - before);
            before = upTo;
        }
    }

    /// <summary>The same where no product needs more than 128 bits: without an allocation for each payee.</summary>
    private static void SplitInWords(ReadOnlySpan<UInt128> work, UInt128 total, ulong reward, Span<Amount> amounts)
    {
        UInt128 sum = UInt128.Zero;
        long before = 0;
        for (int i = 0; i < work.Length; i++)
        {
            sum += work[i];
            long upTo = (long)(sum * reward / total);
            amounts[i] = new Amount(upTo - before);
            before = upTo;
        }
    }

    /// <summary>
    /// What a share earns under PPS: its part of the reward (after fee) by work / networkWork, by cumulative floor over
    /// the payee's work so far, so that the rounding never adds up. No share earns more than one reward: where the network
    /// is easier than a share, it still is one block at most.
    /// </summary>
    public static Amount PayPerShare(UInt128 workBefore, UInt128 work, Amount rewardAfterFee, UInt128 networkWork)
    {
        if (work >= networkWork)
        {
            return rewardAfterFee;
        }
        BigInteger before = workBefore % networkWork; // whole rewards before it change nothing
        BigInteger after = before + work;
        return new Amount((long)((after * rewardAfterFee.Units / networkWork) - (before * rewardAfterFee.Units / networkWork)));
    }
}
