namespace Otedama.Core;

/// <summary>The KawPow family on a pool.</summary>
public sealed record KawPowBlockRecipe : KawPowRecipe, IBlockRecipe
{
    /// <summary>Without its proof.</summary>
    public required BlockHeader Header { get; init; }

    /// <summary>The stripped coinbase.</summary>
    public required ReadOnlyMemory<byte> WholeCoinbase { get; init; }

    public int CoinbaseLength(int extranonceLength) => WholeCoinbase.Length;

    public ReadOnlyMemory<byte> Coinbase(ReadOnlySpan<byte> extranonce) => WholeCoinbase;

    /// <summary>data: 72 bytes with the mix.</summary>
    public SolvedHeader Solve(ReadOnlySpan<byte> data, Hash256 hash)
    {
        BlockHeader whole = Header with { Proof = new KawPowHeaderProof(KawPow.ReadProof(data)) };
        return new SolvedHeader(whole.ToArray(), whole.Id);
    }

    public byte[] Unsolved(ReadOnlySpan<byte> extranonce) => new byte[KawPow.DataSize];
}
