using System.Globalization;
using Otedama.Asic;

namespace Otedama;

/// <summary>Gives a device an order through the audit log.</summary>
internal delegate Task<FleetOutcome> FleetOrderer(FleetDevice device, FleetOrder order, string by, bool dryRun,
    CancellationToken cancel);

/// <summary>
/// Tunings, one a device: a plan for each, carried out as readings come, and kept on disk so that they go on after a
/// restart. StepAsync by one loop; all else any thread.
/// </summary>
internal sealed class FleetTunings
{
    public const string Stop = "stop", Resume = "resume";

    /// <summary>Devices tuned at once: a fleet is not to hunt for its best all together.</summary>
    private const int TuningsMax = 16;

    private readonly FleetWatch _watch;
    private readonly FleetOrderer _send;
    private readonly Func<FleetDevice, CancellationToken, Task<FleetTuning>> _options;
    private readonly Action<string> _notKept;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly TuneFile _file; // under _gate
    private readonly Dictionary<string, Tuning> _underWay = []; // by device, under _gate

    /// <param name="folder">Of tunings.json.</param>
    /// <param name="options">What a device lists.</param>
    /// <param name="notKept">Told in a sentence when the file cannot be read or written.</param>
    public FleetTunings(FleetWatch watch, FleetOrderer send,
        Func<FleetDevice, CancellationToken, Task<FleetTuning>> options, string folder, Action<string> notKept,
        TimeProvider clock)
    {
        (_watch, _send, _options, _notKept, _time) = (watch, send, options, notKept, clock);
        _file = new TuneFile(folder);
        if (_file.Problem is { } problem)
        {
            notKept(problem);
        }
    }

    public static IReadOnlyList<string> Goals { get; } = ["energy", "rate"];

    /// <summary>What each tuning does or came to, by device.</summary>
    public IReadOnlyDictionary<string, string> States()
    {
        lock (_gate)
        {
            return _file.All.ToDictionary(static record => record.Device, Words);
        }
    }

    public string? StateOf(string id)
    {
        lock (_gate)
        {
            return _file.Of(id) is { } record ? Words(record) : null;
        }
    }

    /// <param name="goal">One of Goals, or Resume. Throws CommandException when the device cannot be tuned.</param>
    public async Task<string> BeginAsync(FleetDevice device, string goal, CancellationToken cancel)
    {
        TuneProgress? from = null;
        if (goal == Resume)
        {
            TuneRecord last = ToResume(device);
            (goal, from) = (last.Goal, last.Progress);
        }
        else if (!Goals.Contains(goal))
        {
            throw new CommandException(ExitCode.Usage, $"\"{SettingTypes.Shorten(goal)}\" is no goal; there are "
                + $"{string.Join(", ", Goals)}, {Resume} and {Stop}");
        }
        if (device.Alarms.FirstOrDefault(static alarm => alarm.Severity >= AlarmSeverity.Critical) is { } alarm)
        {
            throw new CommandException(ExitCode.Usage, $"{device.Name} is not tuned while it has the alarm "
                + $"{alarm.Code}: {alarm.Text} Mend that first; otedama asic status {device.Name} shows when it is "
                + "over");
        }
        (TunePlanner planner, FleetTuning listed) = await PlanAsync(device, goal, from, cancel);
        lock (_gate)
        {
            if (!_underWay.ContainsKey(device.Id) && _underWay.Count >= TuningsMax)
            {
                throw new CommandException(ExitCode.Usage,
                    $"{TuningsMax} devices are being tuned already; wait for one");
            }
            _underWay[device.Id] = new Tuning(planner, goal);
            Put(device.Id, goal, "measuring what it does now", planner);
        }
        return $"Tuning for {goal} {(from is null ? "begins" : "goes on")}: one step at a time among "
            + $"{listed.ClocksMhz.Count} clocks and {listed.CoreVolts.Count} voltages that the device lists, 5 minutes "
            + "or more each.";
    }

    public string End(FleetDevice device)
    {
        lock (_gate)
        {
            if (_file.Of(device.Id) is not { IsOver: false, IsStopped: false } record)
            {
                return "It was not being tuned.";
            }
            _underWay.Remove(device.Id);
            Put(record with { State = $"stopped while {record.State}", IsStopped = true, At = _time.GetUtcNow() });
            return "Tuning was stopped; the device keeps the setting it has now. --resume goes on with it.";
        }
    }

    public async Task StepAsync(CancellationToken cancel)
    {
        await TakeUpAsync(cancel);
        (string Id, Tuning Tuning)[] all;
        lock (_gate)
        {
            all = [.. _underWay.Select(static row => (row.Key, row.Value))];
        }
        foreach ((string id, Tuning tuning) in all)
        {
            if (_watch.Find(id) is { Misses: 0, Reading: { } reading } device && reading.At > tuning.SeenAt)
            {
                tuning.SeenAt = reading.At;
                await DoAsync(tuning, device, tuning.Planner.Take(reading, _time.GetUtcNow()), cancel);
            }
        }
    }

    /// <summary>Tunings that a restart cut off, once their device is seen.</summary>
    private async Task TakeUpAsync(CancellationToken cancel)
    {
        TuneRecord[] left;
        lock (_gate)
        {
            left = [.. _file.All.Where(record => record is { IsOver: false, IsStopped: false }
                && !_underWay.ContainsKey(record.Device)).Take(TuningsMax - _underWay.Count)];
        }
        foreach (TuneRecord record in left)
        {
            if (_watch.Find(record.Device) is not { Misses: 0, Reading: not null } device)
            {
                continue;
            }
            try
            {
                (TunePlanner planner, _) = await PlanAsync(device, record.Goal, record.Progress, cancel);
                lock (_gate)
                {
                    _underWay.TryAdd(device.Id, new Tuning(planner, record.Goal));
                }
            }
            catch (CommandException e) when (e.Code == ExitCode.Unsupported)
            {
                lock (_gate)
                {
                    Put(record with { IsOver = true, State = $"given up: {e.Message}", At = _time.GetUtcNow() });
                }
            }
            catch (CommandException)
            {
                // It does not answer now; at the next step again.
            }
        }
    }

    private TuneRecord ToResume(FleetDevice device)
    {
        lock (_gate)
        {
            return _file.Of(device.Id) is not { } last
                ? throw new CommandException(ExitCode.Usage, $"{device.Name} was never tuned; give --goal")
                : last.IsOver ? throw new CommandException(ExitCode.Usage,
                    $"The last tuning of {device.Name} came to its end: {Words(last)}. Begin anew with --goal")
                : last;
        }
    }

    private async Task<(TunePlanner Planner, FleetTuning Listed)> PlanAsync(
        FleetDevice device, string goal, TuneProgress? from, CancellationToken cancel)
    {
        FleetTuning listed;
        try
        {
            listed = await _options(device, cancel);
        }
        catch (FleetException e)
        {
            throw new CommandException(ExitCode.Unreachable, e.Message);
        }
        if (listed.ClocksMhz.Count == 0 || listed.CoreVolts.Count == 0
            || (device.Reading?.Power.ClockMhz ?? listed.DefaultClockMhz) is not { } mhz
            || (device.Reading?.Power.CoreVolts ?? listed.DefaultCoreVolts) is not { } volts)
        {
            throw new CommandException(ExitCode.Unsupported,
                $"{device.Name} lists no clocks and voltages to choose from, so it is not tuned. Large machines "
                    + $"have modes and power limits instead");
        }
        return (new TunePlanner(new TuneOptions
        {
            Clocks = [.. listed.ClocksMhz.Order()],
            Volts = [.. listed.CoreVolts.Order()],
            Clock = mhz,
            Volt = volts,
            ForRate = goal == "rate",
            From = from,
        }), listed);
    }

    private async Task DoAsync(Tuning tuning, FleetDevice device, TuneStep step, CancellationToken cancel)
    {
        if (step is TuneStep.Done done)
        {
            Finish(tuning, device, $"ended at {Figure.Of(done.Clock)} MHz, {Figure.Of(done.Volt)} V: {done.Because}");
        }
        else if (step is TuneStep.Set set)
        {
            lock (_gate)
            {
                if (!_underWay.ContainsKey(device.Id))
                {
                    return; // stopped meanwhile
                }
                Put(device.Id, tuning.Goal,
                    $"measuring {Figure.Of(set.Clock)} MHz, {Figure.Of(set.Volt)} V: {set.Because}", tuning.Planner);
            }
            FleetOrder[] orders = [new SetVoltageOrder(set.Volt), new SetClockOrder(set.Clock)];
            foreach (FleetOrder order in set.VoltFirst ? orders : orders.Reverse())
            {
                FleetOutcome outcome = await _send(device, order, "tuning", false, cancel);
                if (!outcome.Succeeded)
                {
                    Finish(tuning, device, $"given up: {outcome.Sentence}");
                    return;
                }
            }
        }
    }

    private void Finish(Tuning tuning, FleetDevice device, string state)
    {
        lock (_gate)
        {
            if (_underWay.Remove(device.Id))
            {
                Put(device.Id, tuning.Goal, state, tuning.Planner, isOver: true);
            }
        }
    }

    /// <summary>Under _gate.</summary>
    private void Put(string device, string goal, string state, TunePlanner planner, bool isOver = false) =>
        Put(new TuneRecord
        {
            Device = device,
            Goal = goal,
            State = state,
            At = _time.GetUtcNow(),
            IsOver = isOver,
            Progress = planner.Progress,
        });

    private void Put(TuneRecord record)
    {
        if (_file.Put(record) is { } problem)
        {
            _notKept(problem);
        }
    }

    private static string Words(TuneRecord record) =>
        string.Create(CultureInfo.InvariantCulture, $"{record.Goal}, {record.At.UtcDateTime:yyyy-MM-dd HH:mm} UTC: {record.State}");

    private sealed class Tuning(TunePlanner planner, string goal)
    {
        public TunePlanner Planner { get; } = planner;

        public string Goal { get; } = goal;

        public DateTimeOffset SeenAt { get; set; }
    }
}
