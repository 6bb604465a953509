using Otedama.Core;

namespace Otedama.Pool;

/// <summary>Where what miners submit goes to be judged.</summary>
public interface ICandidateSink
{
    /// <summary>Where the proofs of candidates are kept; none where no candidate has one.</summary>
    ProofSlab Proofs => ProofSlab.None;

    /// <summary>
    /// Takes a candidate, and with it the place of its proof, without waiting; false when it cannot: nothing was taken.
    /// </summary>
    bool TryEnqueue(in Candidate candidate);
}
