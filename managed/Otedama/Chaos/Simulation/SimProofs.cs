using Otedama.Core;

namespace Otedama;

/// <summary>SHA-256d by the base library, in the simulation's own thread.</summary>
internal sealed class SimProofs : IProofChecker
{
    public void Check(Algorithm algorithm, ReadOnlySpan<ProofItem> items, ReadOnlySpan<byte> data,
        Span<ProofResult> results)
    {
        for (int i = 0; i < items.Length; i++)
        {
            Hash256 hash = Sha256d.Hash(data.Slice(items[i].DataOffset, items[i].DataLength));
            results[i] = new ProofResult(items[i].Target.IsMetBy(hash) ? ProofVerdict.Valid
                : ProofVerdict.AboveTarget, hash);
        }
    }
}
