using System.Numerics;

namespace Otedama.Asic;

/// <summary>Register 10: after how many ticks of 25 MHz one sweep through a core's nonces ends. 0 halts
/// hashing.</summary>
public static class HashCount
{
    public const byte Register = 0x10;

    /// <summary>Ticks a sweep overruns by, and some more.</summary>
    public const int Guard = 200;

    /// <summary>Without guard. A core tests two nonces a clock.</summary>
    public static long WithoutGuard(int cores, int chips, PllSetting pll)
    {
        long slice = (1L << 32) / BitOperations.RoundUpToPowerOf2((uint)cores) / BitOperations.RoundUpToPowerOf2(
            (uint)chips);
        return slice * pll.Reference * pll.Post / (2 * pll.Feedback);
    }

    /// <summary>What to write.</summary>
    public static uint For(ChipFamily family, int chips, PllSetting pll) =>
        (uint)Math.Max(1, WithoutGuard(family.Cores, chips, pll) - Guard);

    /// <summary>How long chips have something new to do under one job; then they silently repeat themselves.</summary>
    public static TimeSpan Epoch(ChipFamily family, uint hashCount, uint versionMask)
    {
        double versions = Math.Pow(2, BitOperations.PopCount(versionMask & ChipFamily.VersionReach));
        double batches = Math.Max(1, versions / family.SmallPerCore);
        return TimeSpan.FromSeconds(batches * hashCount / (PllRange.Crystal * 1e6));
    }
}
