using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Mining;
using Otedama.Node;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama;

/// <summary>
/// A running otedama: the parts of one plan, started in the order the work flows (chain, pool, rig) and stopped in the
/// order in which nothing is lost (rig, pool, chain).
/// </summary>
internal sealed partial class Instance : IInstance, IAsyncDisposable
{
    private const int TableRowsMax = 200;

    private static readonly TimeSpan s_drain = TimeSpan.FromSeconds(8);

    private InstancePlan _plan; // replaced whole by a reload, under _reloading
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;
    private readonly DateTimeOffset _startedAt;
    private readonly long _startedTimestamp;
    private readonly History _history = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<string> _notes = [];
    private readonly List<(string Name, Func<Task> Stop)> _parts = [];

    private DataDirectory? _directory;
    private DatasetStore? _datasets;
    private EmbeddedNode? _node;
    private PoolServer? _pool;
    private Rig? _rig;
    private WasmPlugin? _plugin;
    private LocalApi? _api;
    private Uri? _metrics;
    private Task _sampling = Task.CompletedTask;

    private Instance(InstancePlan plan, ILoggerFactory loggers, TimeProvider clock)
    {
        (_plan, _loggers, _clock) = (plan, loggers, clock);
        _logger = loggers.CreateLogger(LogCategory.Instance);
        _startedAt = clock.GetUtcNow();
        _startedTimestamp = clock.GetTimestamp();
    }

    /// <summary>What the start had to decide by itself, in sentences.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>A link that works once; null when no dashboard is served.</summary>
    public string? NewDashboardUrl() => _api?.NewDashboardUrl();

    public string? StratumUrl => _pool is null ? null : $"stratum+tcp://{Shown(_plan.PoolAddress)}:{_pool.Endpoints[0].Port}";

    public Uri? RpcUrl => _node?.RpcUri;

    public Uri? MetricsUrl => _metrics;

    public string DataRoot => _plan.DataRoot;

    /// <summary>
    /// Starts every part or none. Throws ConfigurationException (port taken, directory in use, bad option), NativeException.
    /// </summary>
    public static async Task<Instance> StartAsync(InstancePlan plan, ILoggerFactory loggers, TimeProvider clock, CancellationToken stop)
    {
        Instance instance = new(plan, loggers, clock);
        try
        {
            await instance.StartPartsAsync(stop);
            return instance;
        }
        catch (Exception e)
        {
            await instance.DisposeAsync();
            if (e is ArgumentException or FormatException or IOException or InvalidDataException or LogException)
            {
                throw new ConfigurationException(e.Message);
            }
            throw;
        }
    }

    /// <summary>A full disk keeps the other verbs from finding this instance, not the instance from earning.</summary>
    private void Announce(DataDirectory directory)
    {
        try
        {
            directory.Announce(new InstanceFile(1, Environment.ProcessId, _api?.Uri.ToString(), _startedAt.ToUnixTimeSeconds()));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            InstanceLog.NotAnnounced(_logger, directory.InstanceFile, e.Message);
        }
    }

    public StatusView Status() => StatusOf(_pool?.Snapshot(), _rig?.Snapshot());

    /// <summary>What one scrape of the metrics is made of; every part is read once.</summary>
    public MetricsInput Metrics()
    {
        Pool.PoolSnapshot? pool = _pool?.Snapshot();
        RigSnapshot? rig = _rig?.Snapshot();
        return new MetricsInput
        {
            Status = StatusOf(pool, rig),
            Rig = rig,
            Pool = pool,
            Shares = _pool?.ShareCounters,
            Ledger = _pool?.Ledger.Totals(),
            QueueDepth = _pool?.QueueDepth ?? 0,
            MalformedLines = _pool?.MalformedLines ?? 0,
            LogStalled = _pool?.IsStalled ?? false,
        };
    }

    private StatusView StatusOf(Pool.PoolSnapshot? pool, RigSnapshot? rig)
    {
        return new StatusView
        {
            Version = ThisProgram.Version,
            Pid = Environment.ProcessId,
            StartedAt = _startedAt.ToUnixTimeSeconds(),
            UptimeS = _clock.GetElapsedTime(_startedTimestamp).TotalSeconds,
            DataDir = _plan.DataRoot,
            DashboardUrl = _api?.Uri.ToString(),
            MetricsUrl = _metrics?.ToString(),
            RssBytes = Environment.WorkingSet,
            LogLinesDropped = LogDrops.Count,
            Rig = rig is null ? null : Views.Rig(rig),
            Pool = pool is null ? null : Views.Pool(pool, _pool!.Ledger.Totals(), _pool.Options, StratumUrl!),
            Node = pool is null ? null : NodeOf(pool),
            Datasets = [.. (_datasets?.Snapshot() ?? []).Select(DatasetView.Of)],
        };
    }

    public MinersAnswer Miners() => _pool is null ? new MinersAnswer(1, []) : Views.Miners(_pool.Snapshot());

    public BlocksAnswer Blocks() => _pool is null ? new BlocksAnswer(1, []) : Views.Blocks(_pool.Ledger.Blocks(TableRowsMax), _plan.Coin.Symbol);

    public PayoutsAnswer Payouts() => _pool is not { Ledger: { } ledger }
        ? new PayoutsAnswer(1, [])
        : Views.Payouts(ledger.Payees(TableRowsMax), ledger.Payouts(TableRowsMax), _plan.Coin.Symbol);

    public HistoryView History() => _history.View();

    public Task<string?> SetMiningAsync(bool mining, CancellationToken stop)
    {
        if (_rig is null)
        {
            return Task.FromResult<string?>("this instance has no miner: it was started with mining.enabled false or as a pool only");
        }
        if (mining)
        {
            _rig.Resume();
        }
        else
        {
            _rig.Pause();
        }
        return Task.FromResult<string?>(null);
    }

    /// <summary>Reads the pool's certificate again; one that cannot be used leaves the old one in place.</summary>
    public void RenewCertificate()
    {
        try
        {
            if (_pool is not null && PoolTls.Load(_plan.Configuration) is { } identity)
            {
                _pool.Show(identity);
                InstanceLog.CertificateRenewed(_logger, identity.NotAfter);
            }
        }
        catch (Exception e) when (e is FormatException or CommandException or IOException)
        {
            InstanceLog.CertificateKept(_logger, e.Message);
        }
    }

    /// <summary>Drains and stops; bounded by each part's own limit.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _sampling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        for (int i = _parts.Count - 1; i >= 0; i--)
        {
            try
            {
                await _parts[i].Stop();
            }
            catch (Exception e)
            {
                // The other parts hold money and blocks; they are stopped whatever this one does.
                InstanceLog.PartFailedToStop(_logger, e, _parts[i].Name);
            }
        }
        _parts.Clear();
        _directory?.Dispose();
        _directory = null;
        _stop.Dispose();
        _reloading.Dispose();
    }

    private async Task StartPartsAsync(CancellationToken stop)
    {
        if (OpenSslCheck.Problem() is { } problem)
        {
            throw new CommandException(ExitCode.Unsupported, problem);
        }
        _directory = DataDirectory.Open(_plan.DataRoot, AllowLoose);
        Native.Open();
        RequireAlgorithm();
        IProofChecker checker = MakeChecker();
        if (_plan.Roles.HasFlag(Roles.Node))
        {
            await StartNodeAsync(checker, stop);
        }
        if (_plan.Roles.HasFlag(Roles.Pool))
        {
            await StartPoolAsync(checker, stop);
        }
        if (_plan.Roles.HasFlag(Roles.Rig))
        {
            await StartRigAsync(stop);
        }
        await StartApiAsync(stop);
        await StartMetricsAsync(stop);
        Announce(_directory);
        _sampling = SampleAsync(_stop.Token);
        StartWebhooks();
        InstanceLog.Started(_logger, _plan.Roles.ToString().ToLowerInvariant(), _plan.DataRoot);
    }

    private bool AllowLoose => _plan.Configuration.Get(Settings.AllowLoosePermissions);

    private void RequireAlgorithm()
    {
        if (_plan.PluginName is null && Catalogue.Find(_plan.Algorithm) is null)
        {
            string have = string.Join(", ", Catalogue.Algorithms().Select(static a => a.Name));
            throw new CommandException(ExitCode.Unsupported, $"This version cannot mine {_plan.Algorithm.ToString().ToLowerInvariant()}; it has: {have}.");
        }
    }

    /// <summary>Shared by chain, pool and rig; closed after all of them.</summary>
    private DatasetStore OpenDatasets()
    {
        string folder = Path.Combine(_plan.DataRoot, "datasets");
        if (_plan.Algorithm == Algorithm.Verthash)
        {
            Directory.CreateDirectory(folder);
        }
        DatasetLog log = new(_loggers.CreateLogger(LogCategory.Datasets), _clock);
        _datasets = new DatasetStore(new DatasetStoreOptions { Folder = folder, Clock = _clock, Finished = log.OnFinished });
        log.Follow(_datasets);
        _parts.Add(("datasets", () =>
        {
            log.Dispose();
            _datasets.Dispose();
            return Task.CompletedTask;
        }
        ));
        return _datasets;
    }

    /// <summary>Disposed after everything that hashes, because parts are stopped in reverse.</summary>
    private IProofChecker MakeChecker()
    {
        DatasetProofChecker native = new(OpenDatasets(), PowParameters.Of(_plan.Coin));
        if (_plan.PluginName is not { } name)
        {
            return native;
        }
        WasmPlugin plugin = PluginShelf.Open(_plan.Configuration, name);
        PluginProofChecker checker = new(plugin, native, new PluginAlarm(_logger, _clock).OnFailure);
        _plugin = plugin;
        _parts.Add(("plugin", () =>
        {
            checker.Dispose();
            plugin.Dispose();
            return Task.CompletedTask;
        }
        ));
        return checker;
    }

    private async Task StartNodeAsync(IProofChecker checker, CancellationToken stop)
    {
        EmbeddedNodeOptions options = new()
        {
            DataDirectory = Path.Combine(_plan.DataRoot, "chain" + _plan.ChainSuffix),
            Coin = _plan.Coin,
            BlockSeconds = _plan.Configuration.Get(Settings.BlockSeconds),
            RpcPort = Ports.Choose(_plan.Configuration, Settings.NodePort, System.Net.IPAddress.Loopback, _notes.Add),
        };
        _node = await EmbeddedNode.StartAsync(options, checker, _loggers, _clock, stop);
        _parts.Add(("chain", async () => await _node.DisposeAsync()));
    }

    private async Task StartPoolAsync(IProofChecker checker, CancellationToken stop)
    {
        int port = Ports.Choose(_plan.Configuration, Settings.PoolPort, _plan.PoolAddress, _notes.Add);
        PoolOptions options = PartOptions.Pool(_plan, port, _node);
        _pool = await PoolServer.StartAsync(options, checker, PoolWorlds.Real(_loggers, _clock), stop);
        _parts.Add(("pool", () => _pool.StopAsync(s_drain)));
        WarnWhenPublic(_plan.PoolAddress, Settings.PoolHost, "any machine can connect a miner, which is what a public pool wants");
    }

    private async Task StartRigAsync(CancellationToken stop)
    {
        RigOptions options = RigOptionsOf();
        if (options.Flavour.Length > 0)
        {
            _notes.Add($"Mining with flavour {options.Flavour}, {options.CpuThreads} threads, as otedama mining tune measured or the settings say.");
        }
        _rig = await Rig.StartAsync(options, _loggers, _clock, stop);
        _parts.Add(("rig", () => _rig.StopAsync())); // the one that runs then: a reload starts another
    }

    private RigOptions RigOptionsOf() => PartOptions.Rig(_plan, StratumUrlForRig(), _node, _datasets!, _clock) with { Plugin = _plugin };

    private async Task StartApiAsync(CancellationToken stop)
    {
        if (!_plan.Configuration.Get(Settings.ApiEnabled))
        {
            return;
        }
        int port = Ports.Choose(_plan.Configuration, Settings.ApiPort, _plan.ApiAddress, _notes.Add);
        ApiToken token = ApiToken.Load(_directory!.TokenFile);
        HostNames names = new(_plan.Configuration.Get(Settings.ApiAllowedHosts));
        _api = await LocalApi.StartAsync(_plan.ApiAddress, port, token, names, this, _loggers, _clock, stop);
        _parts.Add(("api", async () => await _api.DisposeAsync()));
        WarnWhenPublic(_plan.ApiAddress, Settings.ApiHost, "the token is sent in the clear; put a TLS proxy before it or keep it on 127.0.0.1");
    }

    private async Task StartMetricsAsync(CancellationToken stop)
    {
        Configuration configuration = _plan.Configuration;
        if (!configuration.Get(Settings.MetricsEnabled))
        {
            return;
        }
        int port = configuration.Get(Settings.MetricsPort);
        if (!Ports.IsFree(_plan.MetricsAddress, port, out string reason))
        {
            if (!configuration.IsDefault(Settings.MetricsPort))
            {
                throw Ports.Taken(configuration, Settings.MetricsPort, reason);
            }
            // A scraper looks at a fixed port, so another one would help nobody.
            _notes.Add($"Port {port} is in use, so no metrics are served. Choose another with --set metrics.port=PORT.");
            return;
        }
        HostNames names = new(configuration.Get(Settings.MetricsAllowedHosts));
        HttpHost host = await MetricsServer.StartAsync(_plan.MetricsAddress, port, names, Metrics, _loggers, stop);
        _metrics = new Uri(host.Uri, "metrics");
        _parts.Add(("metrics", async () => await host.DisposeAsync()));
        WarnWhenPublic(_plan.MetricsAddress, Settings.MetricsHost, "metrics have no login");
    }

    private void StartWebhooks()
    {
        Configuration configuration = _plan.Configuration;
        if (configuration.Get(Settings.WebhookUrls) is { Count: > 0 } urls)
        {
            TimeSpan patience = TimeSpan.FromSeconds(configuration.Get(Settings.WebhookPatience));
            Webhooks webhooks = new([.. urls.Select(static url => new Uri(url))], configuration.Get(Settings.WebhookEvents), patience,
                this, _clock, _loggers.CreateLogger(LogCategory.Webhook));
            _parts.Add(("webhooks", async () => await webhooks.DisposeAsync()));
        }
    }

    private void WarnWhenPublic(System.Net.IPAddress address, Setting setting, string advice)
    {
        if (!System.Net.IPAddress.IsLoopback(address))
        {
            InstanceLog.PublicBind(_logger, setting.Key, advice);
        }
    }

    private string? StratumUrlForRig()
    {
        bool any = _plan.PoolAddress.Equals(System.Net.IPAddress.Any) || _plan.PoolAddress.Equals(System.Net.IPAddress.IPv6Any);
        string host = any ? "127.0.0.1" : Shown(_plan.PoolAddress);
        return _pool is null ? null : $"stratum+tcp://{host}:{_pool.Endpoints[0].Port}";
    }

    private static string Shown(System.Net.IPAddress address) =>
        address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();

    private NodeView NodeOf(Pool.PoolSnapshot pool)
    {
        string url = _node?.RpcUri.ToString() ?? string.Join(", ", _pool!.Options.Nodes.Select(static n => n.Uri.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped)));
        return Views.Node(pool, _node?.Snapshot(), _plan.Coin, url);
    }

    private async Task SampleAsync(CancellationToken stop)
    {
        using PeriodicTimer timer = new(TimeSpan.FromSeconds(Otedama.History.StepS), _clock);
        do
        {
            _history.Add(_clock.GetUtcNow().ToUnixTimeSeconds(), Status());
        }
        while (await timer.WaitForNextTickAsync(stop));
    }
}
