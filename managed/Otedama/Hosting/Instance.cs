using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama;

/// <summary>
/// A running otedama: the parts of one plan, started in the order the work flows (chain, pools, rigs) and stopped in
/// the order in which nothing is lost (rigs, pools, chain).
/// </summary>
internal sealed partial class Instance : IInstance, IAsyncDisposable
{
    private static readonly TimeSpan s_reloadWait = TimeSpan.FromSeconds(30);

    private InstancePlan _plan; // replaced whole by a reload, under _reloading
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly DateTimeOffset _startedAt;
    private readonly long _startedTimestamp;
    private readonly History _history = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<string> _notes = [];
    private readonly List<PoolHost> _pools = [];
    private readonly List<RigHost> _rigs = [];
    private readonly List<(string Name, Func<Task> Stop)> _doors = [];

    private DataDirectory? _directory;
    private SharedWork? _shared;
    private FleetHost? _fleet;
    private Webhooks? _webhooks;
    private LocalApi? _api;
    private Uri? _metrics;
    private Task _sampling = Task.CompletedTask;

    private Instance(InstancePlan plan, ILoggerFactory loggers, TimeProvider clock)
    {
        (_plan, _loggers, _time) = (plan, loggers, clock);
        _logger = loggers.CreateLogger(LogCategory.Instance);
        _startedAt = clock.GetUtcNow();
        _startedTimestamp = clock.GetTimestamp();
    }

    /// <summary>What the start had to decide by itself, in sentences.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>A link that works once; null when no dashboard is served.</summary>
    public string? NewDashboardUrl() => _api?.NewDashboardUrl();

    /// <summary>Where miners connect, with the name of the pool where there are several.</summary>
    public IEnumerable<string> StratumUrls => _pools.Select(pool => _pools.Count > 1 ? $"{pool.StratumUrl} ({pool.Name})" : pool.StratumUrl);

    public Uri? RpcUrl => _pools.Find(static pool => pool.Node is not null)?.Node?.RpcUri;

    public Uri? MetricsUrl => _metrics;

    public string DataRoot => _plan.DataRoot;

    /// <summary>
    /// Starts every part or none. Throws ConfigurationException (port taken, directory in use, bad option),
    /// NativeException.
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

    public IReadOnlyList<string> PoolNames => [.. _pools.Select(static pool => pool.Name)];

    public IReadOnlyList<string> RigNames => [.. _rigs.Select(static rig => rig.Name)];

    public StatusView Status() => StatusOf([.. _rigs.Select(static rig => rig.View())], [.. _pools.Select(static pool => pool.View())]);

    /// <summary>What one scrape of the metrics is made of; every part is read once.</summary>
    public MetricsInput Metrics()
    {
        RigInput[] rigs = [.. _rigs.Select(static rig => rig.Metrics())];
        PoolInput[] pools = [.. _pools.Select(static pool => pool.Metrics())];
        StatusView status = StatusOf([.. rigs.Select(static rig => rig.View)], [.. pools.Select(static pool => pool.View)]);
        return new MetricsInput { Status = status, Rigs = rigs, Pools = pools, Fleet = _fleet?.Snapshot(), FleetPolls = _fleet?.Polls };
    }

    public MinersAnswer Miners(string pool) => Find(pool).Miners();

    public BlocksAnswer Blocks(string pool) => Find(pool).Blocks();

    public PayoutsAnswer Payouts(string pool) => Find(pool).Payouts();

    public ChainSharesAnswer ChainShares(string pool, int count) => Find(pool).ChainShares(count);

    public PeersAnswer Peers(string pool) => Find(pool).Peers();

    public HistoryView History() => _history.View();

    public IFleetView? Fleet => _fleet;

    public async Task<string?> SetMiningAsync(bool mining, string? rig, CancellationToken stop)
    {
        if (_rigs.Count == 0)
        {
            return "this instance has no miner: it was started with mining.enabled false or as a pool only";
        }
        await _reloading.WaitAsync(stop); // what is started anew just now has to hear of it
        try
        {
            foreach (RigHost host in _rigs.Where(host => rig is null || host.Name == rig))
            {
                if (mining)
                {
                    host.Rig.Resume();
                }
                else
                {
                    host.Rig.Pause();
                }
            }
        }
        finally
        {
            _reloading.Release();
        }
        return null;
    }

    /// <summary>Reads the pools' certificates again.</summary>
    public void RenewCertificates() => _pools.ForEach(static pool => pool.RenewCertificate());

    /// <summary>
    /// Drains and stops; bounded by each part's own limit. What is of one kind stops at the same time.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _sampling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        for (int i = _doors.Count - 1; i >= 0; i--)
        {
            await StopAsync(_doors[i].Name, _doors[i].Stop);
        }
        await _reloading.WaitAsync(s_reloadWait); // a rig that is started anew just now has to be stopped too
        await Task.WhenAll(_rigs.Select(rig => StopAsync($"rig {rig.Name}", rig.StopAsync)));
        await Task.WhenAll(_pools.Select(pool => StopAsync($"pool {pool.Name}", pool.StopAsync)));
        (_shared, SharedWork? shared) = (null, _shared);
        shared?.Dispose();
        _doors.Clear();
        _directory?.Dispose();
        _directory = null;
        _stop.Dispose();
        _reloading.Dispose();
    }

    private StatusView StatusOf(IReadOnlyList<RigView> rigs, IReadOnlyList<PoolView> pools) => new()
    {
        Version = ThisProgram.Version,
        Pid = Environment.ProcessId,
        StartedAt = _startedAt.ToUnixTimeSeconds(),
        UptimeS = _time.GetElapsedTime(_startedTimestamp).TotalSeconds,
        DataDir = _plan.DataRoot,
        DashboardUrl = _api?.Uri.ToString(),
        MetricsUrl = _metrics?.ToString(),
        RssBytes = Environment.WorkingSet,
        LogLinesDropped = LogDrops.Count,
        Rigs = rigs,
        Pools = pools,
        Datasets = [.. (_shared?.DatasetStates() ?? []).Select(DatasetView.Of)],
    };

    private PoolHost Find(string pool) => _pools.First(host => host.Name == pool);

    /// <summary>The other parts hold money and blocks; they are stopped whatever this one does.</summary>
    private async Task StopAsync(string name, Func<Task> stop)
    {
        try
        {
            await stop();
        }
        catch (Exception e)
        {
            InstanceLog.PartFailedToStop(_logger, e, name);
        }
    }

    private async Task StartPartsAsync(CancellationToken stop)
    {
        if (OpenSslCheck.Problem() is { } problem)
        {
            throw new CommandException(ExitCode.Unsupported, problem);
        }
        _directory = DataDirectory.Open(_plan.DataRoot, _plan.Configuration.Get(Settings.AllowLoosePermissions));
        Native.Open();
        _shared = new SharedWork(_plan, _loggers, _time);
        foreach (PoolPlan plan in _plan.Pools)
        {
            PoolHost pool = new(plan, _loggers, _time);
            _pools.Add(pool); // also one that does not start is stopped
            await pool.StartAsync(_shared, _notes.Add, stop);
        }
        foreach (RigPlan plan in _plan.Rigs)
        {
            RigHost rig = new(plan, _pools, _shared, _loggers, _time);
            _rigs.Add(rig);
            await rig.StartAsync(_notes.Add, stop);
        }
        StartFleet();
        await StartApiAsync(stop);
        await StartMetricsAsync(stop);
        Announce(_directory);
        _sampling = SampleAsync(_stop.Token);
        StartWebhooks();
        _fleet?.Alerts = _webhooks is { } webhooks ? webhooks.Offer : null;
        InstanceLog.Started(_logger, _plan.Parts(), _plan.DataRoot);
    }

    private async Task StartApiAsync(CancellationToken stop)
    {
        if (!_plan.Configuration.Get(Settings.ApiEnabled))
        {
            return;
        }
        int port = Ports.Choose(_plan.Configuration, Settings.ApiPort, _plan.ApiAddress, _notes.Add);
        ApiToken token = ApiToken.Load(_directory!.TokenFile);
        HostNames names = new(_plan.Configuration.Get(Settings.ApiAllowedHosts));
        _api = await LocalApi.StartAsync(_plan.ApiAddress, port, token, names, this, _loggers, _time, stop);
        _doors.Add(("api", async () => await _api.DisposeAsync()));
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
        _doors.Add(("metrics", async () => await host.DisposeAsync()));
        WarnWhenPublic(_plan.MetricsAddress, Settings.MetricsHost, "metrics have no login");
    }

    private void StartFleet()
    {
        if (_plan.Fleet is not { } plan)
        {
            return;
        }
        FleetHost fleet = _fleet = new FleetHost(plan, _loggers, _time);
        CancellationTokenSource stop = new();
        Task loop = FleetLoop.RunAsync(fleet, _loggers.CreateLogger(LogCategory.Fleet), stop.Token);
        _doors.Add(("fleet", async () =>
        {
            await stop.CancelAsync();
            await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            fleet.Dispose();
            stop.Dispose();
        }
        ));
    }

    private void StartWebhooks()
    {
        Configuration configuration = _plan.Configuration;
        if (configuration.Get(Settings.WebhookUrls) is { Count: > 0 } urls)
        {
            TimeSpan patience = TimeSpan.FromSeconds(configuration.Get(Settings.WebhookPatience));
            Webhooks webhooks = _webhooks = new([.. urls.Select(static url => new Uri(url))], configuration.Get(Settings.WebhookEvents), patience,
                this, _time, _loggers.CreateLogger(LogCategory.Webhook));
            _doors.Add(("webhooks", async () => await webhooks.DisposeAsync()));
        }
    }

    private void WarnWhenPublic(System.Net.IPAddress address, Setting setting, string advice)
    {
        if (!System.Net.IPAddress.IsLoopback(address))
        {
            InstanceLog.PublicBind(_logger, setting.Key, advice);
        }
    }

    private async Task SampleAsync(CancellationToken stop)
    {
        using PeriodicTimer timer = new(TimeSpan.FromSeconds(Otedama.History.StepS), _time);
        do
        {
            _history.Add(_time.GetUtcNow().ToUnixTimeSeconds(), Status());
        }
        while (await timer.WaitForNextTickAsync(stop));
    }
}
