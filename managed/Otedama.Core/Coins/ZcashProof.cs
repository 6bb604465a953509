namespace Otedama.Core;

/// <summary>What a header of the Zcash and Verus families has beside the six common fields.</summary>
/// <param name="Reserved">Between merkle root and time: Sapling root, block commitments or zero, as the chain has it.</param>
/// <param name="Nonce">32 bytes as stored.</param>
/// <param name="Solution">Without its compactSize length.</param>
/// <param name="VerusId">
/// The VerusHash of the whole header, which is its id in the Verus family; null until whoever can compute it did.
/// </param>
public sealed record ZcashProof(Hash256 Reserved, Hash256 Nonce, ReadOnlyMemory<byte> Solution, Hash256? VerusId = null)
{
    /// <summary>Bytes of the header before the solution's length.</summary>
    public const int HeaderSize = 140;

    /// <summary>Where the fields lie in a header.</summary>
    public const int TimeOffset = 100, BitsOffset = 104, NonceOffset = 108;

    /// <summary>The longest solution of any chain of these families (Verus blocks made by stake).</summary>
    public const int SolutionBytesMax = 4_096;

    /// <summary>Bytes of the header with solution and length.</summary>
    public int Length => HeaderSize + ByteWriter.CompactSizeLength((ulong)Solution.Length) + Solution.Length;

    public bool Equals(ZcashProof? other) => other is not null
        && Reserved == other.Reserved && Nonce == other.Nonce && Solution.Span.SequenceEqual(other.Solution.Span);

    public override int GetHashCode() => HashCode.Combine(Reserved, Nonce, Solution.Length);
}
