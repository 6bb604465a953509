namespace Otedama.Core;

/// <summary>
/// Header, nonce and solution. A candidate's extranonce is the whole 32-byte nonce, its proof the solution without length;
/// the session has seen to it that the nonce begins with its own bytes.
/// </summary>
internal sealed class ZcashShareRecipe : ShareRecipe
{
    /// <summary>Header, the longest length and the longest solution that is mined (200,9).</summary>
    public override int DataLengthMax => ZcashProof.HeaderSize + 3 + 1_344;

    public override Rejection Check(Job job, in Candidate candidate)
    {
        var recipe = (ZcashRecipe)job.Recipe;
        return candidate.Extranonce.Length == Hash256.Size && candidate.Proof?.Length == recipe.SolutionLength
            ? Rejection.None
            : Rejection.BadProof;
    }

    public override int Build(
        Job job,
        ReadOnlySpan<Candidate> candidates,
        ReadOnlySpan<int> picks,
        Span<byte> data,
        Span<int> lengths)
    {
        var recipe = (ZcashRecipe)job.Recipe;
        int written = 0;
        for (int i = 0; i < picks.Length; i++)
        {
            ref readonly Candidate candidate = ref candidates[picks[i]];
            Span<byte> item = data[written..];
            recipe.WriteHeader(candidate.Time, candidate.Extranonce.Span, item);
            int prefix = recipe.WriteSolutionLength(item[ZcashProof.HeaderSize..]);
            candidate.Proof.CopyTo(item[(ZcashProof.HeaderSize + prefix)..]);
            lengths[i] = ZcashProof.HeaderSize + prefix + recipe.SolutionLength;
            written += lengths[i];
        }
        return written;
    }
}
