using System.Security.Cryptography;
using Otedama.Core;

namespace Otedama.Tests.Shares;

/// <summary>SHA-256d by the base library: an independent second opinion on the native code.</summary>
internal sealed class BclProofs : IProofChecker, IMerkleRoots
{
    private readonly byte[] _coinbase = new byte[4_096];
    private readonly byte[] _pair = new byte[64];

    public int Calls { get; private set; }

    public void Check(Algorithm algorithm, ReadOnlySpan<ProofItem> items, ReadOnlySpan<byte> data, Span<ProofResult> results)
    {
        Calls++;
        Span<byte> hash = stackalloc byte[32];
        for (int i = 0; i < items.Length; i++)
        {
            Sha256d(data.Slice(items[i].DataOffset, items[i].DataLength), hash);
            Hash256 value = new(hash);
            results[i] = new ProofResult(items[i].Target.IsMetBy(value) ? ProofVerdict.Valid : ProofVerdict.AboveTarget, value);
        }
    }

    public void Compute(BitcoinRecipe recipe, ReadOnlySpan<byte> extranonces, int extranonceLength, Span<byte> roots)
    {
        ReadOnlySpan<byte> prefix = recipe.CoinbasePrefix.Span;
        ReadOnlySpan<byte> suffix = recipe.CoinbaseSuffix.Span;
        for (int i = 0; i < roots.Length / 32; i++)
        {
            Span<byte> coinbase = _coinbase.AsSpan(0, prefix.Length + extranonceLength + suffix.Length);
            prefix.CopyTo(coinbase);
            extranonces.Slice(i * extranonceLength, extranonceLength).CopyTo(coinbase[prefix.Length..]);
            suffix.CopyTo(coinbase[(prefix.Length + extranonceLength)..]);
            Span<byte> root = roots.Slice(i * 32, 32);
            Sha256d(coinbase, root);
            for (int branch = 0; branch < recipe.Branches.Length; branch += 32)
            {
                root.CopyTo(_pair);
                recipe.Branches.Span.Slice(branch, 32).CopyTo(_pair.AsSpan(32));
                Sha256d(_pair, root);
            }
        }
    }

    private static void Sha256d(ReadOnlySpan<byte> data, Span<byte> hash)
    {
        Span<byte> first = stackalloc byte[32];
        SHA256.HashData(data, first);
        SHA256.HashData(first, hash);
    }
}
