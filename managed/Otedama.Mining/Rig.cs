using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>
/// The facade of the mining side: a job source, a dispatcher and workers, started and stopped as one. Any thread.
/// </summary>
public sealed class Rig : IAsyncDisposable
{
    private static readonly TimeSpan s_drainWait = TimeSpan.FromSeconds(5);

    /// <summary>How often devices and machine are looked at: a laptop unplugged mines no longer than this.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(5);

    private readonly RigOptions _options;
    private readonly IJobSource _source;
    private readonly Dispatcher _dispatcher;
    private readonly Crew _crew;
    private readonly GpuWorkers _gpus;
    private readonly DatasetStore? _ownDatasets;
    private readonly DeviceDatasets? _ownDeviceDatasets;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly long _started;
    private readonly RigReport _report;
    private readonly Lock _pauseGate = new();
    private bool _pausedByCommand;
    private string _pausedByMachine = "";
    private ITimer? _looking;
    private SteadyLoop? _watching; // where there are cards
    private readonly Lock _stopGate = new();
    private Task? _stopping;

    private Rig(
        RigOptions options,
        IJobSource source,
        CpuWorkers cpus,
        GpuWorkers gpus,
        (DatasetStore? Processor, DeviceDatasets? Devices) own,
        ILogger log,
        TimeProvider clock)
    {
        _gpus = gpus;
        _options = options;
        _source = source;
        (_ownDatasets, _ownDeviceDatasets) = own;
        _time = clock;
        _logger = log;
        _started = clock.GetTimestamp();
        _dispatcher = new Dispatcher(source, clock, log, options.StartPaused);
        _crew = new Crew(
            [cpus, gpus, .. options.Devices], _dispatcher, (worker, name) =>
                new WorkerLoop(worker, name, log), clock, log);
        _report = new RigReport(Snapshot, clock, log);
        _pausedByCommand = options.StartPaused;
    }

    /// <summary>
    /// Checks the options, makes the workers and begins to connect; returns before the first job. Throws ArgumentException
    /// naming the option that is wrong, or NativeException when the native code cannot be used.
    /// </summary>
    public static Task<Rig> StartAsync(
        RigOptions options, ILoggerFactory loggers, TimeProvider clock, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Rig? rig = null;
        StratumClient source = new(
            new StratumClientOptions
            {
                Pools = options.Pools,
                Algorithm = options.Algorithm,
                Equihash = options.Equihash,
                UserAgent = options.UserAgent,
                RedirectHosts = options.RedirectHosts,
                SuggestDifficulty = () => rig?.SuggestDifficulty() ?? options.SuggestDifficulty,
            },
            loggers.CreateLogger(LogCategory.RigUpstream),
            clock);
        rig = Assemble(options, source, loggers, clock);
        rig.Begin();
        return Task.FromResult(rig);
    }

    /// <summary>
    /// The same with another origin of jobs, such as a pool in this process. The rig disposes the source.
    /// </summary>
    public static Task<Rig> StartAsync(
        RigOptions options, IJobSource source, ILoggerFactory loggers, TimeProvider clock, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Rig rig = Assemble(options, source, loggers, clock);
        rig.Begin();
        return Task.FromResult(rig);
    }

    /// <summary>Workers stop hashing within milliseconds; the connection to the pool stays.</summary>
    public void Pause() => SetPaused(byCommand: true, null);

    /// <summary>
    /// Undoes Pause; what the machine itself needs goes first. Devices that were lost are tried again.
    /// </summary>
    public void Resume()
    {
        TryLostAgain();
        SetPaused(byCommand: false, null);
    }

    /// <summary>Also devices that were lost too often to be tried again by themselves; within seconds.</summary>
    public void TryLostAgain() => _crew.TryLostAgain();

    /// <summary>By Pause or its options; also after it was stopped. Not by what the machine needs.</summary>
    public bool IsPausedByCommand
    {
        get
        {
            lock (_pauseGate)
            {
                return _pausedByCommand;
            }
        }
    }

    /// <summary>Does not wait for the workers.</summary>
    public RigSnapshot Snapshot()
    {
        Job? job = _dispatcher.CurrentJob;
        long hashes = _crew.HashesDeparted;
        WorkerSnapshot[] workers = [.. _crew.Read().Select(worker => worker with { Shares = _dispatcher.Shares.Of(worker.Id) })];
        HashRates rates = default;
        foreach (WorkerSnapshot worker in workers)
        {
            rates += worker.Hashrate;
            hashes += worker.Hashes;
        }
        ShareCounts shares = _dispatcher.Shares.Total;
        return new RigSnapshot
        {
            State = State(job),
            PauseReason = PauseReason,
            Algorithm = _options.Algorithm,
            Uptime = _time.GetElapsedTime(_started),
            Hashrate = rates,
            Hashes = hashes,
            HashrateMax = Math.Max(_report.Max, rates.Seconds10),
            ShareSeconds = job is not null && rates.Seconds60 > 0 ? (double)job.ShareTarget.ToWork() / rates.Seconds60 : null,
            EffectiveHashrate = shares.Accepted > 0 ? _dispatcher.Effective.Read().Minutes15 : null,
            Shares = shares,
            Refusals = _dispatcher.Refusals.Read(),
            Difficulty = job?.ShareTarget.ToDifficulty(UpstreamDialect.For(_options.Algorithm).DifficultyOne),
            Height = job is { Height: > 0 } ? job.Height : null,
            JobId = job?.Id,
            Workers = workers,
            Devices = _crew.Devices,
            Pools = _source.Pools,
        };
    }

    /// <summary>
    /// Stops the workers, waits up to 5 s for replies to shares already sent, and disconnects. May be called twice.
    /// </summary>
    public Task StopAsync()
    {
        lock (_stopGate)
        {
            return _stopping ??= StopOnceAsync();
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private static Rig Assemble(RigOptions options, IJobSource source, ILoggerFactory loggers, TimeProvider clock)
    {
        ILogger log = loggers.CreateLogger(LogCategory.Rig);
        DatasetStore? own = options.Datasets is null ? new DatasetStore() : null;
        DatasetStore store = options.Datasets ?? own!;
        DeviceDatasets? ownOfDevices = options.DeviceDatasets is null
            ? new DeviceDatasets(store, new DeviceDatasetOptions { Clock = clock })
            : null;
        CpuWorkers cpus = new(options, store, clock, log);
        GpuWorkers gpus = new(options, options.DeviceDatasets ?? ownOfDevices!, clock, log);
        return new Rig(options, source, cpus, gpus, (own, ownOfDevices), log, clock);
    }

    private void Begin()
    {
        _watching = _options.Gpus.Count > 0 ? new SteadyLoop("cards", _gpus.Look, CardWatch.Interval) : null;
        Look();
        _report.Start();
        _looking = _time.CreateTimer(_ => Look(), null, s_look, s_look);
        _source.Start(_dispatcher);
    }

    private void Look()
    {
        _crew.Look();
        if (_options.Watch is { LooksAtAnything: true } watch)
        {
            SetPaused(null, watch.Reason());
        }
    }

    private string PauseReason
    {
        get
        {
            lock (_pauseGate)
            {
                return _pausedByCommand ? "" : _pausedByMachine;
            }
        }
    }

    private static string Change(bool paused, string machine) => machine.Length == 0
        ? (paused ? "paused by command" : "mining again, by command")
        : (paused ? $"paused: {machine}" : $"mining again; over is: {machine}");

    /// <summary>Null leaves that side as it is.</summary>
    private void SetPaused(bool? byCommand, string? byMachine)
    {
        lock (_pauseGate)
        {
            bool before = _pausedByCommand || _pausedByMachine.Length > 0;
            string reason = _pausedByMachine;
            _pausedByCommand = byCommand ?? _pausedByCommand;
            _pausedByMachine = byMachine ?? _pausedByMachine;
            bool now = _pausedByCommand || _pausedByMachine.Length > 0;
            if (now != before)
            {
                _dispatcher.SetPaused(now);
                RigLog.PauseChanged(_logger, Change(now, now ? _pausedByMachine : reason));
            }
        }
    }

    private async Task StopOnceAsync()
    {
        _looking?.Dispose();
        _dispatcher.SetPaused(true);
        await _source.DrainAsync(s_drainWait);
        _crew.Stop();
        _report.Finish();
        await _source.DisposeAsync();
        _crew.Dispose();
        _watching?.Dispose();
        _gpus.End(_crew.Hanging);
        _ownDeviceDatasets?.Dispose(); // first: it is made from the other
        _ownDatasets?.Dispose();
    }

    private RigState State(Job? job)
    {
        if (_stopping is not null)
        {
            return RigState.Stopped;
        }
        if (_dispatcher.IsPaused)
        {
            return RigState.Paused;
        }
        return job is null ? RigState.Connecting : RigState.Mining;
    }

    /// <summary>
    /// About one share in five seconds at the measured rate, or at a careful guess before there is one.
    /// </summary>
    private double SuggestDifficulty()
    {
        if (_options.SuggestDifficulty > 0)
        {
            return _options.SuggestDifficulty;
        }
        WorkerSnapshot[] workers = [.. _crew.Read()];
        double rate = workers.Sum(static worker => worker.Hashrate.Seconds60);
        if (rate <= 0)
        {
            rate = _options.Algorithm.Facts.ThreadRateGuess * workers.Length;
        }
        return rate * 5 / (double)_options.Algorithm.Facts.DifficultyOne.ToWork();
    }
}
