namespace Otedama.Asic;

/// <summary>One device as it is watched: the last look, its history, its alarms. Under FleetWatch's lock.</summary>
internal sealed class WatchedDevice
{
    private readonly Dictionary<string, DeviceAlarm> _alarms = [];
    private IReadOnlyList<AlarmRule> _rules = [];
    private DeviceIdentity? _ruledFor;

    public required string Id { get; set; }

    /// <summary>What the device said to be; another than Id where somebody else says the same.</summary>
    public string? ClaimedId { get; set; }

    public required string Address { get; set; }

    /// <summary>Such as a hall, a switch, a shelf: what fails together.</summary>
    public required string Group { get; set; }

    public DeviceHistory? History { get; set; }

    public DeviceTrack Track { get; } = new();

    public FleetReading? Reading { get; private set; }

    public DateTimeOffset? SeenAt { get; private set; }

    /// <summary>Requests in a row without an answer.</summary>
    public int Misses { get; private set; }

    /// <summary>What the last miss was; empty after an answer.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>Another address that says to be this device.</summary>
    public string? Twin { get; set; }

    public DateTimeOffset TwinAt { get; set; }

    /// <summary>What it ran when somebody last agreed to it, where it runs something else now.</summary>
    public string? FirmwareBefore { get; set; }

    public PayoutFinding? Payout { get; set; }

    public IEnumerable<DeviceAlarm> Alarms => _alarms.Values;

    public bool IsUnreachable => _alarms.GetValueOrDefault(AlarmTable.Unreachable)?.State.IsRaised == true;

    /// <summary>As people know it: its host name, else its address without the port.</summary>
    public string Name => Reading?.Identity.HostName ?? Address;

    public FleetState State => IsUnreachable ? FleetState.Unreachable : Reading?.State ?? FleetState.Unknown;

    /// <summary>Nothing is wrong with it and it has done the same for an hour: it may be looked at less
    /// often.</summary>
    public bool IsStable(DateTimeOffset now) => Misses == 0 && Reading is not null
        && now - Track.StateSince >= TimeSpan.FromHours(1)
        && _alarms.Values.All(static alarm => !alarm.State.IsRaised);

    public void Take(FleetReading reading, DateTimeOffset now)
    {
        (Reading, SeenAt, Misses, Problem) = (reading, now, 0, "");
        Track.Take(reading, now);
    }

    /// <summary>Judges every alarm; what changed is in their states.</summary>
    public void Judge(DeviceLook look, IReadOnlyList<AlarmRule> changed)
    {
        RuleBy(look.Reading.Identity, changed);
        foreach (AlarmRule rule in _rules)
        {
            AlarmState state = _alarms[rule.Code].State;
            state.Take(rule.Code == AlarmTable.Unreachable ? Finding.Good(0)
                : rule.Check(look with { Rule = rule, IsRaised = state.IsRaised }), look.Now);
        }
    }

    public void Miss(string problem, DateTimeOffset now, IReadOnlyList<AlarmRule> changed)
    {
        (Misses, Problem) = (Misses + 1, problem);
        RuleBy(_ruledFor ?? new DeviceIdentity(), changed);
        if (_alarms.GetValueOrDefault(AlarmTable.Unreachable)?.State is { } state && Misses >= state.Rule.Limit)
        {
            state.Take(Finding.Bad(Misses, $"It has not answered {Misses} times in a row: {problem}"), now);
        }
    }

    /// <summary>Alarms of rules that were switched off, or changed for this model, begin anew.</summary>
    private void RuleBy(DeviceIdentity identity, IReadOnlyList<AlarmRule> changed)
    {
        if (_ruledFor is { } known && (known.Family, known.Model, known.Board) == (identity.Family, identity.Model,
            identity.Board))
        {
            return;
        }
        _ruledFor = identity;
        _rules = [.. AlarmTable.For(identity, changed).Where(static rule => rule.IsEnabled)];
        foreach (AlarmRule rule in _rules)
        {
            if (_alarms.GetValueOrDefault(rule.Code)?.State.Rule != rule)
            {
                _alarms[rule.Code] = new DeviceAlarm(new AlarmState(rule));
            }
        }
        foreach (string code in _alarms.Keys.Except(_rules.Select(static rule => rule.Code)).ToArray())
        {
            _alarms.Remove(code);
        }
    }
}

/// <summary>An alarm of a device and whether people were told.</summary>
internal sealed class DeviceAlarm(AlarmState state)
{
    public AlarmState State { get; } = state;

    public bool IsTold { get; set; }

    /// <summary>Code of the cause that stands for it; null = it stands for itself.</summary>
    public string? Cause { get; set; }
}
