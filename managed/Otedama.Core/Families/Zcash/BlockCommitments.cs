namespace Otedama.Core;

/// <summary>What Zcash headers commit to since NU5 (ZIP 244): the chain's history and how its transactions are authorised.</summary>
public static class BlockCommitments
{
    /// <summary>Stands for the authorisation of transactions before version 5.</summary>
    public static Hash256 LegacyDigest { get; } = new(Enumerable.Repeat((byte)0xff, Hash256.Size).ToArray());

    /// <summary>The header's field for a block with this history and these digests, the coinbase's first.</summary>
    public static Hash256 Of(Hash256 chainHistoryRoot, IEnumerable<Hash256> digests)
    {
        ByteWriter data = new ByteWriter(96).Hash(chainHistoryRoot).Hash(AuthDataRoot(digests)).Hash(Hash256.Zero);
        return Blake2b.Hash256(data.Span, "ZcashBlockCommit"u8);
    }

    /// <summary>Root of a binary tree whose leaves are filled up with zeros to a power of two.</summary>
    public static Hash256 AuthDataRoot(IEnumerable<Hash256> digests)
    {
        List<Hash256> level = [.. digests];
        while (!System.Numerics.BitOperations.IsPow2(level.Count))
        {
            level.Add(Hash256.Zero);
        }
        while (level.Count > 1)
        {
            level = [.. level.Chunk(2).Select(static pair =>
                Blake2b.Hash256(new ByteWriter(64).Hash(pair[0]).Hash(pair[1]).Span, "ZcashAuthDatHash"u8))];
        }
        return level[0];
    }
}
