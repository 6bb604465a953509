using System.Buffers.Binary;

namespace Otedama.Core;

/// <summary>
/// A block header. All families have these fields. In the Bitcoin family they are the 80 bytes; in the KawPow family the
/// last one holds the height and 40 bytes of proof follow; in the Zcash and Verus families it is unused and 32 bytes lie
/// before the time, nonce and solution after the bits.
/// </summary>
public readonly record struct BlockHeader(uint Version, Hash256 PreviousHash, Hash256 MerkleRoot, uint Time, uint Bits, uint Nonce)
{
    /// <summary>Bytes of the Bitcoin family's header, and of the part every family hashes first.</summary>
    public const int Size = 80;

    /// <summary>Nonce and mix of the KawPow family; null elsewhere.</summary>
    public KawPowProof? KawPow { get; init; }

    /// <summary>Reserved field, nonce and solution of the Zcash and Verus families; null elsewhere.</summary>
    public ZcashProof? Zcash { get; init; }

    /// <summary>Serialised bytes.</summary>
    public int Length => Zcash is { } zcash ? zcash.Length : KawPow is null ? Size : Core.KawPow.HeaderSize;

    /// <summary>SHA-256d of the 80 bytes, of all bytes in the Zcash family: the id there, what a KawPow miner works on.</summary>
    public Hash256 Sha256dHash
    {
        get
        {
            if (Zcash is not null)
            {
                return Sha256d.Hash(ToArray());
            }
            Span<byte> bytes = stackalloc byte[Size];
            CopyFieldsTo(bytes);
            return Sha256d.Hash(bytes);
        }
    }

    /// <summary>The block's id: SHA-256d, or KawPow's hash with the mix believed, or the VerusHash that was filled in.</summary>
    public Hash256 Id => Zcash?.VerusId ?? (KawPow is { } proof ? Core.KawPow.FinalHash(Sha256dHash, proof) : Sha256dHash);

    /// <summary>Reads a header from the first bytes. Throws FormatException when there are too few.</summary>
    public static BlockHeader Parse(ReadOnlySpan<byte> data, HeaderFamily family = HeaderFamily.Bitcoin)
    {
        ByteReader reader = new(data);
        return Read(ref reader, family);
    }

    public static BlockHeader Read(ref ByteReader reader, HeaderFamily family = HeaderFamily.Bitcoin)
    {
        if (family is HeaderFamily.Zcash or HeaderFamily.Verus)
        {
            return ReadZcash(ref reader);
        }
        BlockHeader header = new(reader.UInt32(), reader.Hash(), reader.Hash(), reader.UInt32(), reader.UInt32(), reader.UInt32());
        return family == HeaderFamily.KawPow
            ? header with { KawPow = new KawPowProof(unchecked((ulong)reader.Int64()), reader.Hash()) }
            : header;
    }

    private static BlockHeader ReadZcash(ref ByteReader reader)
    {
        (uint version, Hash256 previous, Hash256 root, Hash256 reserved) = (reader.UInt32(), reader.Hash(), reader.Hash(), reader.Hash());
        (uint time, uint bits, Hash256 nonce) = (reader.UInt32(), reader.UInt32(), reader.Hash());
        int length = reader.Count(1);
        return length <= ZcashProof.SolutionBytesMax
            ? new BlockHeader(version, previous, root, time, bits, 0) { Zcash = new ZcashProof(reserved, nonce, reader.Take(length).ToArray()) }
            : throw new FormatException($"a solution of {length} bytes; at most {ZcashProof.SolutionBytesMax} are possible");
    }

    /// <summary>Writes Length bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        if (Zcash is { } zcash)
        {
            WriteZcash(zcash).CopyTo(destination);
            return;
        }
        CopyFieldsTo(destination);
        if (KawPow is { } proof)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(destination[Size..], proof.Nonce);
            proof.Mix.CopyTo(destination[(Size + 8)..]);
        }
    }

    public byte[] ToArray()
    {
        byte[] bytes = new byte[Length];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>What a proof checker takes for this header (otedama_algo.h).</summary>
    public byte[] ProofData()
    {
        if (KawPow is not { } proof)
        {
            return ToArray();
        }
        byte[] data = new byte[Core.KawPow.DataSize];
        Core.KawPow.WriteData(Sha256dHash, proof, data);
        return data;
    }

    private ReadOnlySpan<byte> WriteZcash(ZcashProof zcash) => new ByteWriter(zcash.Length)
        .UInt32(Version).Hash(PreviousHash).Hash(MerkleRoot).Hash(zcash.Reserved)
        .UInt32(Time).UInt32(Bits).Hash(zcash.Nonce).Bytes(zcash.Solution.Span).Span;

    private void CopyFieldsTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Version);
        PreviousHash.CopyTo(destination[4..]);
        MerkleRoot.CopyTo(destination[36..]);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[68..], Time);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[72..], Bits);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[76..], Nonce);
    }
}
