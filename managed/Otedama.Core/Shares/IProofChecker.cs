namespace Otedama.Core;

/// <summary>One header to check; points into a byte buffer that travels beside a batch of these.</summary>
public readonly record struct ProofItem(int DataOffset, int DataLength, int Height, Target Target);

public enum ProofVerdict
{
    Valid = 0,
    AboveTarget = 1,
    BadProof = 2,
    Malformed = 3,
}

/// <summary>The verdict and the proof-of-work hash it rests on.</summary>
public readonly record struct ProofResult(ProofVerdict Verdict, Hash256 Hash);

/// <summary>The seam to whoever recomputes proofs of work: native code in production. Thread-safe.</summary>
public interface IProofChecker
{
    /// <summary>
    /// Checks items.Length proofs; data holds the headers in the layout otedama_algo.h documents for the algorithm.
    /// </summary>
    void Check(Algorithm algorithm, ReadOnlySpan<ProofItem> items, ReadOnlySpan<byte> data, Span<ProofResult> results);

    /// <summary>
    /// What the data of an item lacks to be a block's: the mix of a KawPow item that claims none. Costs as much as a
    /// check.
    /// </summary>
    byte[] Prove(Algorithm algorithm, in ProofItem item, ReadOnlySpan<byte> data) =>
        throw new NotSupportedException($"{GetType().Name} works out no proof of {algorithm}");
}
