using System.Net;
using Microsoft.Extensions.Logging;
using Otedama.Asic;
using Otedama.Core;

namespace Otedama;

/// <summary>
/// The fleet of this process: finds and asks the devices, watches them, tells of alarms, carries out rules and orders.
/// Step is called by FleetLoop; all else by any thread.
/// </summary>
internal sealed class FleetHost : IFleetView, IDisposable
{
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_lastLook = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_scanEvery = TimeSpan.FromHours(1);

    private readonly FleetPlan _plan;
    private readonly FleetKit _kit;
    private readonly FleetPoller _poller;
    private readonly AuditLog _audit;
    private readonly FleetActions _actions;
    private readonly FleetNotices _notices;
    private readonly FleetTunings _tunings;
    private readonly FleetCurtail _curtail;
    private readonly FleetFlashes? _flashes;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new(); // over _devices and additions to the poller
    private readonly Dictionary<string, KnownDevice> _devices = []; // by address
    private readonly CancellationTokenSource _stop = new();
    private DateTimeOffset _lookedAt;
    private DateTimeOffset? _scannedAt;
    private Task _scan = Task.CompletedTask;
    private Task _acting = Task.CompletedTask;

    /// <summary>Opens history and audit log in the plan's folder. Throws IOException or
    /// UnauthorizedAccessException.</summary>
    public FleetHost(FleetPlan plan, ILoggerFactory loggers, TimeProvider clock)
    {
        (_plan, _time, _logger) = (plan, clock, loggers.CreateLogger(LogCategory.Fleet));
        _audit = AuditLog.Open(plan.Watch.Folder!, clock.GetUtcNow());
        _audit.EndWhatWasCut(clock.GetUtcNow());
        _kit = new FleetKit(plan.Credentials, clock);
        Watch = new FleetWatch(plan.Watch, clock);
        _poller = new FleetPoller(Watch, plan.Poll, clock);
        _actions = new FleetActions(plan.Actions, plan.Limits, _audit, MakeAsync, SendAsync, clock, RefusalOf);
        _notices = new FleetNotices(plan.Exec, _logger);
        _tunings = new FleetTunings(Watch, OrderAsync, TuningOf, plan.Watch.Folder!,
            problem => FleetLog.NotKept(_logger, problem), clock);
        _curtail = new FleetCurtail(Watch, OrderAsync, clock);
        _flashes = plan.Flashes is { } folder ? new FleetFlashes(folder, clock) : null;
        TakeWrites(); // before the first look at a device that was written while this did not run
        foreach (string damage in _audit.Damage)
        {
            FleetLog.AuditDamaged(_logger, damage);
        }
        foreach (FleetDeviceChoice device in plan.Devices)
        {
            Add(device.Target, device.Driver is { } name ? _kit.Find(name) : null, device.Group);
        }
    }

    public FleetWatch Watch { get; }

    /// <summary>Where alerts go besides the log and the program of asic.fleet.exec.</summary>
    public Action<Alert>? Alerts { set => _notices.Alerts = value; }

    /// <summary>One round. Returns how long the next may wait.</summary>
    public TimeSpan Step()
    {
        TimeSpan pause;
        lock (_gate)
        {
            pause = _poller.Step();
        }
        DateTimeOffset now = _time.GetUtcNow();
        if (now - _lookedAt >= s_lookEvery || now < _lookedAt)
        {
            _lookedAt = now;
            TakeWrites();
            Watch.Step();
            _notices.Tell(Watch.TakeEvents());
            if (_acting.IsCompleted)
            {
                _acting = ActAsync();
            }
        }
        if (_plan.Ranges is not null && _scan.IsCompleted && (_scannedAt is not { } at || now - at >= s_scanEvery))
        {
            _scannedAt = now;
            _scan = ScanAsync();
        }
        return pause < s_lookEvery ? pause : s_lookEvery;
    }

    public Task WaitAsync(TimeSpan pause, CancellationToken stop) => _poller.WaitAsync(pause, stop);

    private void TakeWrites()
    {
        if (_flashes is not null)
        {
            Watch.TakeWrites(_flashes.Read());
        }
    }

    /// <summary>Every device once, and the ranges: for a verb where no instance runs.</summary>
    public async Task LookOnceAsync(CancellationToken cancel)
    {
        if (_plan.Ranges is not null)
        {
            await ScanAsync();
        }
        KnownDevice[] devices;
        lock (_gate)
        {
            devices = [.. _devices.Values];
        }
        await Parallel.ForEachAsync(devices, new ParallelOptions
        {
            MaxDegreeOfParallelism = _plan.Poll.Concurrency,
            CancellationToken = cancel
        }, async (device, stop) =>
        {
            try
            {
                Watch.Take(device.Address, await ReadAsync(device, stop));
            }
            catch (FleetException e)
            {
                Watch.Miss(device.Address, e.Message);
            }
        });
        Watch.Step();
    }

    public FleetAnswer Fleet(FleetPage page) => FleetViews.Fleet(Watch.Snapshot(), page, _tunings.States(), _poller.Answers,
        _poller.Misses, _plan.Limits.DryRun);

    public FleetDeviceAnswer? Device(string name) => Watch.Find(name) is { } device
        ? FleetViews.Device(device, _tunings.StateOf(device.Id)) : null;

    public FleetHistoryAnswer? History(string name, TimeSpan span) =>
        Watch.History(name, span) is { } points && Watch.Find(name) is { } device
            ? FleetViews.History(device, points) : null;

    public FleetSnapshot Snapshot() => Watch.Snapshot();

    public (long Answers, long Misses) Polls => (_poller.Answers, _poller.Misses);

    public async Task<FleetOrderAnswer> OrderAsync(FleetOrderRequest request, CancellationToken cancel)
    {
        FleetOrder order = FleetOrders.Make(request); // throws CommandException
        if (order is SetPoolsOrder set && PayoutGuard.Forbidden(
            set.Pools.Select(static pool => pool.User), _plan.Watch.PayoutUsers) is { } problem)
        {
            throw new CommandException(ExitCode.Usage, $"Nothing was sent: {problem}");
        }
        FleetDevice[] devices = [.. request.Devices.Select(name => Watch.Find(name) ?? throw Unknown(name))];
        List<FleetOrderResult> results = [];
        foreach (FleetDevice device in devices)
        {
            FleetOutcome outcome = await OrderAsync(device, order, request.By, request.DryRun, cancel);
            results.Add(new FleetOrderResult(device.Id, device.Name, order.Words,
                Views.Snake(outcome.Result.ToString()), outcome.Sentence, outcome.Steps));
        }
        return new FleetOrderAnswer(1, results);
    }

    public FleetOrderAnswer Agree(string name)
    {
        FleetDevice device = Watch.Find(name) ?? throw Unknown(name);
        if (device.Reading is not { } reading)
        {
            throw new CommandException(ExitCode.Unreachable,
                $"{device.Name} was not read yet, so there is nothing to agree to. {device.Problem}".TrimEnd());
        }
        string? problem = PayoutGuard.Forbidden(
            PayoutGuard.EntriesOf(reading.Pools).Select(static pool => pool.User), _plan.Watch.PayoutUsers);
        if (problem is null && reading.Identity.Version is { } version && _plan.Watch.KnownFirmware.Count > 0
            && !_plan.Watch.KnownFirmware.Contains(version, StringComparer.OrdinalIgnoreCase))
        {
            problem = $"{version} is none of asic.fleet.firmware_versions. If devices may run it, add it there and "
                + "restart the program that watches them.";
        }
        if (problem is not null)
        {
            throw new CommandException(ExitCode.Usage,
                $"{device.Name}: not agreed to, the alarm would stay: {problem}");
        }
        Watch.Agree(device.Id);
        return new FleetOrderAnswer(1, [new FleetOrderResult(device.Id, device.Name, "agree", "done",
            "Its pools and its firmware are what they should be from now on.", [])]);
    }

    public async Task<FleetOrderAnswer> TuneAsync(string name, string goal, CancellationToken cancel)
    {
        TakeWrites();
        FleetDevice device = Watch.Find(name) ?? throw Unknown(name);
        if (goal != FleetTunings.Stop && device.Write is { } write)
        {
            throw new CommandException(ExitCode.BadAnswer, $"{device.Name}: {FleetFlashes.Refusal(write)}");
        }
        string sentence = goal == FleetTunings.Stop ? _tunings.End(device)
            : await _tunings.BeginAsync(device, goal, cancel);
        return new FleetOrderAnswer(1, [new FleetOrderResult(device.Id, device.Name, $"tune {goal}", "done",
            sentence, [])]);
    }

    public FleetOrderAnswer Curtail(double? watts, string? group, bool skipUnknown)
    {
        (string sentence, IReadOnlyList<string> uncounted) = _curtail.Begin(watts, group, skipUnknown);
        return new FleetOrderAnswer(1, [new FleetOrderResult(group ?? "fleet", group ?? "fleet", watts is null
            ? "resume all" : "curtail", "begun", sentence, [])])
        { Uncounted = uncounted };
    }

    public IReadOnlyList<string> CurtailFailures => _curtail.Failures;

    /// <summary>Whether a curtailment is under way.</summary>
    public bool IsCurtailing => _curtail.IsUnderWay;

    public void Dispose()
    {
        _stop.Cancel();
        _acting.Wait(s_lastLook + s_lookEvery); // an order that was under way has its end written down
        _poller.Dispose();
        if (Watch.Save() is { } problem)
        {
            FleetLog.NotKept(_logger, problem);
        }
        _audit.Dispose();
        _kit.Dispose();
        _stop.Dispose();
    }

    /// <summary>No device, or several, are called so: which of the two, in a sentence.</summary>
    public CommandException Unknown(string name)
    {
        IReadOnlyList<string> several = Watch.Called(name);
        if (several.Count > 1)
        {
            return new CommandException(ExitCode.Usage, $"\"{SettingTypes.Shorten(name)}\" is the name of "
                + $"{several.Count} devices. Give the id of one: {string.Join(", ", several.Take(16))}");
        }
        string[] known = [.. Watch.Snapshot().Devices.Select(static device => device.Name).Take(16)];
        string like = Nearest.Suggest(name, known);
        return new CommandException(ExitCode.Usage, known.Length == 0
            ? $"No device is called \"{SettingTypes.Shorten(name)}\": none is known yet"
            : $"No device is called \"{SettingTypes.Shorten(name)}\"{(like.Length > 0 ? like : ".")} "
            + $"Give an id, an address or a host name; there are {string.Join(", ", known)}");
    }

    private bool Add(FleetTarget target, IFleetDriver? driver, string group)
    {
        KnownDevice device = new(target, driver, target.At(target.Ports.Web));
        lock (_gate)
        {
            if (_devices.ContainsKey(device.Address))
            {
                return true;
            }
            if (!_poller.Add(device.Address, group, cancel => ReadAsync(device, cancel)))
            {
                FleetLog.Full(_logger, device.Address, FleetWatch.DevicesMax);
                return false;
            }
            _devices.Add(device.Address, device);
            return true;
        }
    }

    private async Task<FleetReading> ReadAsync(KnownDevice device, CancellationToken cancel)
    {
        if (device.Driver is { } known)
        {
            return await known.ReadAsync(device.Target, cancel);
        }
        if (await _kit.IdentifyAsync(device.Target, cancel) is not { } found)
        {
            throw new FleetException(FleetFault.Unreachable, device.Address,
                $"{device.Address}: no driver knows it, or nobody is there.");
        }
        (device.Driver, device.Target) = (found.Driver, found.Target);
        return await found.Driver.ReadAsync(found.Target, cancel);
    }

    private async Task ScanAsync()
    {
        try
        {
            DiscoveryResult result = await _kit.SearchAsync(_plan.Ranges!, new DiscoveryOptions(), _stop.Token);
            int found = 0;
            foreach (FleetIdentity device in result.Found.Where(device => IsNew(device.Target.Address)))
            {
                FleetTarget target = device.Target with { Credentials = _kit.CredentialsOf(device.Driver.Name) };
                found += Add(target, device.Driver, FleetChoice.GroupOf(target.Address)) ? 1 : 0;
            }
            foreach (string problem in result.Problems)
            {
                FleetLog.NotSearched(_logger, problem);
            }
            int asked = result.Searched;
            FleetLog.Scanned(_logger, asked, found);
        }
        catch (OperationCanceledException)
        {
            // The program ends.
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            FleetLog.NotSearched(_logger, e.Message);
        }
    }

    private bool IsNew(IPAddress address)
    {
        lock (_gate)
        {
            return _devices.Values.All(device => !device.Target.Address.Equals(address));
        }
    }

    private async Task ActAsync()
    {
        try
        {
            foreach (string sentence in await _actions.StepAsync(Watch.Snapshot(), _stop.Token))
            {
                FleetLog.Acted(_logger, sentence);
            }
            await _tunings.StepAsync(_stop.Token);
            await _curtail.StepAsync(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The program ends.
        }
        catch (Exception e)
        {
            FleetLog.ActionsStumbled(_logger, e);
        }
    }

    private KnownDevice? KnownAt(FleetDevice device)
    {
        lock (_gate)
        {
            return _devices.GetValueOrDefault(device.Address);
        }
    }

    private Task<FleetOutcome> OrderAsync(FleetDevice device, FleetOrder order, string by, bool dryRun,
        CancellationToken cancel)
    {
        TakeWrites(); // a write may have begun since the last round
        return Watch.Find(device.Id)?.Write is { } write
            ? Task.FromResult(new FleetOutcome(FleetResult.Refused, FleetFlashes.Refusal(write)))
            : _actions.OrderAsync(device, order, by, dryRun, cancel);
    }

    private async Task<FleetOutcome> SendAsync(FleetDevice device, FleetOrder order, CancellationToken cancel)
    {
        if (KnownAt(device) is not { Driver: { } driver } known)
        {
            return NoDriver(device);
        }
        FleetOutcome outcome;
        try
        {
            outcome = await driver.DoAsync(known.Target, order, cancel);
        }
        catch (OperationCanceledException)
        {
            return new FleetOutcome(FleetResult.Interrupted,
                $"Stopped while it was under way. {await NowAsync(device, driver, known.Target)}");
        }
        if (order is SetPoolsOrder && outcome.Succeeded)
        {
            try
            {
                Watch.Take(device.Address, await driver.ReadAsync(known.Target, cancel));
                Watch.Agree(device.Id); // ordered by us: what it pays now is what it should pay
            }
            catch (FleetException)
            {
                // Seen at the next look, and then told of as a change, once.
            }
        }
        return outcome;
    }

    private FleetOutcome? RefusalOf(FleetDevice device, FleetOrder order) =>
        KnownAt(device) is { Driver: { } driver } known ? driver.RefusalOf(known.Target, order)
            : NoDriver(device);

    private static FleetOutcome NoDriver(FleetDevice device) => new(FleetResult.Unreachable,
        $"{device.Name}: it was not recognised yet, so no driver can tell it anything. {device.Problem}".TrimEnd());

    /// <summary>What a device has after an order that was cut short, in a sentence.</summary>
    private async Task<string> NowAsync(FleetDevice device, IFleetDriver driver, FleetTarget target)
    {
        using CancellationTokenSource soon = new(s_lastLook, _time);
        try
        {
            FleetReading reading = ReadingBounds.Apply(await driver.ReadAsync(target, soon.Token));
            string pools = string.Join(", ", reading.Pools.Select(static pool =>
                $"{pool.Url} as {pool.User ?? "nobody"}{(pool.Active == true ? " (in use)" : "")}"));
            return $"It is {Views.Snake(reading.State.ToString())} now, its pools are {(pools.Length > 0 ? pools : "unknown")}.";
        }
        catch (Exception e) when (e is FleetException or OperationCanceledException)
        {
            return $"It did not answer when it was asked what it has now; look with: otedama asic status {device.Name}";
        }
    }

    private async Task<FleetTuning> TuningOf(FleetDevice device, CancellationToken cancel) =>
        KnownAt(device) is { Driver: { } driver } known ? await driver.TuningAsync(known.Target, cancel)
            : new FleetTuning();

    private async Task<(FleetOrder? Order, string? Refusal)> MakeAsync(FleetDevice device, string action,
        CancellationToken cancel)
    {
        try
        {
            FleetAbilities abilities = KnownAt(device)?.Driver?.Abilities ?? FleetAbilities.None;
            (FleetOrder? order, string? refusal) = FleetOrders.ForAction(action, device, abilities,
                await TuningOf(device, cancel), _plan.Pools, Watch.AgreedPools(device.Id));
            return order is SetPoolsOrder set && PayoutGuard.Forbidden(
                set.Pools.Select(static pool => pool.User), _plan.Watch.PayoutUsers) is { } problem
                ? (null, problem.TrimEnd('.')) : (order, refusal);
        }
        catch (FleetException e)
        {
            return (null, e.Message);
        }
    }

    /// <summary>Driver and target are replaced once it is known what the device is.</summary>
    private sealed class KnownDevice(FleetTarget target, IFleetDriver? driver, string address)
    {
        public string Address { get; } = address;

        public FleetTarget Target { get; set; } = target;

        public IFleetDriver? Driver { get; set; } = driver;
    }
}
