namespace Otedama.Core;

/// <summary>What a header of the Zcash and Verus families has beside the six common fields.</summary>
/// <param name="Reserved">Between merkle root and time: Sapling root, block commitments or zero, as the chain has it.</param>
/// <param name="Nonce">32 bytes as stored.</param>
/// <param name="Solution">Without its compactSize length.</param>
/// <param name="VerusId">
/// The VerusHash of the whole header, which is its id in the Verus family; null until whoever can compute it did.
/// </param>
public record ZcashProof(Hash256 Reserved, Hash256 Nonce, ReadOnlyMemory<byte> Solution, Hash256? VerusId = null)
    : HeaderProof
{
    /// <summary>Bytes of the header before the solution's length.</summary>
    public const int HeaderSize = 140;

    /// <summary>Where the fields lie in a header.</summary>
    public const int TimeOffset = 100, BitsOffset = 104, NonceOffset = 108;

    /// <summary>The longest solution of any chain of these families (Verus blocks made by stake).</summary>
    public const int SolutionBytesMax = 4_096;

    /// <summary>Bytes of the longest header that is mined: Equihash 200,9 and Verus.</summary>
    public const int MinedBytesMax = HeaderSize + 3 + 1_344;

    /// <summary>All zeros, without a solution.</summary>
    public static ZcashProof Empty { get; } = new(Hash256.Zero, Hash256.Zero, default);

    public override int HeaderLength => HeaderSize + ByteWriter.CompactSizeLength((ulong)Solution.Length) + Solution.Length;

    /// <summary>SHA-256d of the whole header, or the VerusHash that was filled in.</summary>
    public override Hash256 IdOf(BlockHeader header) => VerusId ?? Sha256d.Hash(header.ToArray());

    public override void WriteHeader(BlockHeader header, Span<byte> destination) => new ByteWriter(HeaderLength)
        .UInt32(header.Version).Hash(header.PreviousHash).Hash(header.MerkleRoot).Hash(Reserved)
        .UInt32(header.Time).UInt32(header.Bits).Hash(Nonce).Bytes(Solution.Span).Span.CopyTo(destination);

    public override IReadOnlyList<(string Name, object Value)> Shown(BlockHeader header) =>
        [("finalsaplingroot", Reserved.ToString()), ("nonce", Nonce.ToString()), ("solution", Hex.Encode(Solution.Span))];

    /// <summary>The embedded chain: one version, and nothing stands in the field between merkle root and time.</summary>
    internal static string? Refuses(BlockHeader fields, uint version) =>
        fields.Version != version ? $"bad-version(0x{fields.Version:x8})"
        : fields.Proof is ZcashProof { Reserved.IsZero: false } ? "bad-reserved-field" : null;

    /// <summary>Throws FormatException.</summary>
    internal static BlockHeader ReadHeader(ref ByteReader reader)
    {
        (uint version, Hash256 previous, Hash256 root, Hash256 reserved) = (reader.UInt32(), reader.Hash(), reader.Hash(), reader.Hash());
        (uint time, uint bits, Hash256 nonce) = (reader.UInt32(), reader.UInt32(), reader.Hash());
        int length = reader.Count(1);
        return length <= SolutionBytesMax
            ? new BlockHeader(version, previous, root, time, bits, 0) { Proof = new ZcashProof(reserved, nonce, reader.Take(length).ToArray()) }
            : throw new FormatException($"a solution of {length} bytes; at most {SolutionBytesMax} are possible");
    }

    public virtual bool Equals(ZcashProof? other) => other is not null && EqualityContract == other.EqualityContract
        && Reserved == other.Reserved && Nonce == other.Nonce && Solution.Span.SequenceEqual(other.Solution.Span);

    public override int GetHashCode() => HashCode.Combine(Reserved, Nonce, Solution.Length);
}
