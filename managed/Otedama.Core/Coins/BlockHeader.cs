using System.Buffers.Binary;

namespace Otedama.Core;

/// <summary>
/// A block header. All families have these fields: they are the 80 bytes of the Bitcoin family. Elsewhere a proof goes with
/// them, which says where they lie.
/// </summary>
public readonly record struct BlockHeader(uint Version, Hash256 PreviousHash, Hash256 MerkleRoot, uint Time, uint Bits, uint Nonce)
{
    /// <summary>Bytes of the Bitcoin family's header.</summary>
    public const int Size = 80;

    /// <summary>What follows the fields; null in the Bitcoin family, whose nonce is the whole proof.</summary>
    public HeaderProof? Proof { get; init; }

    /// <summary>Serialised bytes.</summary>
    public int Length => Proof?.HeaderLength ?? Size;

    /// <summary>The height the header claims; null where headers do not say.</summary>
    public int? ClaimedHeight => Proof?.HeightOf(this);

    /// <summary>SHA-256d of the fields as 80 bytes: the id in the Bitcoin family, what a KawPow miner works on.</summary>
    public Hash256 FieldsHash
    {
        get
        {
            Span<byte> bytes = stackalloc byte[Size];
            CopyFieldsTo(bytes);
            return Sha256d.Hash(bytes);
        }
    }

    public Hash256 Id => Proof?.IdOf(this) ?? FieldsHash;

    /// <summary>Reads a header from the first bytes; family: null = Bitcoin. Throws FormatException when there are too few.</summary>
    public static BlockHeader Parse(ReadOnlySpan<byte> data, HeaderFamily? family = null)
    {
        ByteReader reader = new(data);
        return Read(ref reader, family);
    }

    public static BlockHeader Read(ref ByteReader reader, HeaderFamily? family = null) =>
        (family ?? HeaderFamily.Bitcoin).ReadHeader(ref reader);

    /// <summary>Writes Length bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        if (Proof is { } proof)
        {
            proof.WriteHeader(this, destination);
            return;
        }
        CopyFieldsTo(destination);
    }

    public byte[] ToArray()
    {
        byte[] bytes = new byte[Length];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>What a proof checker takes for this header (otedama_algo.h).</summary>
    public byte[] ProofData() => Proof?.DataOf(this) ?? ToArray();

    /// <summary>Writes the fields as 80 bytes.</summary>
    internal void CopyFieldsTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Version);
        PreviousHash.CopyTo(destination[4..]);
        MerkleRoot.CopyTo(destination[36..]);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[68..], Time);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[72..], Bits);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[76..], Nonce);
    }
}
