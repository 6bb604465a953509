using Microsoft.Extensions.Logging;
using Otedama.Asic;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>
/// A board as a worker: steps its chain, which gets its jobs of the desk. A board that is unplugged keeps its worker
/// and is taken up again by its serial number; one that has given up is let go like a lost card, and tried again by the
/// crew's rules.
/// </summary>
internal sealed class AsicWorker : IWorker
{
    private static readonly TimeSpan s_ended = TimeSpan.FromSeconds(1);

    private readonly BoardChoice _choice;
    private readonly DeskChipWork _work;
    private readonly ChipChain _chain;
    private readonly HashMeter _meter;
    private readonly WorkerHealth _health;
    private double _metered;
    private ChainReport? _seen;

    public AsicWorker(int id, string name, BoardChoice choice, IBoardPorts ports, TimeProvider time, ILogger logger)
    {
        (Id, Name, _choice) = (id, name, choice);
        _meter = new HashMeter(time);
        _health = new WorkerHealth(time, _meter);
        _work = new DeskChipWork(id);
        _chain = new ChipChain(
            choice.Options, choice.Open(ports, time), _work, time, line => RigLog.AsicChain(logger, name, line));
    }

    public int Id { get; }

    public string Name { get; }

    public string Device => $"{_choice.Kind.Title}, {_choice.Options.Family.Name}";

    /// <summary>How its chain stands. Any thread.</summary>
    public ChainReport Report => _chain.Report;

    public DeviceTelemetry Telemetry
    {
        get
        {
            ChainReport now = _chain.Report;
            return new DeviceTelemetry(now.Reading.ChipCelsius, now.Reading.Watts, now.Reading.FanRpm, now.Megahertz)
            {
                FanPercent = now.Reading.FanPercent,
                HotspotC = now.Reading.RegulatorCelsius,
                HardwareErrors = (ulong)(now.Counts.HashErrors + now.Counts.CrcErrors),
                Throttle = now.State is ChainState.Throttled or ChainState.Cooling ? ThrottleReasons.Heat
                    : ThrottleReasons.None,
                IsStale = now.State == ChainState.Absent,
            };
        }
    }

    public void Attach(IWorkDesk desk) => _work.Attach(desk);

    public TimeSpan Step()
    {
        if (_chain.IsEnded)
        {
            return s_ended;
        }
        TimeSpan pause = _chain.Step();
        ChainReport now = _chain.Report;
        if (!ReferenceEquals(now, _seen))
        {
            _seen = now;
            Measure(now);
        }
        return pause;
    }

    /// <summary>The chain asks every few milliseconds whether its jobs are still worth something.</summary>
    public void Interrupt()
    {
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
        ChainReport now = _chain.Report;
        (WorkerState state, string reason) = State(now);
        return new WorkerSnapshot
        {
            Id = Id,
            Name = Name,
            Device = Device,
            DeviceId = Name,
            Flavour = now.Chips.Count switch { 0 => "", 1 => "1 chip", int count => $"{count} chips" },
            State = state,
            Reason = reason,
            Hashrate = _meter.Read(),
            Hashes = (long)_meter.Total,
            Shares = default,
            Restarts = (int)now.Counts.Restarts,
        };
    }

    /// <summary>After the last step: the board in its safe state.</summary>
    public void Dispose()
    {
        _chain.Dispose();
        _work.Dispose();
    }

    private void Measure(ChainReport now)
    {
        double more = now.Hashes - _metered;
        _metered = now.Hashes;
        _meter.Add(more);
        if (more > 0)
        {
            _health.OnScan(0, 0);
        }
        if (_work.Idle != IdleReason.None)
        {
            _health.OnIdle(_work.Idle);
        }
        else if (now.State is ChainState.Mining or ChainState.Throttled)
        {
            _health.OnBusy(); // whether nonces come is the chain's own watch
        }
    }

    private (WorkerState State, string Reason) State(ChainReport now)
    {
        switch (now.State)
        {
            case ChainState.Absent:
            case ChainState.Stopped:
                return (WorkerState.Failed, now.Reason);
            case ChainState.Faulted:
                return (now.NeedsHelp ? WorkerState.Lost : WorkerState.Failed, now.Reason);
            case ChainState.Cooling:
            case ChainState.Throttled:
                return (WorkerState.Degraded, now.Reason);
            case ChainState.Mining:
                WorkerState state = _health.Read(out string reason);
                if (state == WorkerState.Starting && _work.Idle == IdleReason.None)
                {
                    return (state, "waiting for the first nonce");
                }
                string weak = string.Join(
                    ", ", now.Chips.Where(static chip => chip.IsWeak).Select(static chip => chip.Index + 1));
                return state == WorkerState.Healthy && now.Reading.Fault is { } fault ? (WorkerState.Degraded, fault)
                    : state == WorkerState.Healthy && weak.Length > 0 ? (WorkerState.Degraded, $"weak chips: {weak}")
                    : (state, reason);
            default:
                return (WorkerState.Starting, now.Reason);
        }
    }
}
