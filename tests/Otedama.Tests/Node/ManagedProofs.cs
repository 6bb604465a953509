using Otedama.Core;

namespace Otedama.Tests.Node;

/// <summary>SHA-256d of 80-byte headers by the platform's library: the chain's tests need no native code.</summary>
internal sealed class ManagedProofs : IProofChecker
{
    public void Check(Algorithm algorithm, ReadOnlySpan<ProofItem> items, ReadOnlySpan<byte> data, Span<ProofResult> results)
    {
        for (int i = 0; i < items.Length; i++)
        {
            Hash256 hash = Sha256d.Hash(data.Slice(items[i].DataOffset, items[i].DataLength));
            results[i] = new ProofResult(items[i].Target.IsMetBy(hash) ? ProofVerdict.Valid : ProofVerdict.AboveTarget, hash);
        }
    }
}
