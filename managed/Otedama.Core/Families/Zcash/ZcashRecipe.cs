namespace Otedama.Core;

/// <summary>
/// The Zcash family: the first bytes of the nonce tell connections apart, and a worker may move the time forward. This much a
/// rig is told.
/// </summary>
public record ZcashRecipe : Zip301Recipe
{
    public override HeaderFamily Family => HeaderFamily.Zcash;

    public required override int SolutionLength { get; init; }

    public override bool ClaimsBlock(in Candidate candidate, Target network)
    {
        if (candidate.Proof?.Length != SolutionLength)
        {
            return false;
        }
        Span<byte> header = stackalloc byte[ZcashProof.MinedBytesMax];
        return network.IsMetBy(Sha256d.Hash(header[..WriteWhole(candidate.Time, candidate.Extranonce.Span, candidate.Proof, header)]));
    }
}

/// <summary>The Zcash family on a pool.</summary>
public sealed record ZcashBlockRecipe : ZcashRecipe, IBlockRecipe
{
    /// <summary>The stripped coinbase.</summary>
    public required ReadOnlyMemory<byte> WholeCoinbase { get; init; }

    public int CoinbaseLength(int extranonceLength) => WholeCoinbase.Length;

    public ReadOnlyMemory<byte> Coinbase(ReadOnlySpan<byte> extranonce) => WholeCoinbase;

    public SolvedHeader Solve(ReadOnlySpan<byte> data, Hash256 hash) => new(data.ToArray(), Sha256d.Hash(data));

    public byte[] Unsolved(ReadOnlySpan<byte> extranonce) => WriteWhole([], []);
}
