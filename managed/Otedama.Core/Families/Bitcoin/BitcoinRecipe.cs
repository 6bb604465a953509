namespace Otedama.Core;

/// <summary>
/// The Bitcoin family (SHA-256d, scrypt, Verthash): 80-byte header whose merkle root depends on the extranonce in the
/// coinbase, and whose version may roll inside a mask.
/// </summary>
public sealed record BitcoinRecipe : HeaderRecipe, IBlockRecipe
{
    public override HeaderFamily Family => HeaderFamily.Bitcoin;

    public required uint Version { get; init; }

    /// <summary>Version bits a worker may change (BIP 320 within what was negotiated); 0 = none.</summary>
    public required uint VersionMask { get; init; }

    public required Hash256 PreviousHash { get; init; }

    /// <summary>Stripped coinbase before extranonce 1.</summary>
    public required ReadOnlyMemory<byte> CoinbasePrefix { get; init; }

    /// <summary>Stripped coinbase after extranonce 2.</summary>
    public required ReadOnlyMemory<byte> CoinbaseSuffix { get; init; }

    /// <summary>Merkle siblings of the coinbase, 32 bytes each in header order, deepest first.</summary>
    public required ReadOnlyMemory<byte> Branches { get; init; }

    public required uint Bits { get; init; }

    public required override uint Time { get; init; }

    public override (uint Version, uint Mask) Rolling => (Version, VersionMask);

    public int CoinbaseLength(int extranonceLength) => CoinbasePrefix.Length + extranonceLength + CoinbaseSuffix.Length;

    public ReadOnlyMemory<byte> Coinbase(ReadOnlySpan<byte> extranonce) =>
        (byte[])[.. CoinbasePrefix.Span, .. extranonce, .. CoinbaseSuffix.Span];

    public SolvedHeader Solve(ReadOnlySpan<byte> data, Hash256 hash) => new(data.ToArray(), Sha256d.Hash(data));

    public byte[] Unsolved(ReadOnlySpan<byte> extranonce)
    {
        byte[] header = new byte[BlockHeader.Size];
        WriteHeader(extranonce, Version, Time, nonce: 0, header);
        return header;
    }

    /// <summary>The 80 bytes for one candidate: coinbase identifier, merkle root, fields.</summary>
    public void WriteHeader(ReadOnlySpan<byte> extranonce, uint version, uint time, uint nonce, Span<byte> destination)
    {
        Hash256 root = Sha256d.Hash(Coinbase(extranonce).Span);
        for (ReadOnlySpan<byte> path = Branches.Span; !path.IsEmpty; path = path[Hash256.Size..])
        {
            root = Sha256d.Pair(root, new Hash256(path[..Hash256.Size]));
        }
        new BlockHeader(version, PreviousHash, root, time, Bits, nonce).CopyTo(destination);
    }
}
