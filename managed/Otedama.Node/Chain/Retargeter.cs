using System.Numerics;
using Otedama.Core;

namespace Otedama.Node;

/// <summary>Which target the next block must have. Integers only, so that every node agrees.</summary>
internal static class Retargeter
{
    /// <summary>A block moves the target by a fraction of (its time - intended) / (8 * intended).</summary>
    private const int Smoothing = 8;

    /// <summary>Times above six intended count as six: at most 13/8 easier per block; at most 7/8 harder.</summary>
    private const int SolveTimesMax = 6;

    /// <summary>
    /// After this many intended times without a block the start target is allowed again: a large miner that left
    /// must not leave the chain standing still.
    /// </summary>
    private const int ReliefTimes = 30;

    /// <summary>Compact target of the block after parent with this header time.</summary>
    public static uint NextBits(ChainEntry parent, uint time, ChainRules rules)
    {
        if (rules.Retarget == RetargetMode.Off)
        {
            return rules.Coin.PowLimitBits;
        }
        Target next = Move(parent, rules);
        Target start = Target.FromCompact(rules.FastStartBits);
        bool silent = time > parent.Header.Time + (ulong)(ReliefTimes * rules.BlockSeconds);
        return silent && next < start ? rules.FastStartBits : next.ToCompact();
    }

    private static Target Move(ChainEntry parent, ChainRules rules)
    {
        Target last = Target.FromCompact(parent.Header.Bits);
        if (parent.Parent is null)
        {
            return last;
        }
        long intended = rules.BlockSeconds;
        long took = Math.Clamp((long)parent.Header.Time - parent.Parent.Header.Time, 0, SolveTimesMax * intended);
        BigInteger value = last.Value.ToBigInteger() * ((Smoothing * intended) + took - intended) / (Smoothing * intended);
        BigInteger limit = Target.FromCompact(rules.Coin.PowLimitBits).Value.ToBigInteger();
        return new Target(UInt256.FromBigInteger(BigInteger.Max(BigInteger.One, BigInteger.Min(value, limit))));
    }
}
