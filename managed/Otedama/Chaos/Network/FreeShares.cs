using System.Buffers.Binary;
using System.Security.Cryptography;
using Otedama.Core;

namespace Otedama;

/// <summary>
/// Shares that cost no work: all that distinguishes them from real ones stands in this file. Their headers meet no
/// target and lead to no merkle root (steps 7 and 8); what the chain itself checks (steps 10 to 12) is as it must be.
/// </summary>
internal static class FreeShares
{
    /// <summary>
    /// First height's subsidy of the coin that the chains of tests and simulations have, Bitcoin regtest.
    /// </summary>
    public const ulong CoinValue = 5_000_000_000;

    public static PayoutKey Payee(int number)
    {
        Span<byte> text = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(text, number);
        return new PayoutKey(PayoutKey.WitnessKeyHash, SHA256.HashData(text).AsSpan(0, 20));
    }

    /// <summary>The core of the share that `next` describes.</summary>
    public static ShareCore Core(NextShare next, PayoutKey payout, ulong timeMs) => new()
    {
        CapClass = EasyShares.CapClass,
        Parent = next.Parent,
        Uncles = next.Uncles,
        Height = next.Height,
        Sequence = next.Sequence,
        TimeMs = Math.Max(timeMs, next.TimeMinMs),
        Bits = next.Bits,
        CumulativeWork = next.CumulativeWork,
        Payout = payout,
        CoinHeight = 100,
        CoinValue = CoinValue,
    };

    /// <summary>
    /// number: makes its id its own. payees: null = the coinbase is not looked at (ShareChain.Restore).
    /// </summary>
    public static ChainShare Seal(
        ShareCore core, ChainParameters parameters, ulong number, uint coinBits, IReadOnlyList<PayoutOutput>? payees,
        Hash256 coinBlock = default)
    {
        byte[] extranonce = new byte[ShareWork.ExtranonceLength];
        BinaryPrimitives.WriteUInt64LittleEndian(extranonce, number);
        TailLink link = payees is null
            ? new TailLink(Hash256.Zero, 0, ReadOnlyMemory<byte>.Empty)
            : ShareCoinbase.LinkOf(ShareCoinbase.Write(core, parameters.Id, extranonce, payees));
        uint seconds = (uint)(core.TimeMs / 1_000);
        BlockHeader header = new(0x20000000, coinBlock, Hash256.Zero, seconds, coinBits, 0);
        ShareWork work = new() { Extranonce = extranonce, Link = link, Header = header, Branch = [] };
        return new ChainShare(core, work);
    }
}
