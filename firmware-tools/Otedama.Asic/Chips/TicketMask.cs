using System.Numerics;

namespace Otedama.Asic;

/// <summary>Register 14: zero bits a nonce must have beyond the 32. A bit test, not a comparison.</summary>
public static class TicketMask
{
    public const byte Register = 0x14;

    /// <summary>The register holds no more bits.</summary>
    public const int BitsMax = 31;

    /// <summary>Good nonces a second of a chain: enough to see that it lives, few enough for the link.</summary>
    private const double RateMin = 0.5, RateMax = 10;

    /// <summary>For a difficulty of which the power of two below it counts: 2^N - 1 with the bits inside each byte
    /// reversed.</summary>
    public static uint ForDifficulty(int difficulty) =>
        ReverseInBytes((1u << BitOperations.Log2((uint)difficulty)) - 1);

    /// <summary>Zero bits beyond the 32.</summary>
    public static int BitsOf(uint register) => BitOperations.PopCount(register);

    /// <summary>
    /// The power of two near the usual one that gives half a nonce to ten a second and is no harder than a share.
    /// </summary>
    public static int Choose(double hashrate, double shareDifficulty, int usual)
    {
        double atOne = hashrate / 4294967296.0;
        int bits = BitOperations.Log2((uint)usual);
        while (bits < 24 && atOne / (1 << bits) > RateMax)
        {
            bits++;
        }
        while (bits > 0 && (atOne / (1 << bits) < RateMin || 1 << bits > shareDifficulty))
        {
            bits--;
        }
        return 1 << bits;
    }

    private static uint ReverseInBytes(uint value)
    {
        value = ((value >> 1) & 0x55555555) | ((value & 0x55555555) << 1);
        value = ((value >> 2) & 0x33333333) | ((value & 0x33333333) << 2);
        return ((value >> 4) & 0x0f0f0f0f) | ((value & 0x0f0f0f0f) << 4);
    }
}
