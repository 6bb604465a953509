using System.Buffers.Binary;
using System.Numerics;

namespace Otedama.Core;

/// <summary>CRC-32 with Castagnoli's polynomial (RFC 3720 B.4), as storage and BEP 42 use it.</summary>
public static class Crc32C
{
    /// <summary>"123456789" gives e3069283.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }
        foreach (byte value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }
        return ~crc;
    }
}
