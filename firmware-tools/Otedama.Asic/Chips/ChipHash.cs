using System.Numerics;
using Otedama.Core;

namespace Otedama.Asic;

/// <summary>What chips look at in a hash.</summary>
public static class ChipHash
{
    /// <summary>Zero bits it begins with, read as a number; 256 for zero.</summary>
    public static int LeadingZeros(Hash256 hash)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        hash.CopyTo(bytes);
        int zeros = 0;
        for (int i = bytes.Length - 1; i >= 0; i--)
        {
            if (bytes[i] != 0)
            {
                return zeros + BitOperations.LeadingZeroCount((uint)bytes[i]) - 24;
            }
            zeros += 8;
        }
        return zeros;
    }
}
