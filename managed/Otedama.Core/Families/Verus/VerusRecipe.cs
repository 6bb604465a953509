namespace Otedama.Core;

/// <summary>
/// The Verus family: the solution comes from the node, and only its last 15 bytes are free. This much a rig is told; the
/// nonce of a bound header is not among it (see Verus.Binds).
/// </summary>
public record VerusRecipe : Zip301Recipe
{
    public override HeaderFamily Family => HeaderFamily.Verus;

    public override int SolutionLength { get; init; } = Verus.SolutionLength;

    /// <summary>1344 bytes; the last 15 are the worker's.</summary>
    public required ReadOnlyMemory<byte> Solution { get; init; }

    public bool IsBound => Verus.Binds(Solution.Span);
}

/// <summary>The Verus family on a pool.</summary>
public sealed record VerusBlockRecipe : VerusRecipe, IBlockRecipe
{
    /// <summary>Header nonce where the header is bound.</summary>
    public required Hash256 Nonce { get; init; }

    /// <summary>The stripped coinbase.</summary>
    public required ReadOnlyMemory<byte> WholeCoinbase { get; init; }

    public int CoinbaseLength(int extranonceLength) => WholeCoinbase.Length;

    public ReadOnlyMemory<byte> Coinbase(ReadOnlySpan<byte> extranonce) => WholeCoinbase;

    /// <summary>The hash is the id.</summary>
    public SolvedHeader Solve(ReadOnlySpan<byte> data, Hash256 hash) => new(data.ToArray(), hash);

    public byte[] Unsolved(ReadOnlySpan<byte> extranonce) => WriteWhole(Nonce.ToArray(), Solution.Span);
}
