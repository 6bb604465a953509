namespace Otedama.Core;

/// <summary>How candidates of one family are checked and turned into what the proof checker reads.</summary>
internal abstract class ShareForm
{
    /// <summary>Bytes of checker data per candidate at most.</summary>
    public abstract int DataLengthMax { get; }

    /// <summary>True when nonce and job alone tell two submissions apart, whatever proof comes with them.</summary>
    public virtual bool NonceIsTheWholeKey => false;

    /// <summary>True when a block of this candidate needs a proof that the checker has to work out.</summary>
    public virtual bool LacksProof(in Candidate candidate) => false;

    /// <summary>The family's own cheap checks; None when the candidate may be built.</summary>
    public abstract Rejection Check(Job job, in Candidate candidate);

    /// <summary>
    /// Writes the data of candidates[picks[0]], candidates[picks[1]], ... one after the other, and each one's length.
    /// All belong to the job. Returns the bytes written.
    /// </summary>
    public abstract int Build(
        Job job,
        ReadOnlySpan<Candidate> candidates,
        ReadOnlySpan<int> picks,
        Span<byte> data,
        Span<int> lengths);
}
