namespace Otedama.Core;

/// <summary>The seam to whoever folds coinbases into merkle roots: native code in production. Thread-safe.</summary>
public interface IMerkleRoots
{
    /// <summary>
    /// Roots of the coinbases that differ only in their extranonce: coinbase i = prefix + extranonces[i *
    /// extranonceLength ..] + suffix. Writes 32 bytes each, header order; count = roots.Length / 32.
    /// </summary>
    void Compute(BitcoinRecipe recipe, ReadOnlySpan<byte> extranonces, int extranonceLength, Span<byte> roots);
}
