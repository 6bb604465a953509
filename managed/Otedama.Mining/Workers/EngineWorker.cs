using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>
/// A worker of any scan engine, on a processor or another device. An interrupt ends a scan within a few milliseconds. An engine
/// that fails is made anew after a pause; one without work is given up.
/// </summary>
internal sealed class EngineWorker : IWorker
{
    /// <summary>How long to wait for work at most before looking again.</summary>
    private static readonly TimeSpan s_deskWait = TimeSpan.FromSeconds(1);

    /// <summary>After a scan that could not do anything, because a dataset is still being made.</summary>
    private static readonly TimeSpan s_datasetWait = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan s_restartMax = TimeSpan.FromMinutes(1);

    /// <summary>A range lasts about this long, so that an updated job is taken up soon without an interrupt.</summary>
    private const double RangeSeconds = 5;

    private const int HitsMax = 64;

    private readonly EngineWorkerOptions _options;
    private readonly Func<IScanEngine> _makeEngine;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly HashMeter _meter;
    private readonly WorkerHealth _health;
    private readonly PowHit[] _hits = new PowHit[HitsMax];
    private IWorkDesk? _desk;
    private IScanEngine? _engine;    // written by the stepping thread, read by Interrupt
    private WorkRange? _range;       // in hand
    private PowWork _work;           // what is left of it
    private double _hashesPerCandidate;
    private int _epoch;
    private int _failures;
    private long? _failedAt;
    private TimeSpan _pause;         // from then to the next attempt
    private long? _idleSince;
    private bool _poweredDown;
    private bool _lost;

    public EngineWorker(EngineWorkerOptions options, Func<IScanEngine> makeEngine, TimeProvider time, ILogger logger)
    {
        _options = options;
        _makeEngine = makeEngine;
        _time = time;
        _logger = logger;
        _meter = new HashMeter(time);
        _health = new WorkerHealth(time, _meter);
    }

    public int Id => _options.Id;

    public void Attach(IWorkDesk desk) => _desk = desk;

    public void Enter() => _options.Tuning?.Apply(_options.Name, _logger);

    public TimeSpan Step()
    {
        if (_lost)
        {
            return s_deskWait;
        }
        if (_failedAt is long at)
        {
            TimeSpan left = _pause - _time.GetElapsedTime(at);
            if (left > TimeSpan.Zero)
            {
                return left;
            }
            _failedAt = null;
            _health.OnRestart();
        }
        try
        {
            if (!_poweredDown)
            {
                MakeEngine(); // before there is work, so that what is wrong with the device shows at once
            }
            return HasRange() ? Scan(MakeEngine()) : Rest();
        }
        catch (Exception e)
        {
            // Whatever a device does to one worker, the others go on.
            return Recover(e);
        }
    }

    public void Interrupt() => Volatile.Read(ref _engine)?.Cancel();

    public void OnVerdict(ShareOutcome outcome)
    {
        if (outcome is ShareOutcome.Accepted or ShareOutcome.Rejected)
        {
            _health.OnVerdict(outcome == ShareOutcome.Accepted);
        }
    }

    public WorkerSnapshot Read()
    {
        WorkerState state = _health.Read(out string reason);
        IScanEngine? engine = Volatile.Read(ref _engine);
        if (engine?.Waiting is { } waiting
            && state is (WorkerState.Starting or WorkerState.Healthy or WorkerState.Degraded))
        {
            (state, reason) = (WorkerState.Idle, waiting);
        }
        else if (state == WorkerState.Healthy && _options.Trouble() is { Length: > 0 } trouble)
        {
            (state, reason) = (WorkerState.Degraded, trouble);
        }
        return new WorkerSnapshot
        {
            Id = Id,
            Name = _options.Name,
            Device = _options.Device,
            DeviceId = _options.DeviceId,
            Flavour = engine?.Flavour ?? _options.Flavour.Name,
            State = state,
            Reason = reason,
            Hashrate = _meter.Read(),
            Hashes = (long)_meter.Total,
            Shares = default,
            Restarts = _health.Restarts,
        };
    }

    /// <summary>After the last step.</summary>
    public void Dispose()
    {
        DropRange();
        DropEngine();
    }

    private IScanEngine MakeEngine()
    {
        if (_engine is null)
        {
            Volatile.Write(ref _engine, _makeEngine());
            _poweredDown = false;
            RigLog.WorkerStarted(_logger, _options.Name, _options.Device, _engine.Flavour ?? _options.Flavour.Name);
        }
        return _engine;
    }

    private bool HasRange()
    {
        if (_range is not null && !_desk!.IsVoid(_epoch))
        {
            return true;
        }
        DropRange();
        if (_desk!.TryTake(Appetite(), out _epoch) is not WorkRange range)
        {
            return false;
        }
        _range = range;
        _idleSince = null;
        _hashesPerCandidate = (double)range.Target.ToWork();
        IWorkData builder = WorkData.For(range.Job);
        byte[] data = new byte[builder.Length];
        builder.Build(range, data);
        uint[] versions = range.Versions as uint[] ?? [.. range.Versions];
        _work = new PowWork
        {
            Data = data,
            NonceFirst = range.NonceFirst,
            NonceCount = range.NonceCount,
            Height = (uint)range.Job.Height,
            Versions = versions.Length > 1 ? versions : default,
            Target = range.Target,
        };
        return true;
    }

    private TimeSpan Scan(IScanEngine engine)
    {
        WorkRange range = _range!;
        _health.OnBusy();
        engine.Begin(range.Job);
        PowScan scan = engine.Scan(_work, _hits, _options.ScanBudget);
        double hashes = scan.Hashes * _options.HashesPerNonce;
        _meter.Add(hashes);
        _health.OnScan(hashes / _hashesPerCandidate, scan.HitCount);
        _failures = 0;
        for (int i = 0; i < scan.HitCount; i++)
        {
            Offer(_hits[i], range);
        }
        if (scan.WorkIndex > 0)
        {
            _range = null;
            return TimeSpan.Zero;
        }
        ulong searched = scan.NonceNext - _work.NonceFirst;
        _work = _work with { NonceFirst = scan.NonceNext, NonceCount = _work.NonceCount - searched };
        return scan.Hashes == 0 && !scan.Cancelled ? s_datasetWait : TimeSpan.Zero;
    }

    private void Offer(in PowHit hit, WorkRange range)
    {
        Candidate candidate = new()
        {
            JobId = range.Job.Id,
            WorkerId = Id,
            Nonce = hit.Nonce,
            Time = range.Job.Recipe.Time,
            Version = hit.Version,
            Extranonce = new Extranonce(range.Extranonce.Span),
            Target = range.Job.ShareTarget,
            Proof = hit.Proof.Length > 0 ? hit.Proof : null,
            ReceivedAt = _time.GetTimestamp(),
        };
        _desk!.Offer(candidate, hit.Hash, range, _epoch);
    }

    private RangeAppetite Appetite()
    {
        int versions = _options.Algorithm.VersionsMax;
        double rate = _meter.Read().Seconds10;
        if (rate <= 0)
        {
            return new RangeAppetite(_options.Algorithm.SlowScan ? 1 : _options.NonceCountFirst, versions, 0);
        }
        double nonces = Math.Clamp(rate * RangeSeconds / versions, 1, 1UL << 32);
        return new RangeAppetite((ulong)nonces, versions, rate);
    }

    /// <summary>Nothing to do: waits, and gives up the engine when that lasts.</summary>
    private TimeSpan Rest()
    {
        _idleSince ??= _time.GetTimestamp();
        if (!_poweredDown && _time.GetElapsedTime(_idleSince.Value) >= _options.PowerDownAfter)
        {
            _health.OnPoweringDown();
            DropEngine();
            _poweredDown = true;
        }
        _health.OnIdle(_desk!.Idle);
        return s_deskWait;
    }

    private TimeSpan Recover(Exception problem)
    {
        DropRange();
        DropEngine();
        if (problem is NativeException { IsDeviceLost: true })
        {
            _lost = true;
            _health.OnLost(problem.Message);
            RigLog.WorkerLost(_logger, _options.Name, problem.Message);
            return s_deskWait;
        }
        _failures++;
        // Memory comes back when another program ends, which no haste brings about.
        _pause = problem is NativeException { LacksMemory: true } ? s_restartMax
            : Backoff.After(_failures, _options.RestartFirst, s_restartMax, 0.5);
        _failedAt = _time.GetTimestamp();
        _health.OnFailure(problem.Message);
        RigLog.WorkerFailed(_logger, _options.Name, problem.Message, _pause.TotalSeconds);
        return _pause;
    }

    /// <summary>What was not searched goes back to the desk.</summary>
    private void DropRange()
    {
        if (_range is { } range)
        {
            _range = null;
            _desk!.Return(range.Slice(_work.NonceFirst, _work.NonceCount, range.Target));
        }
    }

    private void DropEngine()
    {
        IScanEngine? engine = _engine;
        Volatile.Write(ref _engine, null);
        engine?.Dispose();
    }
}
