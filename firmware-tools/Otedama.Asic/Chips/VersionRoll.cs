using System.Numerics;

namespace Otedama.Asic;

/// <summary>Counting in the bits of a mask.</summary>
public static class VersionRoll
{
    /// <summary>The lowest bits of a number put into the bits of a mask, in order; what does not fit falls
    /// away.</summary>
    public static uint Deposit(uint packed, uint mask)
    {
        uint bits = 0;
        for (uint left = mask; left != 0; left &= left - 1, packed >>= 1)
        {
            bits |= (packed & 1) << BitOperations.TrailingZeroCount(left);
        }
        return bits;
    }

    /// <summary>The bits of a mask put together as a number.</summary>
    public static uint Extract(uint value, uint mask)
    {
        uint packed = 0;
        int place = 0;
        for (uint left = mask; left != 0; left &= left - 1)
        {
            packed |= (value >> BitOperations.TrailingZeroCount(left) & 1) << place++;
        }
        return packed;
    }

    /// <summary>The version so many steps further; bits outside of the mask stay.</summary>
    public static uint Roll(uint version, uint mask, int steps = 1) =>
        (version & ~mask) | Deposit(unchecked(Extract(version, mask) + (uint)steps), mask);
}
