using System.Text.RegularExpressions;

namespace Otedama.Asic;

/// <summary>What FleetWatch goes by.</summary>
public sealed record FleetWatchOptions
{
    /// <summary>Rows of AlarmTable that were changed; a later one of the same code counts.</summary>
    public IReadOnlyList<AlarmRule> Alarms { get; init; } = [];

    /// <summary>Whom every pool of every device has to pay; empty = whom it paid when it was seen first.</summary>
    public IReadOnlyList<string> PayoutUsers { get; init; } = [];

    /// <summary>Versions of firmware that may run, in any case; empty = any.</summary>
    public IReadOnlyList<string> KnownFirmware { get; init; } = [];

    /// <summary>Where history and agreements are kept; null = nowhere.</summary>
    public string? Folder { get; init; }

    /// <summary>How long alarms wait before they are told, so that one cause of many is seen.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>
/// Watches devices: takes what was read of them, keeps their history, raises and clears alarms, finds causes. Decides
/// only; what reads and what tells is elsewhere. Any thread.
/// </summary>
public sealed partial class FleetWatch
{
    /// <summary>Devices of one fleet; each takes about 80 KiB with its history.</summary>
    public const int DevicesMax = 4096;

    /// <summary>Events that wait to be fetched; the oldest go.</summary>
    private const int EventsMax = 1024;

    /// <summary>Other devices that one address may turn out to be in a run of this program; then it is named by its
    /// address.</summary>
    private const int IdsMax = 8;

    private static readonly TimeSpan s_twinFor = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_movedAfter = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_medianEvery = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly FleetWatchOptions _options;
    private readonly TimeProvider _time;
    private readonly DeviceMemory _memory;
    private readonly FleetCauses _causes = new();
    private readonly Dictionary<string, WatchedDevice> _byAddress = [];
    private readonly Dictionary<string, WatchedDevice> _byId = [];
    private readonly Dictionary<string, int> _idChanges = []; // by address
    private readonly Queue<FleetEvent> _events = new();
    private Dictionary<string, FirmwareWrite> _writes = []; // by id of the device
    private Dictionary<string, ModelMedian> _medians = [];
    private DateTimeOffset _mediansAt;

    public FleetWatch(FleetWatchOptions options, TimeProvider clock)
    {
        (_options, _time) = (options, clock);
        if (options.Folder is { } folder)
        {
            Interop.DurableFile.CreateFolder(folder);
        }
        _memory = new DeviceMemory(options.Folder);
        if (_memory.Problem is { } problem)
        {
            Tell(new FleetEvent(clock.GetUtcNow(), "memory", AlarmSeverity.Security, true, null, problem, 0));
        }
    }

    /// <summary>A row for a device that is to be asked; false when there are DevicesMax already.</summary>
    public bool Expect(string address, string group)
    {
        lock (_gate)
        {
            if (_byAddress.TryGetValue(address, out WatchedDevice? known))
            {
                known.Group = group;
                return true;
            }
            if (_byAddress.Count >= DevicesMax)
            {
                return false;
            }
            Enter(address, $"address:{address}", group);
            return true;
        }
    }

    /// <summary>Takes a look at the device that was expected at that address; others are not taken.</summary>
    public void Take(string address, FleetReading said)
    {
        DateTimeOffset now = _time.GetUtcNow();
        FleetReading reading = ReadingBounds.Apply(said);
        lock (_gate)
        {
            if (!_byAddress.TryGetValue(address, out WatchedDevice? device))
            {
                return;
            }
            device = Identify(device, reading, address, now);
            device.History ??= new DeviceHistory(_options.Folder is null ? null
                : HistoryFile.Of(_options.Folder, device.Id), now);
            device.Take(reading, now);
            if (device.History.Add(reading, now, out HistoryPoint quarter))
            {
                device.Track.TakeQuarter(quarter, device.History.MedianWatts);
            }
            Compare(device, reading);
            device.Judge(LookAt(device, reading, now), _options.Alarms);
        }
    }

    /// <summary>What this program wrote or writes to devices, the last of each: such a change is nobody
    /// else's.</summary>
    public void TakeWrites(IEnumerable<FirmwareWrite> writes)
    {
        lock (_gate)
        {
            _writes = writes.GroupBy(static write => write.Device)
                .ToDictionary(static group => group.Key, static group => group.MaxBy(static write => write.At)!);
        }
    }

    /// <summary>A device did not answer, or not in words that can be read.</summary>
    public void Miss(string address, string problem)
    {
        lock (_gate)
        {
            if (_byAddress.TryGetValue(address, out WatchedDevice? device))
            {
                device.Miss(Bare(problem, address), _time.GetUtcNow(), _options.Alarms);
            }
        }
    }

    /// <summary>Finds causes and what is to be told; every few seconds.</summary>
    public void Step()
    {
        DateTimeOffset now = _time.GetUtcNow();
        lock (_gate)
        {
            if (now - _mediansAt >= s_medianEvery || now < _mediansAt)
            {
                _mediansAt = now;
                _medians = MediansOf(_byAddress.Values);
                if (_memory.Save() is { } problem)
                {
                    Tell(new FleetEvent(now, "memory", AlarmSeverity.Warning, true, null, problem, 0));
                }
            }
            foreach (FleetEvent cause in _causes.Finding(_byAddress.Values, now))
            {
                Tell(cause);
            }
            foreach (WatchedDevice device in _byAddress.Values)
            {
                TellOf(device, now);
            }
        }
    }

    /// <summary>What is to be told, oldest first; each once.</summary>
    public IReadOnlyList<FleetEvent> TakeEvents()
    {
        lock (_gate)
        {
            FleetEvent[] events = [.. _events];
            _events.Clear();
            return events;
        }
    }

    public FleetSnapshot Snapshot()
    {
        lock (_gate)
        {
            return new FleetSnapshot(_time.GetUtcNow(), [.. _byAddress.Values.Select(SnapshotOf)], _causes.Raised);
        }
    }

    /// <summary>By id, address, host name or address without its port; null = none, or several.</summary>
    public FleetDevice? Find(string name)
    {
        lock (_gate)
        {
            return FindDevice(name) is { } device ? SnapshotOf(device) : null;
        }
    }

    /// <summary>Ids of the devices with that host name or address.</summary>
    public IReadOnlyList<string> Called(string name)
    {
        lock (_gate)
        {
            return [.. CalledSo(name).Select(static device => device.Id)];
        }
    }

    /// <summary>The finest points there are of that span; null = no such device.</summary>
    public IReadOnlyList<HistoryPoint>? History(string name, TimeSpan span)
    {
        lock (_gate)
        {
            return FindDevice(name) is { } device ? device.History?.Points(_time.GetUtcNow(), span) ?? [] : null;
        }
    }

    /// <summary>Whether it may be looked at less often.</summary>
    public bool IsStable(string address)
    {
        lock (_gate)
        {
            return _byAddress.TryGetValue(address, out WatchedDevice? device) && device.IsStable(_time.GetUtcNow());
        }
    }

    /// <summary>Pools and firmware the device has now are what it should have: after they were changed on
    /// purpose.</summary>
    public bool Agree(string name)
    {
        lock (_gate)
        {
            if (FindDevice(name) is not { Reading: { } reading } device)
            {
                return false;
            }
            _memory.Set(device.Id, new DeviceAgreement(PayoutGuard.EntriesOf(reading.Pools), FirmwareOf(reading)));
            device.FirmwareBefore = null;
            Compare(device, reading);
            return true;
        }
    }

    /// <summary>What was agreed to of a device's pools; empty = nothing yet.</summary>
    public IReadOnlyList<PayoutEntry> AgreedPools(string name)
    {
        lock (_gate)
        {
            return FindDevice(name) is { } device ? _memory.Of(device.Id).Pools : [];
        }
    }

    /// <summary>Writes what is remembered; at the end.</summary>
    public string? Save()
    {
        lock (_gate)
        {
            return _memory.Save();
        }
    }

    private WatchedDevice? FindDevice(string name)
    {
        if (_byId.TryGetValue(name.ToLowerInvariant(), out WatchedDevice? byId)
            || _byAddress.TryGetValue(name, out byId))
        {
            return byId;
        }
        WatchedDevice[] found = [.. CalledSo(name).Take(2)];
        return found.Length == 1 ? found[0] : null;
    }

    private IEnumerable<WatchedDevice> CalledSo(string name) => _byAddress.Values.Where(device =>
        device.Name.Equals(name, StringComparison.OrdinalIgnoreCase) || HostOf(device.Address) == name);

    private WatchedDevice Enter(string address, string id, string group)
    {
        WatchedDevice device = new() { Id = id, Address = address, Group = group };
        _byAddress[address] = device;
        _byId[id] = device;
        return device;
    }

    /// <summary>
    /// Whose row a reading belongs to. A device that moved takes its row along; one that says to be another which still
    /// answers elsewhere keeps a row of its own, and both are told of.
    /// </summary>
    private WatchedDevice Identify(WatchedDevice device, FleetReading reading, string address, DateTimeOffset now)
    {
        string claim = Ids().IsMatch(reading.Id) ? reading.Id : $"address:{address}";
        if (device.Twin is not null && now - device.TwinAt >= s_twinFor)
        {
            device.Twin = null;
        }
        if (claim == device.Id)
        {
            return device;
        }
        if (_byId.TryGetValue(claim, out WatchedDevice? owner) && owner.Address != address
            && owner.SeenAt is { } seen && now - seen < s_movedAfter)
        {
            (device.Twin, device.TwinAt, device.ClaimedId) = (owner.Address, now, claim);
            (owner.Twin, owner.TwinAt) = (address, now);
            return device;
        }
        bool isFirst = device.Reading is null && device.Id == $"address:{address}";
        int changes = _idChanges.GetValueOrDefault(address);
        if (!isFirst && changes >= IdsMax)
        {
            (device.Twin, device.TwinAt) = ("it names itself anew all the time and", now);
            return device;
        }
        _idChanges[address] = isFirst ? changes : changes + 1;
        _byId.Remove(device.Id);
        if (owner is not null)
        {
            _byAddress.Remove(owner.Address); // it moved here; where it was is asked for as a device of its own
            if (owner.Address != address)
            {
                Enter(owner.Address, $"address:{owner.Address}", owner.Group);
            }
            (owner.Address, owner.Group) = (address, device.Group);
            _byAddress[address] = owner;
            return owner;
        }
        return Enter(address, claim, device.Group);
    }

    /// <summary>Whom it pays and what it runs, against what was agreed to; what is seen first is agreed to.</summary>
    private void Compare(WatchedDevice device, FleetReading reading)
    {
        DeviceAgreement agreed = _memory.Of(device.Id);
        string? firmware = FirmwareOf(reading);
        device.Payout = PayoutGuard.Judge(reading.Pools, _options.PayoutUsers, agreed.Pools);
        FirmwareWrite? write = _writes.GetValueOrDefault(device.Id);
        if (agreed.Firmware is { } old && firmware is not null && firmware != old
            && write is { IsUnderWay: false } && write.Explains(old, reading.Identity.Version, _time.GetUtcNow()))
        {
            agreed = agreed with { Firmware = firmware };
            _memory.Set(device.Id, agreed);
        }
        // While it is being written its version comes and goes; what stays is judged when that has ended.
        device.FirmwareBefore = agreed.Firmware is { } before && firmware is not null && firmware != before
            && write is not { IsUnderWay: true } ? before : null;
        if (agreed.Pools.Count == 0 && device.Payout is { IsWrong: false })
        {
            agreed = agreed with { Pools = PayoutGuard.EntriesOf(reading.Pools) };
            _memory.Set(device.Id, agreed);
        }
        if (agreed.Firmware is null && firmware is not null)
        {
            _memory.Set(device.Id, agreed with { Firmware = firmware });
        }
    }

    private static string? FirmwareOf(FleetReading reading)
    {
        DeviceIdentity it = reading.Identity;
        string text = string.Join(' ', new[] { it.Firmware, it.Version }.Where(static part => part is not null));
        return text.Length > 0 ? text : null;
    }

    private DeviceLook LookAt(WatchedDevice device, FleetReading reading, DateTimeOffset now) => new()
    {
        Reading = reading,
        Track = device.Track,
        History = device.History!,
        Now = now,
        Model = _medians.GetValueOrDefault(ModelOf(reading)),
        Payout = device.Payout,
        Twin = device.Twin,
        FirmwareBefore = device.FirmwareBefore,
        KnownFirmware = _options.KnownFirmware,
    };

    private static string ModelOf(FleetReading reading) =>
        reading.Identity.Model ?? $"{reading.Identity.Family} {reading.Identity.Board} {reading.Identity.Chip}";

    /// <summary>Medians, so that a device that lies moves nobody else's alarms.</summary>
    private static Dictionary<string, ModelMedian> MediansOf(IEnumerable<WatchedDevice> devices) => devices
        .Where(static device => device is { Reading: not null, Misses: 0 })
        .GroupBy(static device => ModelOf(device.Reading!))
        .Where(static group => group.Count() >= 3)
        .ToDictionary(static group => group.Key, static group => new ModelMedian(
            group.Count(),
            Median.Of(group.Select(static device => device.Reading!.Temperatures.ChipMax ?? double.NaN)
                .Where(static heat => heat < AlarmChecks.OpenDiode), 3),
            Median.Of(group.Select(
                static device => device.Reading!.Rates.OneMinute ?? device.Reading!.Rates.FiveSeconds ?? double.NaN),
                3),
            Median.Of(group.Select(static device => device.History?.MedianJoule ?? double.NaN), 3)));

    private void TellOf(WatchedDevice device, DateTimeOffset now)
    {
        foreach (DeviceAlarm alarm in device.Alarms)
        {
            AlarmState state = alarm.State;
            if (state.IsRaised && !alarm.IsTold && alarm.Cause is null && now - state.ChangedAt >= _options.Settle)
            {
                alarm.IsTold = true;
                Tell(new FleetEvent(now, state.Rule.Code, state.Rule.Severity, true, device.Id,
                    $"{device.Name}: {state.Sentence}", 1));
            }
            else if (!state.IsRaised)
            {
                alarm.Cause = null;
                if (alarm.IsTold)
                {
                    alarm.IsTold = false;
                    Tell(new FleetEvent(now, state.Rule.Code, state.Rule.Severity, false, device.Id,
                        $"{device.Name}: over: {state.Sentence}", 1));
                }
            }
        }
    }

    private void Tell(FleetEvent happened)
    {
        if (_events.Count >= EventsMax)
        {
            _events.Dequeue();
        }
        _events.Enqueue(happened);
    }

    private FleetDevice SnapshotOf(WatchedDevice device) => new()
    {
        Id = device.Id,
        Address = device.Address,
        Name = device.Name,
        Group = device.Group,
        State = WriteTo(device) is null ? device.State : FleetState.Flashing,
        Write = WriteTo(device),
        Reading = device.Reading,
        SeenAt = device.SeenAt,
        Misses = device.Misses,
        Problem = device.Problem,
        MedianRate = device.History?.MedianRate,
        MedianJoule = device.History?.MedianJoule,
        Alarms = [.. device.Alarms.Where(static alarm => alarm.State.IsRaised).Select(static alarm => new AlarmSnapshot(
            alarm.State.Rule.Code, alarm.State.Rule.Severity, alarm.State.ChangedAt!.Value, alarm.State.Sentence,
                alarm.State.Value, alarm.Cause))],
    };

    /// <summary>Null = none is under way.</summary>
    private FirmwareWrite? WriteTo(WatchedDevice device) =>
        _writes.GetValueOrDefault(device.Id) is { IsUnderWay: true } write ? write : null;

    /// <summary>Without the address in front, with whatever port: the row says it already.</summary>
    private static string Bare(string problem, string address)
    {
        int end = problem.IndexOf(": ", StringComparison.Ordinal);
        return end > 0 && (problem[..end] == address || HostOf(problem[..end]) == HostOf(address))
            ? problem[(end + 2)..] : problem;
    }

    private static string HostOf(string address)
    {
        int port = address.LastIndexOf(':');
        return port > 0 ? address[..port].Trim('[', ']') : address;
    }

    /// <summary>A MAC, a serial, or the address itself.</summary>
    [GeneratedRegex(@"^(?:[0-9a-f]{2}(?::[0-9a-f]{2}){5}|(?:serial|address):[\w.:\[\]-]{1,64})\z")]
    private static partial Regex Ids();
}
