namespace Otedama.Core;

/// <summary>
/// The Zcash family: the pool fixes every field but the 32-byte nonce, whose first bytes tell connections apart, and the
/// time, which a worker may move forward.
/// </summary>
public record ZcashRecipe : HeaderRecipe
{
    public required uint Version { get; init; }

    public required Hash256 PreviousHash { get; init; }

    public required Hash256 MerkleRoot { get; init; }

    /// <summary>Sapling root, block commitments or zero: as the node says.</summary>
    public required Hash256 Reserved { get; init; }

    public required uint Bits { get; init; }

    public required override uint Time { get; init; }

    /// <summary>Bytes of a solution without its compactSize length.</summary>
    public required int SolutionLength { get; init; }

    /// <summary>The whole coinbase; empty on a rig, which never sees it.</summary>
    public ReadOnlyMemory<byte> Coinbase { get; init; }

    /// <summary>
    /// Writes the 140 bytes before the solution. nonce: 32 bytes as stored; shorter ones are filled up with zeros.
    /// </summary>
    public void WriteHeader(uint time, ReadOnlySpan<byte> nonce, Span<byte> destination)
    {
        Span<byte> whole = stackalloc byte[Hash256.Size];
        whole.Clear();
        nonce.CopyTo(whole);
        new ByteWriter(ZcashProof.HeaderSize)
            .UInt32(Version).Hash(PreviousHash).Hash(MerkleRoot).Hash(Reserved).UInt32(time).UInt32(Bits).Raw(whole)
            .Span.CopyTo(destination);
    }

    /// <summary>Writes the compactSize length before a solution; returns its bytes.</summary>
    public int WriteSolutionLength(Span<byte> destination)
    {
        ReadOnlySpan<byte> bytes = new ByteWriter(4).CompactSize((ulong)SolutionLength).Span;
        bytes.CopyTo(destination);
        return bytes.Length;
    }
}

/// <summary>
/// The Verus family: the solution comes from the node, and only its last 15 bytes are free. Bound headers have the node's
/// nonce as well (see Verus.Binds).
/// </summary>
public sealed record VerusRecipe : ZcashRecipe
{
    /// <summary>1344 bytes; the last 15 are the worker's.</summary>
    public required ReadOnlyMemory<byte> Solution { get; init; }

    /// <summary>Header nonce where the header is bound; zero on a rig, which is not told.</summary>
    public Hash256 Nonce { get; init; }

    public bool IsBound => Verus.Binds(Solution.Span);
}
