using System.Buffers.Binary;
using System.Numerics;

namespace Otedama.Wire;

/// <summary>
/// Ids that an address may have (BEP 42): the first 21 bits follow from it and from three random bits, so that
/// whoever wants to sit next to a key needs addresses and not only patience.
/// </summary>
public static class SecureDhtId
{
    /// <summary>Bits of an id that follow from the address; libtorrent checks exactly these.</summary>
    public const int CheckedBits = 21;

    private const uint CheckedMask = uint.MaxValue << (32 - CheckedBits);
    private const uint MaskV4 = 0x030f_3fff;
    private const ulong MaskV6 = 0x0103_070f_1f3f_7fff;

    /// <summary>
    /// An id for this address; random: 20 bytes of which 17 stay as they are and the last chooses the variant.
    /// </summary>
    public static DhtId For(PeerEndpoint address, ReadOnlySpan<byte> random)
    {
        Span<byte> id = stackalloc byte[DhtId.Size];
        random[..DhtId.Size].CopyTo(id);
        uint free = BinaryPrimitives.ReadUInt32BigEndian(id) & ~CheckedMask;
        BinaryPrimitives.WriteUInt32BigEndian(id, (Prefix(address, id[^1]) & CheckedMask) | free);
        return new DhtId(id);
    }

    /// <summary>
    /// True when the id is one of those that the address may have. The caller exempts private addresses.
    /// </summary>
    public static bool Fits(DhtId id, PeerEndpoint address)
    {
        Span<byte> bytes = stackalloc byte[DhtId.Size];
        id.Write(bytes);
        return ((BinaryPrimitives.ReadUInt32BigEndian(bytes) ^ Prefix(address, bytes[^1])) & CheckedMask) == 0;
    }

    /// <summary>CRC-32C of the masked address with three bits of the random byte above it.</summary>
    private static uint Prefix(PeerEndpoint address, byte random)
    {
        ulong variant = random & 7u;
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        if (address.IsV6)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes, ((ulong)(address.Address >> 64) & MaskV6) | (variant << 61));
            return Crc32C(bytes);
        }
        BinaryPrimitives.WriteUInt32BigEndian(bytes,
            (unchecked((uint)address.Address) & MaskV4) | (uint)(variant << 29));
        return Crc32C(bytes[..sizeof(uint)]);
    }

    /// <summary>Castagnoli's CRC as iSCSI has it (RFC 3720): the processor's instruction where it has one.</summary>
    public static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }
        return ~crc;
    }
}
