namespace Otedama.Core;

/// <summary>
/// Candidate -> Share or Rejection, cheap checks first, one call to the proof checker per batch. Used by one thread.
/// </summary>
public sealed class ShareValidator
{
    /// <summary>Candidates of one call at most; what the native side takes at once.</summary>
    public const int BatchMax = 256;

    public ShareValidator(IJobTable jobs, IProofChecker checker, IMerkleRoots roots, ShareValidatorOptions options)
    {
    }

    /// <summary>Judges candidates.Length (at most BatchMax) candidates in order.</summary>
    public void Judge(ReadOnlySpan<Candidate> candidates, Span<Judgement> judgements) =>
        judgements[..candidates.Length].Fill(new Judgement { Rejection = Rejection.UnknownJob });
}
