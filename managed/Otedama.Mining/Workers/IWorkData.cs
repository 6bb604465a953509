using System.Buffers.Binary;
using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>
/// Turns a range into the bytes the native scan takes, one implementation per header family. otedama_algo.h is the
/// layout.
/// </summary>
internal interface IWorkData
{
    /// <summary>Bytes Build writes.</summary>
    int Length { get; }

    void Build(WorkRange range, Span<byte> data);
}

internal static class WorkData
{
    private static readonly Dictionary<HeaderFamily, IWorkData> s_byFamily = new()
    {
        [HeaderFamily.Bitcoin] = new BitcoinWorkData(),
        [HeaderFamily.KawPow] = new KawPowWorkData(),
        [HeaderFamily.Zcash] = new ZcashWorkData(),
        [HeaderFamily.Verus] = new VerusWorkData(),
    };

    public static IWorkData For(Job job) => s_byFamily[job.Recipe.Family];
}

/// <summary>The 80-byte header; the native scan fills in version and nonce.</summary>
internal sealed class BitcoinWorkData : IWorkData
{
    public int Length => BlockHeader.Size;

    public void Build(WorkRange range, Span<byte> data)
    {
        BitcoinRecipe recipe = (BitcoinRecipe)range.Job.Recipe;
        BinaryPrimitives.WriteUInt32LittleEndian(data, range.Versions[0]);
        recipe.PreviousHash.CopyTo(data[4..]);
        BitcoinHash.MerkleRoots(
            data.Slice(36, Hash256.Size),
            range.Extranonce.Span,
            range.Extranonce.Length,
            recipe.CoinbasePrefix.Span,
            recipe.CoinbaseSuffix.Span,
            recipe.Branches.Span);
        BinaryPrimitives.WriteUInt32LittleEndian(data[68..], recipe.Time);
        BinaryPrimitives.WriteUInt32LittleEndian(data[72..], recipe.Bits);
        BinaryPrimitives.WriteUInt32LittleEndian(data[76..], 0);
    }
}

/// <summary>The header hash; the native scan fills in the nonce and ignores the mix.</summary>
internal sealed class KawPowWorkData : IWorkData
{
    public int Length => KawPow.DataSize;

    public void Build(WorkRange range, Span<byte> data) =>
        KawPow.WriteData(((KawPowRecipe)range.Job.Recipe).HeaderHash, default, data);
}
