namespace Otedama.Core;

/// <summary>
/// Header and solution of the job with the worker's 15 bytes. A candidate's extranonce is the 32-byte header nonce, its
/// proof the 15 bytes: whatever else a miner writes into the solution does not count, so that a good share is always a good
/// block.
/// </summary>
internal sealed class VerusShareForm : ShareForm
{
    public override int DataLengthMax => Verus.HeaderSize;

    public override Rejection Check(Job job, in Candidate candidate)
    {
        if (candidate.Time != job.Recipe.Time)
        {
            return Rejection.TimeOutOfRange;
        }
        return candidate.Extranonce.Length == Hash256.Size && candidate.Proof is { Length: Verus.NonceLength }
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
        VerusRecipe recipe = (VerusRecipe)job.Recipe;
        for (int i = 0; i < picks.Length; i++)
        {
            ref readonly Candidate candidate = ref candidates[picks[i]];
            Span<byte> item = data.Slice(i * Verus.HeaderSize, Verus.HeaderSize);
            lengths[i] = recipe.WriteWhole(candidate.Time, candidate.Extranonce.Span, recipe.Solution.Span, item);
            candidate.Proof.CopyTo(item[^Verus.NonceLength..]);
        }
        return picks.Length * Verus.HeaderSize;
    }
}
