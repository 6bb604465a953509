using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// A pool's share chain: where shares arrive, and the book and splits made of them. Nothing moves by itself.
/// </summary>
public sealed class PoolChain : IJobListener, IDisposable
{
    /// <summary>
    /// Of folders below the pool's directory, one for each chain: shares of one mean nothing to another.
    /// </summary>
    private const string FolderPrefix = "chain-";

    /// <summary>Opens what was kept. Throws IOException when the folder cannot be used.</summary>
    public PoolChain(
        ChainParameters parameters, PoolOptions options, Ledger ledger, IProofChecker checker, PoolWorld world)
    {
        string folder = FolderPrefix + Hex.Encode(parameters.Id.ToArray())[..16];
        Desk = new ShareDesk(parameters, checker, world, Path.Combine(options.DataDirectory, folder));
        ReadOnlySpan<byte> script = Address.Decode(options.OperatorAddress, options.Coin);
        if (!PayoutKey.TryFromScript(script, out PayoutKey payout))
        {
            throw new ArgumentException(
                $"pool.address {options.OperatorAddress} is of a kind that a share chain cannot pay; take a P2PKH, "
                + "P2SH, P2WPKH, P2WSH or P2TR address");
        }
        ChainBookOptions book = new()
        {
            Payout = payout,
            FeeBasisPoints = (ushort)decimal.Truncate(options.FeePercent * 100),
            SoftwareVersion = options.SoftwareVersion,
        };
        Book = new ChainBook(ledger, Desk, book, world);
    }

    private bool _soloOk;

    public ShareDesk Desk { get; }

    public ChainBook Book { get; }

    /// <summary>The other nodes; null where the chain is mined alone.</summary>
    public PeerNode? Peers { get; private set; }

    /// <summary>What moves it, each called by a loop of its own.</summary>
    public IReadOnlyList<IStep> Steps => [Desk, Desk.Keeper, .. Peers?.Steps ?? []];

    /// <summary>
    /// Meets other nodes. Throws IOException, UnauthorizedAccessException or FormatException, in words.
    /// </summary>
    public void Join(PeerNodeOptions options, IBlockTimes times, PoolWorld world)
    {
        Peers = new PeerNode(options, Desk, times, world);
        _soloOk = options.SoloOk;
        Book.Gate = () => WhyClosed;
    }

    /// <summary>
    /// Why miners are not let in: alone, this node might be on a branch that nobody else pays; behind, it certainly is.
    /// A tip that is old does not close it, or a chain that once stood still could never go on.
    /// </summary>
    public string? WhyClosed
    {
        get
        {
            if (Peers is not { } peers || _soloOk)
            {
                return null;
            }
            if (peers.Chain.Sync.Progress is { } fetch)
            {
                return $"the share chain is being fetched: {fetch.Had} of about {fetch.Of} shares; try again soon";
            }
            return peers.Chain.Count == 0
                ? "no other node of the share chain is connected, so that what is mined might pay nobody; see p2p.bootstrap_nodes, "
                    + "or set p2p.solo_ok to begin a chain alone"
                : null;
        }
    }

    /// <summary>Cheap enough for once a second.</summary>
    public ChainSnapshot Snapshot()
    {
        (int orphans, int held) = Desk.Waiting;
        (long found, long refused) = Book.Own;
        return Desk.Look(chain => new ChainSnapshot(
            Desk.Parameters.Line,
            chain.TipId,
            chain.Height,
            chain.CumulativeWork,
            chain.RecentWork(Desk.Parameters.WindowShares),
            chain.Count,
            orphans,
            held,
            found,
            refused));
    }

    /// <summary>Brings what was taken to the disk and lets the folder go.</summary>
    public void Dispose()
    {
        Peers?.Dispose();
        Desk.Close();
    }

    void IJobListener.OnPublished(PoolJob job) => Desk.Coin.Note(job.Template);

    void IJobListener.OnClassOpened(PoolJob job)
    {
    }
}
