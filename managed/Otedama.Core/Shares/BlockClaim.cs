namespace Otedama.Core;

/// <summary>
/// Whether a candidate of a family whose proofs are dear to check claims to be a block: its hash follows cheaply from what it
/// says, and only whether that is true takes a whole check. Nobody can make many such claims, as each costs as many hashes as
/// a block.
/// </summary>
public static class BlockClaim
{
    public static bool IsMade(Job job, in Candidate candidate) => job.Recipe switch
    {
        KawPowRecipe kawPow => candidate.Proof is { Length: KawPow.MixSize } mix && job.NetworkTarget.IsMetBy(HashOf(kawPow, candidate.Nonce, mix)),
        VerusRecipe => false, // the hash is the check
        ZcashRecipe zcash => candidate.Proof?.Length == zcash.SolutionLength && job.NetworkTarget.IsMetBy(HashOf(zcash, candidate)),
        _ => false,
    };

    private static Hash256 HashOf(KawPowRecipe recipe, ulong nonce, ReadOnlySpan<byte> mix)
    {
        Span<byte> shown = stackalloc byte[KawPow.MixSize];
        mix.CopyTo(shown);
        shown.Reverse();
        return KawPow.FinalHash(recipe.HeaderHash, new KawPowProof(nonce, new Hash256(shown)));
    }

    private static Hash256 HashOf(ZcashRecipe recipe, in Candidate candidate)
    {
        Span<byte> header = stackalloc byte[ZcashProof.HeaderSize + 3 + recipe.SolutionLength];
        recipe.WriteHeader(candidate.Time, candidate.Extranonce.Span, header);
        int prefix = recipe.WriteSolutionLength(header[ZcashProof.HeaderSize..]);
        candidate.Proof.CopyTo(header[(ZcashProof.HeaderSize + prefix)..]);
        return Sha256d.Hash(header[..(ZcashProof.HeaderSize + prefix + recipe.SolutionLength)]);
    }
}
