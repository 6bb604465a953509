using System.Text;
using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// The parts of a pool, joined: coin nodes, jobs, Stratum server, share path, ledger. Nothing moves by itself: PoolServer calls
/// the steps from its loops, a simulation from its one thread. Ended by who runs it.
/// </summary>
public sealed class PoolParts
{
    /// <summary>Payees of a coinbase that the node writes: about 3 KB of outputs.</summary>
    private const int GivenPayeesMax = 100;

    /// <summary>
    /// A tip of the share chain that moves twice within this time is told once: a miner's restart costs a fifth of it,
    /// and jobs of one owner (16) last as many of them.
    /// </summary>
    private static readonly TimeSpan s_splitEvery = TimeSpan.FromSeconds(1);

    /// <summary>At six classes and a job a second those that wait for late candidates last a minute and a half.</summary>
    private const int JobsOnChain = 512;

    private readonly TimeProvider _time;

    /// <summary>
    /// Opens the ledger. Throws ArgumentException for bad options, IOException when the data directory cannot be used.
    /// </summary>
    public PoolParts(PoolOptions options, IProofChecker checker, PoolWorld world)
    {
        options.Check();
        Options = options;
        ILoggerFactory loggers = world.Loggers;
        _time = world.Time;
        Ledger = Ledger.Open(LedgerOf(options, world.Files), _time, loggers.CreateLogger(LogCategory.PoolLedger));
        NodeClientGroupOptions nodes = NodesOf(options) with
        {
            KnownHeight = options.OwnChain ? null : () => Ledger.HighestBlock,
            Payees = options.Coin.Family.KeepsNodeCoinbase ? () => NextPayees(options) : null,
        };
        Chain = options.Chain is { } parameters ? new PoolChain(parameters, options, Ledger, checker, world) : null;
        IShareBook book = Chain is null ? Ledger : Chain.Book;
        ISplits splits = Chain is null ? Ledger : Chain.Book;
        Source = new JobSource(nodes, JobsOf(options, splits), options.DataDirectory, world, book);
        IStep[] forwarded = [];
        if (Chain is not null)
        {
            Source.Jobs.Tell(Chain);
            Chain.WithoutWork = () => Source.Nodes.WithoutWork;
            if (options.Peers is { } peers)
            {
                ForwardedBlocks others = new(Source.Nodes.Links, options.Coin.Family.SubmitMethod, _time,
                    loggers.CreateLogger(LogCategory.PoolSubmit));
                Chain.Join(peers, new NodeBlockTimes(Source.Nodes), others, world);
                Source.Blocks.Sent += Chain.Peers!.Chain.Announce;
                forwarded = [others];
            }
        }
        NodeChainView chain = new(Source.Nodes, loggers.CreateLogger(LogCategory.PoolSubmit));
        Settling settling = new(Ledger, chain, _time, loggers.CreateLogger(LogCategory.Pool));
        Stratum = new StratumServer(options, Source.Jobs, Ledger, world);
        Upkeep =
        [
            settling, .. Ledger.Upkeep, .. Chain?.Steps ?? [], .. forwarded,
            .. options.Regions.Count > 0 ? (IStep[])[Stratum.Regions] : [],
        ];
        ShareValidatorOptions validator = new()
        {
            Seed = world.Random.NextUInt64(),
            JobFilling = Source.Jobs.Succeed,
        };
        Shares = new SharePipeline(
            new SharePipelineOptions
            {
                QueueCapacity = options.QueueCapacity,
                ProofLength = options.Coin.Family.ProofLength(options.Coin.Equihash),
            },
            Source.Jobs,
            [.. Enumerable.Range(0, options.VerifierCount).Select(
                _ => new ShareValidator(Source.Jobs, checker, new NativeMerkleRoots(), validator))],
            Ledger,
            book,
            Source.Blocks,
            Stratum.Post,
            _time,
            loggers.CreateLogger(LogCategory.PoolShares));
        if (Source.Blocks.BookKept() > 0)
        {
            Ledger.Commit();
        }
    }

    /// <summary>Gives back what other machines keep for this node, as far as they answer within the time.</summary>
    public async Task LeaveAsync(TimeSpan timeout)
    {
        if (Chain?.Peers is { } peers)
        {
            using CancellationTokenSource limit = new(timeout, _time);
            await peers.LeaveAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Ends what lasts: nothing may be called after it.</summary>
    public void Close()
    {
        Chain?.Dispose();
        Ledger.Dispose();
    }

    public PoolOptions Options { get; }

    /// <summary>Accounts, balances, blocks and payouts.</summary>
    public Ledger Ledger { get; }

    /// <summary>The share chain that says whom blocks pay; null where the ledger does.</summary>
    public PoolChain? Chain { get; }

    /// <summary>Nodes, jobs and block submission, with steps of their own.</summary>
    public JobSource Source { get; }

    /// <summary>The share path; its steps are ValidateBatch, CommitOnce and DeliverVerdicts.</summary>
    public SharePipeline Shares { get; }

    /// <summary>Settling and the ledger's upkeep.</summary>
    public IReadOnlyList<IStep> Upkeep { get; }

    internal StratumServer Stratum { get; }

    /// <summary>Lets miners in. Throws IOException when a port is taken.</summary>
    public void Listen()
    {
        Stratum.Start(Shares);
        Chain?.Peers?.Listen();
    }

    /// <summary>Moves the miners' side: to be called ten times a second, and when a job is published.</summary>
    public void Tick() => Stratum.Pacer.Tick(Stratum.Now);

    /// <summary>Cheap enough for once a second.</summary>
    public PoolSnapshot Snapshot()
    {
        Stratum.Meters.Read(out HashRates rates, out ShareCounts shares, out FoundBlock[] blocks, out MinerSnapshot[] miners, out (TimeSpan P50, TimeSpan P99, LatencyTotals All) reply);
        return new PoolSnapshot
        {
            Time = _time.GetUtcNow(),
            StartedAt = Stratum.Meters.StartedAt,
            Scheme = Options.Scheme,
            FeePercent = Ledger.Fee.ToPercent(),
            Listen = Stratum.Endpoints,
            Connections = Stratum.ConnectionCount,
            ConnectionsRefused = Stratum.RefusedCount,
            Banned = Stratum.Guard.CountBanned(Stratum.Now),
            Guarded = [.. Enum.GetValues<GuardRule>().Select(rule => (rule, Stratum.Guard.CountOf(rule)))],
            HashRate = rates,
            Shares = shares,
            BlocksFound = Stratum.Meters.BlocksFound,
            Blocks = blocks,
            Miners = miners,
            Job = JobOf(Source.Jobs.Current),
            Nodes = Source.Nodes.Snapshot(),
            ReplyP50 = reply.P50,
            ReplyP99 = reply.P99,
            Replies = reply.All,
            Chain = Chain?.Snapshot(),
        };
    }

    private static LedgerOptions LedgerOf(PoolOptions options, IFiles files) => new()
    {
        Directory = Path.Combine(options.DataDirectory, Ledger.FolderName),
        OperatorScript = Address.Decode(options.OperatorAddress, options.Coin),
        OperatorAddress = options.OperatorAddress,
        Scheme = options.Scheme,
        Fee = FeeRate.FromPercent(options.FeePercent),
        PayoutMin = options.PayoutMin,
        AddressesMax = options.AccountsMax,
        WorkersMax = options.WorkersMax,
        ConfirmationDepth = options.Coin.CoinbaseMaturity,
        LogKeep = options.LogKeep,
        SegmentBytes = options.SegmentBytes,
        Sync = options.Sync,
        Files = files,
    };

    private static NodeClientGroupOptions NodesOf(PoolOptions options) => new()
    {
        Nodes = [.. options.Nodes.Select(EndpointOf)],
        Coin = options.OwnChain ? options.Coin with { Genesis = Hash256.Zero } : options.Coin,
        Algorithm = options.Coin.Algorithm,
        Rules = NodeClientGroupOptions.RulesOf(options.Coin),
    };

    /// <summary>
    /// The split over the template that is mined now, as addresses: asked for by the thread that fetches the next one. Who
    /// has no address of this coin is left to the operator.
    /// </summary>
    private IReadOnlyList<(string Address, Amount Weight)> NextPayees(PoolOptions options)
    {
        PoolJob? job = Source.Jobs.Current;
        List<(string, Amount)> payees = [];
        if (job is not null)
        {
            Template open = job.Template with { GivenCoinbase = default };
            foreach (PayoutOutput output in Ledger.SplitFor(open, GivenPayeesMax).Outputs)
            {
                if (output.Amount > Amount.Zero && Address.TryEncode(output.Script.Span, options.Coin, out string address))
                {
                    payees.Add((address, output.Amount));
                }
            }
        }
        return payees.Count > 0 ? payees : [(options.OperatorAddress, new Amount(Amount.UnitsPerCoin))];
    }

    private static NodeEndpoint EndpointOf(PoolNode node)
    {
        RpcEndpoint endpoint = RpcEndpoint.Parse(
            node.Uri.OriginalString, node.User, node.Password, node.CookiePath.Length > 0 ? node.CookiePath : null);
        return new NodeEndpoint(node.Name.Length > 0 ? endpoint with { Name = node.Name } : endpoint, node.Zmq);
    }

    private static JobBookOptions JobsOf(PoolOptions options, ISplits splits) => new()
    {
        Splits = splits,
        ShareTarget = Target.FromDifficulty(options.DifficultyMin, options.Coin.DifficultyOne),
        Tag = Encoding.UTF8.GetBytes(options.Tag),
        VersionMask = options.VersionMask,
        SolutionLength = options.Coin.Equihash?.SolutionLength ?? 0,
        RefreshEvery = options.RenotifyInterval,
        SplitEvery = options.Chain is null ? TimeSpan.FromSeconds(5) : s_splitEvery,
        Capacity = options.Chain is null ? JobBookOptions.SharedCapacity : JobsOnChain,
    };

    private JobSnapshot? JobOf(PoolJob? job) => job is null ? null : new JobSnapshot(
        job.Job.Id,
        job.Job.Height,
        job.Template.Transactions.Count,
        job.Split.Reward,
        job.Job.NetworkTarget.ToDifficulty(Options.Coin.DifficultyOne),
        job.Template.Source,
        _time.GetUtcNow() - _time.GetElapsedTime(job.MadeAt));
}
