using System.Buffers.Binary;

namespace Otedama.Core;

/// <summary>The 80-byte header of the Bitcoin family (SHA-256d, scrypt, Verthash chains).</summary>
public readonly record struct BlockHeader(uint Version, Hash256 PreviousHash, Hash256 MerkleRoot, uint Time, uint Bits, uint Nonce)
{
    public const int Size = 80;

    /// <summary>The block's id: SHA-256d of the 80 bytes, on every chain of this family.</summary>
    public Hash256 Id
    {
        get
        {
            Span<byte> bytes = stackalloc byte[Size];
            CopyTo(bytes);
            return Sha256d.Hash(bytes);
        }
    }

    /// <summary>Reads the first 80 bytes. Throws FormatException when there are fewer.</summary>
    public static BlockHeader Parse(ReadOnlySpan<byte> data)
    {
        ByteReader reader = new(data);
        return Read(ref reader);
    }

    public static BlockHeader Read(ref ByteReader reader) =>
        new(reader.UInt32(), reader.Hash(), reader.Hash(), reader.UInt32(), reader.UInt32(), reader.UInt32());

    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Version);
        PreviousHash.CopyTo(destination[4..]);
        MerkleRoot.CopyTo(destination[36..]);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[68..], Time);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[72..], Bits);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[76..], Nonce);
    }

    public byte[] ToArray()
    {
        byte[] bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }
}
