namespace Otedama.Core;

/// <summary>
/// Header, nonce and solution. A candidate's extranonce is the whole 32-byte nonce, its proof the solution without length;
/// the session has seen to it that the nonce begins with its own bytes.
/// </summary>
internal sealed class ZcashShareForm : ShareForm
{
    public override int DataLengthMax => ZcashProof.MinedBytesMax;

    public override Rejection Check(Job job, in Candidate candidate)
    {
        ZcashRecipe recipe = (ZcashRecipe)job.Recipe;
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
        ZcashRecipe recipe = (ZcashRecipe)job.Recipe;
        int written = 0;
        for (int i = 0; i < picks.Length; i++)
        {
            ref readonly Candidate candidate = ref candidates[picks[i]];
            lengths[i] = recipe.WriteWhole(candidate.Time, candidate.Extranonce.Span, candidate.Proof, data[written..]);
            written += lengths[i];
        }
        return written;
    }
}
