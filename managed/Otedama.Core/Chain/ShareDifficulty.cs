using System.Numerics;

namespace Otedama.Core;

/// <summary>
/// How hard the next share is, and what a share of that difficulty weighs (share chain rules, section 4).
/// </summary>
public static class ShareDifficulty
{
    private const int FractionBits = 16;

    /// <summary>More than a target has: what is moved further right is zero, further left beyond every limit.</summary>
    private const int ShiftMax = 320;

    // The cubic that stands for 2^f - 1 with f in 65,536ths; the same three numbers as in Bitcoin Cash's ASERT.
    private const ulong Linear = 195_766_423_245_049, Square = 971_821_376, Cube = 5_127;

    /// <summary>
    /// Bits of a share whose parent has parentBits. gapMs: the parent's time less its own parent's, already capped;
    /// below zero where clocks disagree. uncles: of the parent. Times in ms; halfLifeMs above zero.
    /// </summary>
    public static uint Next(uint parentBits, Int128 gapMs, int uncles, ulong spacingMs, ulong halfLifeMs, Target limit)
    {
        Int128 late = gapMs - ((Int128)spacingMs * (1 + uncles));
        Int128 exponent = (late << FractionBits) / halfLifeMs; // towards zero
        ulong fraction = (ulong)(exponent & 0xffff);
        Int128 shift = (exponent >> FractionBits) - FractionBits;
        BigInteger scaled = Target.FromCompact(parentBits).Value.ToBigInteger() * Power(fraction);
        BigInteger target = Shifted(scaled, (int)Int128.Clamp(shift, -ShiftMax, ShiftMax));
        target = BigInteger.Min(limit.Value.ToBigInteger(), BigInteger.Max(1, target));
        return new Target(UInt256.FromBigInteger(target)).ToCompact();
    }

    /// <summary>What a share must meet: 2^harder below what its bits say.</summary>
    public static Target Required(uint bits, int harder) =>
        new(UInt256.FromBigInteger(Target.FromCompact(bits).Value.ToBigInteger() >> harder));

    /// <summary>
    /// Weight of a share: floor(2^256 / (target + 1)) x 2^harder. UInt128.MaxValue where that is more, which no chain
    /// can count.
    /// </summary>
    public static UInt128 Work(uint bits, int harder)
    {
        UInt128 work = Target.FromCompact(bits).ToWork();
        return work > UInt128.MaxValue >> harder ? UInt128.MaxValue : work << harder;
    }

    /// <summary>65,536 x 2^(fraction / 65,536), rounded as consensus has it.</summary>
    private static ulong Power(ulong fraction) => 65_536
        + (((fraction * (Linear + (fraction * (Square + (fraction * Cube))))) + (1UL << 47)) >> 48);

    private static BigInteger Shifted(BigInteger value, int left) => left >= 0 ? value << left : value >> -left;
}
