using System.Buffers.Binary;

namespace Otedama.Core;

/// <summary>
/// The solution of a Verus header: a descriptor of 72 bytes, entries that name the chains the header counts for, zeros,
/// and 15 bytes at the end that are all a miner may change.
/// </summary>
public static class Verus
{
    /// <summary>Version of headers whose solution matters.</summary>
    public const uint HeaderVersion = 0x0001_0004;

    public const int SolutionLength = 1_344;

    /// <summary>Free bytes at the end of the solution, which are the end of the header too.</summary>
    public const int NonceLength = 15;

    /// <summary>Where in the 15 bytes a rig's counter of 8 begins; the bytes before it are the extranonce's.</summary>
    public const int CounterOffset = 7;

    public const int HeaderSize = ZcashProof.HeaderSize + 3 + SolutionLength;

    private const int EntryCountOffset = 5, RootsOffset = 8, RootsLength = 64, DescriptorLength = 72;

    /// <summary>Chain id and hash of one entry.</summary>
    private const int ChainIdLength = 20, EntryLength = ChainIdLength + Hash256.Size;

    /// <summary>Since this version the daemon binds the header's fields by an entry, so that pools and miners may not change them.</summary>
    private const uint BindingVersion = 7;

    /// <summary>
    /// True when the header's hashes, bits and nonce are bound by an entry. Miners then hash zeros in their place, and only
    /// the last 15 bytes tell two pieces of work apart.
    /// </summary>
    public static bool Binds(ReadOnlySpan<byte> solution) =>
        BinaryPrimitives.ReadUInt32LittleEndian(solution) >= BindingVersion && solution[EntryCountOffset] > 0;

    /// <summary>A solution of the binding version with one entry for this chain whose hash is still to be filled in.</summary>
    public static byte[] NewSolution(ReadOnlySpan<byte> chainId)
    {
        byte[] solution = new byte[SolutionLength];
        BinaryPrimitives.WriteUInt32LittleEndian(solution, BindingVersion);
        solution[EntryCountOffset] = 1;
        chainId[..ChainIdLength].CopyTo(solution.AsSpan(DescriptorLength));
        return solution;
    }

    /// <summary>Writes the hash of these header fields into the first entry.</summary>
    public static void Bind(Span<byte> solution, Hash256 previous, Hash256 merkleRoot, Hash256 reserved, Hash256 nonce, uint bits) =>
        PreHeaderHash(solution, previous, merkleRoot, reserved, nonce, bits)
            .CopyTo(solution.Slice(DescriptorLength + ChainIdLength, Hash256.Size));

    /// <summary>
    /// What an entry holds: BLAKE2b-256 over the fields that merged mining binds (nonce before bits) and the two roots in
    /// the solution.
    /// </summary>
    public static Hash256 PreHeaderHash(
        ReadOnlySpan<byte> solution, Hash256 previous, Hash256 merkleRoot, Hash256 reserved, Hash256 nonce, uint bits)
    {
        ByteWriter fields = new(196);
        fields.Hash(previous).Hash(merkleRoot).Hash(reserved).Hash(nonce).UInt32(bits).Raw(solution.Slice(RootsOffset, RootsLength));
        return Blake2b.Hash256(fields.Span, "VerusDefaultHash"u8);
    }

    /// <summary>Puts zeros where a bound header is hashed with zeros. header: 1487 bytes.</summary>
    public static void Clear(Span<byte> header)
    {
        header[4..ZcashProof.TimeOffset].Clear();
        header[ZcashProof.BitsOffset..ZcashProof.HeaderSize].Clear();
        header.Slice(ZcashProof.HeaderSize + 3 + RootsOffset, RootsLength).Clear();
    }
}
