using System.Globalization;
using Microsoft.Extensions.Logging;
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

    /// <summary>A coin node that starts anew is back within, and nobody is refused for it.</summary>
    private static readonly TimeSpan s_coinPatience = TimeSpan.FromSeconds(10);

    private readonly Ledger _ledger;
    private readonly ChainWatch _watch;
    private readonly ChainAdvice _advice;
    private readonly PartitionWatch _partition;
    private readonly CoinAlarm _coin;
    private readonly BlockOdds _odds = new();
    private readonly PaidBlocks _blocks;
    private readonly IReadOnlyList<KeptFile> _files;

    /// <summary>Opens what was kept. Throws IOException when the folder cannot be used.</summary>
    public PoolChain(
        ChainParameters parameters, PoolOptions options, Ledger ledger, IProofChecker checker, PoolWorld world)
    {
        ReadOnlySpan<byte> script = Address.Decode(options.OperatorAddress, options.Coin);
        if (!PayoutKey.TryFromScript(script, out PayoutKey payout))
        {
            throw new ArgumentException(
                $"pool.address {options.OperatorAddress} is of a kind that a share chain cannot pay; take a P2PKH, "
                + "P2SH, P2WPKH, P2WSH or P2TR address");
        }
        Desk = new ShareDesk(parameters, checker, world, FolderOf(parameters, options.DataDirectory));
        ChainBookOptions book = new()
        {
            Payout = payout,
            FeeBasisPoints = (ushort)decimal.Truncate(options.FeePercent * 100),
            SoftwareVersion = options.SoftwareVersion,
        };
        Book = new ChainBook(ledger, Desk, book, world);
        Book.Gate = () => WhyClosed;
        _ledger = ledger;
        _watch = new ChainWatch(
            Desk,
            key => key == payout ? options.OperatorAddress : ledger.Payee(key.ToScript())?.Address,
            Book.UsualClass,
            world.Time);
        ILogger logger = world.Loggers.CreateLogger(LogCategory.PoolChain);
        _advice = new ChainAdvice(parameters, ExpectedShares, world.Time, logger);
        _partition = new PartitionWatch(Desk, _watch.IsOwn, world.Time);
        string folder = FolderOf(parameters, options.DataDirectory);
        _blocks = new PaidBlocks(Desk, _watch.IsOwn);
        _files =
        [
            new KeptFile(Path.Combine(folder, "odds.dat"), "the counts of found and expected blocks",
                TimeSpan.FromMinutes(15), _odds.Save, bytes => _odds.TryLoad(bytes), world, logger),
            new KeptFile(Path.Combine(folder, "blocks.dat"), "the blocks of the pool",
                TimeSpan.FromSeconds(30), _blocks.Save, _blocks.TryLoad, world, logger),
        ];
        Desk.Tell(_odds);
        Desk.Tell(_blocks);
        _coin = new CoinAlarm(() => Peers?.Chain.CoinSight ?? default, world.Time, logger);
    }

    private MiningGate? _gate; // null where the chain is mined alone

    public ShareDesk Desk { get; }

    public ChainBook Book { get; }

    /// <summary>The other nodes; null where the chain is mined alone.</summary>
    public PeerNode? Peers { get; private set; }

    /// <summary>What moves it, each called by a loop of its own.</summary>
    public IReadOnlyList<IStep> Steps =>
    [
        Desk, Desk.Keeper, Desk.Proofs, _advice, .. _files,
        .. Peers is { } peers ? [_partition, _coin, .. peers.Steps] : (IStep[])[],
    ];

    /// <summary>Where a chain is kept, below a pool's directory.</summary>
    public static string FolderOf(ChainParameters parameters, string dataDirectory) =>
        Path.Combine(dataDirectory, FolderPrefix + Hex.Encode(parameters.Id.ToArray())[..16]);

    /// <summary>
    /// Meets other nodes. Throws IOException, UnauthorizedAccessException or FormatException, in words.
    /// </summary>
    /// <param name="nodes">Where coin blocks of others go.</param>
    public void Join(PeerNodeOptions options, IBlockTimes times, ICoinBlockSink nodes, PoolWorld world)
    {
        Peers = new PeerNode(options, Desk, times, nodes, world);
        _gate = new MiningGate(Desk, Peers, _partition, options.SoloOk);
    }

    /// <summary>For how long no coin node has given work; null while one does.</summary>
    public Func<TimeSpan?> WithoutWork { get; set; } = static () => null;

    /// <summary>Why miners are not let in; null where they are. Without a coin node what they mine is too old for a block.</summary>
    public Closure? WhyClosed => WithoutWork() >= s_coinPatience
        ? new Closure(
            "no coin node gives work, so that what is mined would be too old for a block; otedama node status says what is "
                + "wrong with each",
            SendsAway: true)
        : _gate?.Why;

    /// <summary>Cheap enough for once a second.</summary>
    public ChainSnapshot Snapshot()
    {
        ChainWindowSnapshot window = _watch.Window();
        (int orphans, int held) = Desk.Waiting;
        (long found, long refused) = Book.Own;
        (double? expected, double seconds) = ExpectedShares();
        double rate = OwnRate;
        UInt128 work = Desk.Look(static chain => chain.CumulativeWork);
        ChainNetwork network = Peers?.Look(work) ?? ChainNetwork.Alone; // whose locks are not for within the desk's
        if (WhyClosed is { } closed)
        {
            network = network with { Gate = new ChainGate(false, closed.Reason) };
        }
        IReadOnlyList<ChainAlarm> alarms = Alarms(window);
        return Desk.Look(chain => new ChainSnapshot
        {
            Parameters = Desk.Parameters,
            Tip = chain.TipId,
            Height = chain.Height,
            TipTime = chain.Tip is { } tip ? ChainWatch.TimeOf(tip) : null,
            Work = chain.CumulativeWork,
            NextWork = Desk.Next.Work,
            Shares = chain.Count,
            Orphans = orphans,
            Held = held,
            OwnFound = found,
            OwnRefused = refused,
            Reorganisations = _watch.Reorganisations,
            DeepestReorganisation = _watch.Deepest,
            OwnRate = rate,
            ExpectedOwnShares = expected,
            WindowSeconds = seconds,
            Window = window,
            Network = network,
            Audited = Peers?.Chain.Audited ?? default,
            IsHybrid = Peers?.Chain.IsHybrid ?? false,
            PeerBlocks = Peers?.Chain.BlocksForwarded ?? 0,
            AnnouncedBlocks = Peers?.Chain.BlocksAnnounced ?? 0,
            DeepReorganisations = _watch.DeepReorganisations,
            Alarms = alarms,
        });
    }

    private List<ChainAlarm> Alarms(ChainWindowSnapshot window)
    {
        List<ChainAlarm> alarms = [];
        if (Peers is not null && _partition.Alarm is { } cut)
        {
            alarms.Add(new ChainAlarm(ChainAlarms.Partition, MiningGate.WordsOf(cut)));
        }
        if (Peers is not null && _coin.IsOn && Peers.Chain.CoinSight is { Blocks: > 0 } sight)
        {
            alarms.Add(new ChainAlarm(ChainAlarms.CoinBehind,
                $"your coin node is {sight.Blocks} blocks behind what {sight.Peers} peers see"));
        }
        if (Peers is { Chain.Count: > 0, OfOtherChains: { } others })
        {
            alarms.Add(new ChainAlarm(ChainAlarms.OtherChain, others));
        }
        if (_watch.IsDeepRecent)
        {
            alarms.Add(new ChainAlarm(ChainAlarms.Reorganisation,
                $"the chain took back up to {_watch.Deepest} shares for a heavier branch; more than "
                + $"{ShareDesk.DeepReorganisation} is a sign of a partition, or of somebody who holds shares back"));
        }
        alarms.AddRange(window.UncleRates.Select(rate => new ChainAlarm(ChainAlarms.Uncles, string.Create(
            CultureInfo.InvariantCulture,
            $"{rate.Uncles} of {rate.Shares} shares of {AddressOf(rate.Key)} are uncles; {rate.Mean:0.0%} is usual"))));
        alarms.AddRange(_odds.Far().Select(odd => new ChainAlarm(ChainAlarms.Withholding, string.Create(
            CultureInfo.InvariantCulture,
            $"{AddressOf(odd.Key)} has found {odd.Found} blocks where its work finds {odd.Expected:0.0}"))));
        return alarms;
    }

    /// <summary>The newest coin blocks of the chain, the newest first.</summary>
    public IReadOnlyList<ChainBlock> Blocks() =>
    [
        .. _blocks.Newest.Select(block => new ChainBlock(
            block, [.. block.Paid.Select(paid => (_watch.AddressOf(paid.Key), paid.Amount))])),
    ];

    /// <summary>The newest shares of the chain, and those beside it.</summary>
    public IReadOnlyList<ChainGraphShare> Graph(int shares) =>
    [
        .. Desk.Look(chain => chain.Graph(shares)).Select(seen =>
            new ChainGraphShare(seen, _watch.AddressOf(seen.Share.Core.Payout), _watch.IsOwn(seen.Share.Core.Payout))),
    ];

    /// <summary>
    /// Shares of this node's miners in a window; null while nobody mines. Seconds: that a window lasts.
    /// </summary>
    internal (double? Expected, double Seconds) ExpectedShares()
    {
        double work = (double)Desk.Next.Work;
        ChainParameters rules = Desk.Parameters;
        double room = Desk.Look(static chain => chain.Tip) is { } tip
            ? rules.WindowWork * (double)Target.FromCompact(tip.Work.Header.Bits).ToWork() / work : double.MaxValue;
        double seconds = Math.Min(rules.WindowShares, Math.Max(1, room)) * rules.SpacingMs / 1_000;
        double rate = OwnRate;
        return (rate > 0 ? rate * seconds / work : null, seconds);
    }

    /// <summary>Brings what was taken to the disk and lets the folder go.</summary>
    public void Dispose()
    {
        Peers?.Dispose();
        foreach (KeptFile file in _files)
        {
            file.Save();
        }
        Desk.Dispose();
    }

    private string AddressOf(PayoutKey key) => _watch.AddressOf(key);

    private double OwnRate => _ledger.Totals().HashRate.TenMinutes;

    void IJobListener.OnPublished(PoolJob job)
    {
        Desk.Coin.Note(job.Template);
        _watch.Note(job.Template);
    }

    void IJobListener.OnClassOpened(PoolJob job)
    {
    }
}

/// <summary>A found block as it is told.</summary>
/// <param name="Paid">What it pays to miners of this node.</param>
public readonly record struct ChainBlock(PaidBlock Found, IReadOnlyList<(string Address, Amount Amount)> Paid);

/// <summary>A share as it is drawn.</summary>
/// <param name="Address">Of whom it pays.</param>
/// <param name="IsOwn">He mines on this node.</param>
public readonly record struct ChainGraphShare(SeenShare Seen, string Address, bool IsOwn);
