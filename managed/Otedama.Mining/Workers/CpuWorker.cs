using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>
/// One thread that hashes on a CPU. It scans in calls of about 100 ms: long enough that everything around the call is
/// far below one percent, short enough that meters and health are fresh. An interrupt ends a call within a few
/// milliseconds.
/// </summary>
internal sealed class CpuWorker : IWorker
{
    private static readonly TimeSpan s_scanBudget = TimeSpan.FromMilliseconds(100);

    /// <summary>How long to sit at the desk before looking whether to stop.</summary>
    private static readonly TimeSpan s_deskWait = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_restartMax = TimeSpan.FromMinutes(1);

    /// <summary>A range lasts about this long, so that an updated job is taken up soon without an interrupt.</summary>
    private const double RangeSeconds = 5;

    /// <summary>Nonces of the first range, when the rate is not known: a millisecond of SHA-256d, a second of scrypt.</summary>
    private const ulong NonceCountFirst = 4096;

    private const int HitsMax = 64;

    private readonly CpuWorkerOptions _options;
    private readonly Func<IScanEngine> _makeEngine;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly HashMeter _meter;
    private readonly WorkerHealth _health;
    private readonly ManualResetEventSlim _stopping = new();
    private readonly PowHit[] _hits = new PowHit[HitsMax];
    private Thread? _thread;
    private IWorkDesk? _desk;
    private IScanEngine? _engine; // written by the thread, read by Interrupt
    private int _failures;

    public CpuWorker(CpuWorkerOptions options, Func<IScanEngine> makeEngine, TimeProvider clock, ILogger log)
    {
        _options = options;
        _makeEngine = makeEngine;
        _clock = clock;
        _log = log;
        _meter = new HashMeter(clock);
        _health = new WorkerHealth(clock, _meter);
    }

    public int Id => _options.Id;

    public void Start(IWorkDesk desk)
    {
        _desk = desk;
        _thread = new Thread(Run) { IsBackground = true, Name = $"otedama-{_options.Name}" };
        _thread.Start();
    }

    public void Interrupt() => Volatile.Read(ref _engine)?.Cancel();

    public bool Stop(TimeSpan wait)
    {
        _stopping.Set();
        Interrupt();
        return _thread is null || _thread.Join(wait);
    }

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
        return new WorkerSnapshot
        {
            Id = Id,
            Name = _options.Name,
            Device = _options.Device,
            Flavour = _options.Flavour.Name,
            State = state,
            Reason = reason,
            Hashrate = _meter.Read(),
            Hashes = (long)_meter.Total,
            Shares = default,
            Restarts = _health.Restarts,
        };
    }

    public void Dispose()
    {
        if (Stop(TimeSpan.FromSeconds(5)))
        {
            _stopping.Dispose();
        }
    }

    private void Run()
    {
        Tune();
        while (!_stopping.IsSet)
        {
            try
            {
                WorkUntilStopped();
            }
            catch (Exception e)
            {
                // Whatever a device does to one worker, the others go on.
                Recover(e.Message);
            }
        }
    }

    private void WorkUntilStopped()
    {
        using IScanEngine engine = _makeEngine();
        Volatile.Write(ref _engine, engine);
        try
        {
            RigLog.WorkerStarted(_log, _options.Name, _options.Device, _options.Flavour.Name);
            while (!_stopping.IsSet)
            {
                if (_desk!.Take(Appetite(), s_deskWait, out int epoch) is WorkRange range)
                {
                    Search(engine, range, epoch);
                }
                else
                {
                    _health.OnIdle();
                }
            }
        }
        finally
        {
            Volatile.Write(ref _engine, null);
        }
    }

    private void Search(IScanEngine engine, WorkRange range, int epoch)
    {
        IWorkData builder = WorkData.For(range.Job);
        byte[] data = new byte[builder.Length];
        builder.Build(range, data);
        double hashesPerCandidate = (double)range.Target.ToWork();
        uint[] versions = range.Versions as uint[] ?? [.. range.Versions];
        PowWork work = new()
        {
            Data = data,
            NonceFirst = range.NonceFirst,
            NonceCount = range.NonceCount,
            Height = (uint)range.Job.Height,
            Versions = versions.Length > 1 ? versions : default,
            Target = range.Target,
        };
        engine.Begin(range.Job);
        bool done = false;
        while (!done && !_stopping.IsSet && !_desk!.IsVoid(epoch))
        {
            _health.OnBusy();
            PowScan scan = engine.Scan(work, _hits, s_scanBudget);
            double hashes = scan.Hashes * _options.HashesPerNonce;
            _meter.Add(hashes);
            _health.OnScan(hashes / hashesPerCandidate, scan.HitCount);
            _failures = 0;
            for (int i = 0; i < scan.HitCount; i++)
            {
                Offer(_hits[i], range, epoch);
            }
            done = scan.WorkIndex > 0;
            ulong end = range.NonceFirst + range.NonceCount;
            work = done ? work : work with { NonceFirst = scan.NonceNext, NonceCount = end - scan.NonceNext };
        }
    }

    private void Offer(in PowHit hit, WorkRange range, int epoch)
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
            ReceivedAt = _clock.GetTimestamp(),
        };
        _desk!.Offer(candidate, hit.Hash, range, epoch);
    }

    private RangeAppetite Appetite()
    {
        int versions = _options.Algorithm.VersionsMax;
        double rate = _meter.Read().Seconds10;
        if (rate <= 0)
        {
            return new RangeAppetite(_options.Algorithm.SlowScan ? 1 : NonceCountFirst, versions, 0);
        }
        double nonces = Math.Clamp(rate * RangeSeconds / versions, 1, 1UL << 32);
        return new RangeAppetite((ulong)nonces, versions, rate);
    }

    private void Recover(string reason)
    {
        _failures++;
        TimeSpan pause = Backoff.After(_failures, _options.RestartFirst, s_restartMax, 0.5);
        _health.OnFailure(reason);
        RigLog.WorkerFailed(_log, _options.Name, reason, pause.TotalSeconds);
        _stopping.Wait(pause);
        _health.OnRestart();
    }

    private void Tune()
    {
        int nice = _options.Priority switch
        {
            CpuPriority.Idle => 19,
            CpuPriority.Low => 10,
            _ => 0,
        };
        Try("processor " + _options.Cpu, _options.Cpu is not null, () => NativeThread.SetAffinity(_options.Cpu!.Value));
        Try("nice value " + nice, nice != 0, () => NativeThread.SetPriority(nice));
    }

    private void Try(string what, bool wanted, Action tuning)
    {
        try
        {
            if (wanted)
            {
                tuning();
            }
        }
        catch (NativeException e)
        {
            RigLog.WorkerTuning(_log, _options.Name, what, e.Detail);
        }
    }
}
