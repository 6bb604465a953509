using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Pool;

/// <summary>Merkle roots by native code, one call for all coinbases of a batch.</summary>
public sealed class NativeMerkleRoots : IMerkleRoots
{
    public void Compute(BitcoinRecipe recipe, ReadOnlySpan<byte> extranonces, int extranonceLength, Span<byte> roots) =>
        BitcoinHash.MerkleRoots(
            roots,
            extranonces,
            extranonceLength,
            recipe.CoinbasePrefix.Span,
            recipe.CoinbaseSuffix.Span,
            recipe.Branches.Span);
}
