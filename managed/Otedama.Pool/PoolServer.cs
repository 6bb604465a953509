using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>A whole pool: coin nodes, jobs, Stratum server, share path, ledger.</summary>
public sealed class PoolServer : IAsyncDisposable
{
    /// <summary>Payees of a coinbase that the node writes: about 3 KB of outputs.</summary>
    private const int GivenPayeesMax = 100;

    private readonly Ledger _ledger;
    private readonly JobSource _source;
    private readonly StratumServer _stratum;
    private readonly PacerLoop _pacer;
    private readonly SharePipeline _pipeline;
    private readonly SharePathLoops _pathLoops;
    private readonly TimeProvider _time;
    private readonly StepLoop[] _loops; // settling and the ledger's upkeep
    private readonly ILogger _stratumLogger;
    private int _stopped;

    private PoolServer(PoolOptions options, IProofChecker checker, PoolWorld world)
    {
        Options = options;
        (TimeProvider time, ILoggerFactory loggers) = (world.Time, world.Loggers);
        _time = time;
        _stratumLogger = loggers.CreateLogger(LogCategory.PoolStratum);
        _ledger = Ledger.Open(LedgerOf(options, world.Files), time, loggers.CreateLogger(LogCategory.PoolLedger));
        NodeClientGroupOptions nodes = NodesOf(options) with
        {
            KnownHeight = options.OwnChain ? null : () => _ledger.HighestBlock,
            Payees = options.Coin.Family.KeepsNodeCoinbase ? () => NextPayees(options) : null,
        };
        _source = new JobSource(nodes, JobsOf(options, _ledger), options.DataDirectory, world, _ledger);
        NodeChainView chain = new(_source.Nodes, loggers.CreateLogger(LogCategory.PoolSubmit));
        ILogger logger = loggers.CreateLogger(LogCategory.Pool);
        _loops = [.. ((IStep[])[new Settling(_ledger, chain, time, logger), .. _ledger.Upkeep]).Select(step => new StepLoop(step, logger))];
        _stratum = new StratumServer(options, _source.Jobs, _ledger, world);
        _pacer = new PacerLoop(_stratum, _stratumLogger);
        ShareValidatorOptions validator = new()
        {
            Seed = world.Random.NextUInt64(),
            JobFilling = _source.Jobs.Succeed,
        };
        _pipeline = new SharePipeline(
            new SharePipelineOptions(),
            _source.Jobs,
            [.. Enumerable.Range(0, options.VerifierCount).Select(
                _ => new ShareValidator(_source.Jobs, checker, new NativeMerkleRoots(), validator))],
            _ledger,
            _ledger,
            _source.Blocks,
            _stratum,
            time,
            loggers.CreateLogger(LogCategory.PoolShares));
        _pathLoops = new SharePathLoops(_pipeline, time, loggers.CreateLogger(LogCategory.PoolShares));
        if (_source.Blocks.BookKept() > 0)
        {
            _ledger.Commit();
        }
    }

    public PoolOptions Options { get; }

    /// <summary>Where miners connect, with the real ports.</summary>
    public IReadOnlyList<IPEndPoint> Endpoints => _stratum.Endpoints;

    /// <summary>Shows TLS connections this certificate from now on; open ones stay.</summary>
    public void Show(TlsIdentity identity) => _stratum.Show(identity);

    /// <summary>Accounts, balances, blocks and payouts.</summary>
    public Ledger Ledger => _ledger;

    /// <summary>Counters of the share path, for metrics.</summary>
    public ShareCounters ShareCounters => _pipeline.Counters;

    /// <summary>Candidates that wait for a validator.</summary>
    public int QueueDepth => _pipeline.QueueDepth;

    /// <summary>True while the disk refuses the share log.</summary>
    public bool IsStalled => _pipeline.IsStalled;

    /// <summary>Lines that were no JSON, since start.</summary>
    public long MalformedLines => _stratum.MalformedCount;

    /// <summary>
    /// Opens ledger and listeners and starts asking the nodes. Returns before the first template; miners that log in
    /// earlier get their job when it comes. Throws ArgumentException for bad options, IOException when a port is taken
    /// or the data directory cannot be used.
    /// </summary>
    public static async Task<PoolServer> StartAsync(
        PoolOptions options,
        IProofChecker checker,
        PoolWorld world,
        CancellationToken cancellation)
    {
        options.Check();
        cancellation.ThrowIfCancellationRequested();
        PoolServer pool = await Task.Run(() => new PoolServer(options, checker, world), cancellation);
        try
        {
            pool._pathLoops.Start();
            Array.ForEach(pool._loops, static loop => loop.Start());
            pool._stratum.Start(pool._pipeline.TryEnqueue);
            pool._pacer.Start();
            pool._source.Start();
            return pool;
        }
        catch
        {
            await pool.StopAsync(TimeSpan.FromSeconds(1));
            throw;
        }
    }

    /// <summary>Waits for the first job. Throws TimeoutException that names each node's trouble.</summary>
    public Task WaitForJobAsync(TimeSpan timeout, CancellationToken cancellation) => _source.FirstJobAsync(timeout, cancellation);

    /// <summary>Cheap enough for once a second.</summary>
    public PoolSnapshot Snapshot()
    {
        _stratum.Meters.Read(out HashRates rates, out ShareCounts shares, out FoundBlock[] blocks, out MinerSnapshot[] miners, out (TimeSpan P50, TimeSpan P99) reply);
        return new PoolSnapshot
        {
            Time = _time.GetUtcNow(),
            StartedAt = _stratum.Meters.StartedAt,
            Scheme = Options.Scheme,
            FeePercent = _ledger.Fee.ToPercent(),
            Listen = Endpoints,
            Connections = _stratum.ConnectionCount,
            ConnectionsRefused = _stratum.RefusedCount,
            Banned = _stratum.Guard.CountBanned(_stratum.Now),
            Guarded = [.. Enum.GetValues<GuardRule>().Select(rule => (rule, _stratum.Guard.CountOf(rule)))],
            HashRate = rates,
            Shares = shares,
            BlocksFound = _stratum.Meters.BlocksFound,
            Blocks = blocks,
            Miners = miners,
            Job = JobOf(_source.Jobs.Current),
            Nodes = _source.Nodes.Snapshot(),
            ReplyP50 = reply.P50,
            ReplyP99 = reply.P99,
        };
    }

    /// <summary>Stops listening, answers what was submitted, commits it and closes all connections.</summary>
    public async Task StopAsync(TimeSpan timeout)
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
        {
            return;
        }
        _stratum.StopListening();
        await DrainLoop.RunAsync(_stratum, timeout, _time, _stratumLogger);
        _pathLoops.Stop(timeout);
        _pacer.Dispose();
        _stratum.Dispose();
        await Task.WhenAll(_loops.Select(static loop => loop.DisposeAsync().AsTask()));
        await _source.DisposeAsync();
        _ledger.Dispose();
    }

    public async ValueTask DisposeAsync() => await StopAsync(TimeSpan.FromSeconds(5));

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
        PoolJob? job = _source.Jobs.Current;
        List<(string, Amount)> payees = [];
        if (job is not null)
        {
            Template open = job.Template with { GivenCoinbase = default };
            foreach (PayoutOutput output in _ledger.SplitFor(open, GivenPayeesMax).Outputs)
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

    private static JobBookOptions JobsOf(PoolOptions options, Ledger ledger) => new()
    {
        Splits = ledger,
        ShareTarget = Target.FromDifficulty(options.DifficultyMin, options.Coin.DifficultyOne),
        Tag = Encoding.UTF8.GetBytes(options.Tag),
        VersionMask = options.VersionMask,
        SolutionLength = options.Coin.Equihash?.SolutionLength ?? 0,
        RefreshEvery = options.RenotifyInterval,
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
