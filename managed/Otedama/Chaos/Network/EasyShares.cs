using Otedama.Core;

namespace Otedama;

/// <summary>
/// Real shares of chains whose limit half of all hashes meet: nothing about them is skipped, they only cost a few
/// hashes. All that tells the chain of a simulated network from a real one stands in this file.
/// </summary>
internal static class EasyShares
{
    /// <summary>
    /// Bits of the coin's headers: so much harder than a share that a window has all the shares it may.
    /// </summary>
    public const uint CoinBits = 0x1d00ffff;

    /// <summary>
    /// Of a coin sixteen times as hard as the easiest share: some shares are blocks, and its work is what limits the
    /// window.
    /// </summary>
    public const uint FoundCoinBits = 0x200fffff;

    /// <summary>Of all shares made here.</summary>
    public const byte CapClass = 2;

    /// <summary>SHA-256d shows its proof in the header; nobody asks this one.</summary>
    public static IProofChecker NoChecker { get; } = new Nobody();

    public static ChainParameters Parameters(
        int window, int spacing = 10_000, int halfLife = 600_000, string pass = "", int penalty = 20) =>
        ChainParameters.Parse(
            $"otedama-sharechain/1|coin=btc|net=regtest|algo=sha256d|T={spacing}|N={window}|W=2|pen={penalty}|ud=3|um=5"
            + $"|hl={halfLife}|dtcap={4 * halfLife}|limit=207fffff|g_ms=1767225600000|dust=5000|caps=4,7,13,47,146,367"
            + $"|pass={pass}");

    /// <summary>
    /// The next share on this chain's tip, with its proof of work. number: makes it its own. Throws where the chain does
    /// not tell whom it pays.
    /// </summary>
    public static ChainShare Next(
        ShareChain chain, ChainParameters parameters, PayoutKey payout, ulong timeMs, ulong number, Hash256 coinBlock,
        uint coinHeight = 100, uint coinBits = CoinBits, IReadOnlyList<Hash256>? branch = null)
    {
        ShareCore core = FreeShares.Core(chain.Next(), payout, timeMs) with { CoinHeight = coinHeight };
        IReadOnlyList<PayoutOutput> payees = chain.SplitFor(core.CapClass, core.CoinValue, payout)
            ?? throw new InvalidOperationException("too little of the chain is known to tell whom the next share pays");
        return Mine(core, parameters, payees, number, coinBlock, coinBits, branch);
    }

    /// <summary>The share of this core that pays these.</summary>
    public static ChainShare Mine(
        ShareCore core, ChainParameters parameters, IReadOnlyList<PayoutOutput> payees, ulong number, Hash256 coinBlock,
        uint coinBits = CoinBits, IReadOnlyList<Hash256>? branch = null)
    {
        byte[] extranonce = new byte[ShareWork.ExtranonceLength];
        BitConverter.TryWriteBytes(extranonce, number);
        byte[] coinbase = ShareCoinbase.Write(core, parameters.Id, extranonce, payees);
        TailLink link = ShareCoinbase.LinkOf(coinbase);
        branch ??= [];
        Hash256 root = branch.Aggregate(Sha256d.Hash(coinbase), Sha256d.Pair);
        Target target = Target.FromCompact(core.Bits);
        for (uint nonce = 0; ; nonce++)
        {
            BlockHeader header = new(0x20000000, coinBlock, root, (uint)(core.TimeMs / 1_000), coinBits, nonce);
            if (target.IsMetBy(header.Id))
            {
                ShareWork work = new() { Extranonce = extranonce, Link = link, Header = header, Branch = [.. branch] };
                return new ChainShare(core, work);
            }
        }
    }

    /// <summary>Whether its header has the work it says, of a share that says no more than is asked.</summary>
    public static bool HasProof(ChainShare share) =>
        share.Core.Flags == 0 && Target.FromCompact(share.Core.Bits).IsMetBy(share.Work.Header.Id);

    /// <summary>Whether its header is a block of the coin too.</summary>
    public static bool IsBlock(ChainShare share) =>
        Target.FromCompact(share.Work.Header.Bits).IsMetBy(share.Work.Header.Id);

    /// <summary>The coin block that such a share is: its coinbase alone.</summary>
    public static byte[] BlockOf(ChainShare share, ChainParameters parameters, IReadOnlyList<PayoutOutput> payees) =>
    [
        .. share.Work.Header.ToArray(), 1,
        .. ShareCoinbase.Write(share.Core, parameters.Id, share.Work.Extranonce.Span, payees),
    ];

    private sealed class Nobody : IProofChecker
    {
        public void Check(
            Algorithm algorithm, ReadOnlySpan<ProofItem> items, ReadOnlySpan<byte> data, Span<ProofResult> results) =>
            throw new NotSupportedException("no proof but the header's");
    }
}
