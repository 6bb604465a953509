namespace Otedama.Core;

/// <summary>Which allocator cuts the space of a job's family.</summary>
public static class RangeSource
{
    /// <summary>extranonce1: what the upstream gave; extranonce2Length: bytes it left to us.</summary>
    public static IRangeSource For(HeaderRecipe recipe, ReadOnlySpan<byte> extranonce1, int extranonce2Length) => recipe is KawPowRecipe
        ? new NonceRangeAllocator(extranonce1)
        : new RangeAllocator(extranonce1, extranonce2Length);
}
