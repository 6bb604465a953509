using Otedama.Asic;

namespace Otedama;

/// <summary>Gives a device an order through the audit log.</summary>
internal delegate Task<FleetOutcome> FleetOrderer(FleetDevice device, FleetOrder order, string by, bool dryRun,
    CancellationToken cancel);

/// <summary>Tunings that are under way, one a device: a plan for each, carried out as readings come. StepAsync by one
/// loop.</summary>
internal sealed class FleetTunings(
    FleetWatch watch, FleetOrderer send, Func<FleetDevice, CancellationToken, Task<FleetTuning>> options,
        TimeProvider clock)
{
    public const string Stop = "stop";

    /// <summary>Devices tuned at once: a fleet is not to hunt for its best all together.</summary>
    private const int TuningsMax = 16;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Tuning> _tunings = []; // by device, under _gate
    private readonly TimeProvider _time = clock;

    public static IReadOnlyList<string> Goals { get; } = ["energy", "rate"];

    /// <summary>What each tuning does, by device.</summary>
    public IReadOnlyDictionary<string, string> States()
    {
        lock (_gate)
        {
            return _tunings.ToDictionary(static row => row.Key, static row => row.Value.State);
        }
    }

    public string? StateOf(string id)
    {
        lock (_gate)
        {
            return _tunings.GetValueOrDefault(id)?.State;
        }
    }

    /// <summary>Throws CommandException when the device cannot be tuned.</summary>
    public async Task<string> BeginAsync(FleetDevice device, string goal, CancellationToken cancel)
    {
        if (!Goals.Contains(goal))
        {
            throw new CommandException(ExitCode.Usage, $"\"{SettingTypes.Shorten(goal)}\" is no goal; there are "
                + $"{string.Join(", ", Goals)} and {Stop}");
        }
        FleetTuning listed;
        try
        {
            listed = await options(device, cancel);
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
        TunePlanner planner = new(new TuneOptions
        {
            Clocks = [.. listed.ClocksMhz.Order()],
            Volts = [.. listed.CoreVolts.Order()],
            Clock = mhz,
            Volt = volts,
            ForRate = goal == "rate",
        });
        lock (_gate)
        {
            if (_tunings.Count(static row => !row.Value.IsOver) >= TuningsMax)
            {
                throw new CommandException(ExitCode.Usage,
                    $"{TuningsMax} devices are being tuned already; wait for one");
            }
            _tunings[device.Id] = new Tuning(planner, "measuring what it does now");
        }
        return $"Tuning for {goal} begins: one step at a time among {listed.ClocksMhz.Count} clocks and "
            + $"{listed.CoreVolts.Count} voltages that the device lists, 5 minutes or more each.";
    }

    public string End(FleetDevice device)
    {
        lock (_gate)
        {
            return _tunings.Remove(device.Id) ? "Tuning was stopped; the device keeps the setting it has now."
                : "It was not being tuned.";
        }
    }

    public async Task StepAsync(CancellationToken cancel)
    {
        (string Id, Tuning Tuning)[] all;
        lock (_gate)
        {
            all = [.. _tunings.Where(static row => !row.Value.IsOver).Select(static row => (row.Key, row.Value))];
        }
        foreach ((string id, Tuning tuning) in all)
        {
            if (watch.Find(id) is { Misses: 0, Reading: { } reading } device && reading.At > tuning.SeenAt)
            {
                tuning.SeenAt = reading.At;
                await DoAsync(tuning, device, tuning.Planner.Take(reading, _time.GetUtcNow()), cancel);
            }
        }
    }

    private async Task DoAsync(Tuning tuning, FleetDevice device, TuneStep step, CancellationToken cancel)
    {
        if (step is TuneStep.Done done)
        {
            (tuning.IsOver, tuning.State) = (true, $"ended at {Figure.Of(done.Clock)} MHz, "
                + $"{Figure.Of(done.Volt)} V: {done.Because}");
        }
        else if (step is TuneStep.Set set)
        {
            tuning.State = $"measuring {Figure.Of(set.Clock)} MHz, {Figure.Of(set.Volt)} V: {set.Because}";
            FleetOrder[] orders = [new SetVoltageOrder(set.Volt), new SetClockOrder(set.Clock)];
            foreach (FleetOrder order in set.VoltFirst ? orders : orders.Reverse())
            {
                FleetOutcome outcome = await send(device, order, "tuning", false, cancel);
                if (!outcome.Succeeded)
                {
                    (tuning.IsOver, tuning.State) = (true, $"given up: {outcome.Sentence}");
                    return;
                }
            }
        }
    }

    private sealed class Tuning(TunePlanner planner, string state)
    {
        public TunePlanner Planner { get; } = planner;

        public string State { get; set; } = state;

        public bool IsOver { get; set; }

        public DateTimeOffset SeenAt { get; set; }
    }
}
