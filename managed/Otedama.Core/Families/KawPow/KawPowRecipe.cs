namespace Otedama.Core;

/// <summary>
/// The KawPow family: the header is fixed by the pool, a worker only varies the 64-bit nonce, whose first two bytes tell
/// connections apart. This much a rig is told.
/// </summary>
public record KawPowRecipe : HeaderRecipe
{
    public override HeaderFamily Family => HeaderFamily.KawPow;

    /// <summary>SHA-256d of the 80 bytes; shown to miners in display order.</summary>
    public required Hash256 HeaderHash { get; init; }

    /// <summary>Seed of the epoch, 32 bytes as shown.</summary>
    public required ReadOnlyMemory<byte> SeedHash { get; init; }

    public required uint Bits { get; init; }

    public required override uint Time { get; init; }

    public override IRangeSource Ranges(ReadOnlySpan<byte> extranonce1, int extranonce2Length) => new NonceRangeAllocator(extranonce1);

    public override bool ClaimsBlock(in Candidate candidate, Target network)
    {
        if (candidate.Proof is not { Length: KawPow.MixSize } mix)
        {
            return false;
        }
        Span<byte> shown = stackalloc byte[KawPow.MixSize];
        mix.CopyTo(shown);
        shown.Reverse();
        return network.IsMetBy(KawPow.FinalHash(HeaderHash, new KawPowProof(candidate.Nonce, new Hash256(shown))));
    }
}
