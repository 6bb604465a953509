namespace Otedama.Asic;

/// <summary>
/// Lets devices be updated wave by wave (rule 12). It starts nothing itself: whoever carries plans out asks what may
/// begin now, and tells what began, how it ended and which devices work. Stepped by one thread; the clock comes from
/// outside.
/// </summary>
public sealed class Rollout
{
    /// <summary>Devices on one switch that are updated at once.</summary>
    public const int PerSwitchMax = 4;

    /// <summary>Failures of the whole roll-out that stop it.</summary>
    public const int FailuresMax = 2;

    /// <summary>Failures of a wave that stop it, as a part of its devices.</summary>
    public const double FailureShareMax = 0.02;

    /// <summary>Of all devices, that are updated at once: what a wave does wrong is seen before all of it has begun.
    /// Four are always allowed.</summary>
    public const double AtOnceShareMax = 0.05;

    /// <summary>Between waves, so that what fails only after a while is seen on few.</summary>
    public static readonly TimeSpan Soak = TimeSpan.FromMinutes(30);

    /// <summary>One device: two uploads of 10 min, two restarts, 15 min of its health, and the way back.</summary>
    public static readonly TimeSpan DeviceTime = TimeSpan.FromMinutes(60);

    private readonly RolloutPlan _plan;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, RolloutDevice> _devices;
    private readonly Dictionary<string, DateTimeOffset> _begun = [];
    private readonly Dictionary<string, RolloutResult> _ended = [];
    private readonly HashSet<string> _down = [];
    private int _wave;
    private DateTimeOffset? _soakUntil;

    public Rollout(RolloutPlan plan, TimeProvider clock)
    {
        _plan = plan;
        _time = clock;
        _devices = plan.Waves.SelectMany(static wave => wave.Devices).ToDictionary(static device => device.Id);
    }

    public RolloutState State { get; private set; } = RolloutState.Running;

    /// <summary>Why it is stopped, or what it waits for; null = nothing.</summary>
    public string? Says { get; private set; }

    public RolloutWave Wave => _plan.Waves[_wave];

    /// <summary>Devices that may be updated at once.</summary>
    public int AtOnceMax => Math.Max(PerSwitchMax, (int)(_devices.Count * AtOnceShareMax));

    /// <summary>Devices being updated now.</summary>
    public IReadOnlyCollection<string> UnderWay => _begun.Keys;

    public IReadOnlyDictionary<string, RolloutResult> Ended => _ended;

    /// <summary>
    /// Devices whose update may begin now, in the plan's order, all of them at once. None may twice; Begin each before
    /// asking again.
    /// </summary>
    public IReadOnlyList<RolloutDevice> Next()
    {
        Step();
        if (State != RolloutState.Running)
        {
            return [];
        }
        List<RolloutDevice> next = [];
        List<RolloutDevice> busy = [.. _begun.Keys.Select(id => _devices[id])];
        string? waits = null;
        foreach (RolloutDevice device in Wave.Devices.Where(
            device => !_ended.ContainsKey(device.Id) && !_begun.ContainsKey(device.Id)))
        {
            if (Refusal(device, busy) is { } refusal)
            {
                waits ??= refusal;
                continue;
            }
            next.Add(device);
            busy.Add(device);
        }
        Says = next.Count == 0 && _begun.Count == 0 ? waits : null;
        return next;
    }

    /// <summary>An update begins. Throws FlashException when it may not.</summary>
    public void Begin(string id)
    {
        RolloutDevice device = Known(id);
        List<RolloutDevice> busy = [.. _begun.Keys.Select(one => _devices[one])];
        string? refusal = State != RolloutState.Running ? $"the roll-out is {State}"
            : _ended.ContainsKey(id) || _begun.ContainsKey(id) ? "it was begun before"
            : !Wave.Devices.Contains(device) ? $"it is not of the wave {Wave.Name}"
            : Refusal(device, busy);
        if (refusal is not null)
        {
            throw new FlashException($"The update of {id} may not begin now: {refusal}.");
        }
        _begun[id] = _time.GetUtcNow();
    }

    public void End(string id, RolloutResult result)
    {
        Known(id);
        if (_begun.Remove(id))
        {
            _ended[id] = result;
        }
        Step();
    }

    /// <summary>Tells whether a device works, as the fleet sees it: what is down may be updated, and does not count as
    /// working.</summary>
    public void Sees(string id, bool works)
    {
        Known(id);
        if (works)
        {
            _down.Remove(id);
        }
        else
        {
            _down.Add(id);
        }
    }

    /// <summary>Until the next wave may begin; zero when nothing is waited for.</summary>
    public TimeSpan SoakLeft => _soakUntil is { } until && until > _time.GetUtcNow() ? until - _time.GetUtcNow()
        : TimeSpan.Zero;

    /// <summary>What is under way is counted from now: whoever carries it out was away.</summary>
    public void Restart()
    {
        foreach (string id in _begun.Keys.ToArray())
        {
            _begun[id] = _time.GetUtcNow();
        }
    }

    /// <summary>Stops by hand: nothing more begins.</summary>
    public void Stop(string why) => StopFor(why);

    /// <summary>Moves on what time and ends have brought.</summary>
    public void Step()
    {
        DateTimeOffset now = _time.GetUtcNow();
        foreach (string late in _begun.Where(one => now - one.Value > DeviceTime).Select(static one => one.Key)
            .ToArray())
        {
            _begun.Remove(late);
            _ended[late] = RolloutResult.Failed;
        }
        JudgeFailures();
        if (State == RolloutState.Soaking && now >= _soakUntil)
        {
            _wave++;
            _soakUntil = null;
            State = RolloutState.Running;
            Says = null;
        }
        if (State == RolloutState.Running && _begun.Count == 0
            && Wave.Devices.All(device => _ended.ContainsKey(device.Id)))
        {
            bool last = _wave == _plan.Waves.Count - 1;
            State = last ? RolloutState.Finished : RolloutState.Soaking;
            _soakUntil = last ? null : now + Soak;
            Says = last ? null : $"The wave {Wave.Name} is through; the next begins at {_soakUntil:u}.";
        }
    }

    private void JudgeFailures()
    {
        string[] failed =
            [.. _ended.Where(static one => one.Value == RolloutResult.Failed).Select(static one => one.Key)];
        if (State is RolloutState.Stopped or RolloutState.Finished || failed.Length == 0)
        {
            return;
        }
        int inWave = Wave.Devices.Count(
            device => _ended.TryGetValue(device.Id, out RolloutResult result) && result == RolloutResult.Failed);
        if (failed.Length >= FailuresMax || inWave > Wave.Devices.Count * FailureShareMax)
        {
            StopFor($"{failed.Length} updates failed ({string.Join(", ", failed.Take(4))}), {inWave} of "
                + $"{Wave.Devices.Count} in the wave {Wave.Name}; "
                + $"allowed are {FailuresMax - 1} and {FailureShareMax:P0} of a wave. See their ledgers, then plan "
                + "anew for the rest.");
        }
    }

    private string? Refusal(RolloutDevice device, List<RolloutDevice> busy)
    {
        if (device.Supply is { } supply && busy.Any(other => other.Supply == supply))
        {
            return $"another device on the power supply {supply} is being updated";
        }
        if (busy.Count >= AtOnceMax)
        {
            return $"{busy.Count} devices are being updated; {AtOnceMax} at once are allowed";
        }
        if (busy.Count(other => other.Switch == device.Switch) >= PerSwitchMax)
        {
            string where = device.Switch is { } name ? $"the switch {name}" : "switches nobody named";
            return $"{PerSwitchMax} devices on {where} are being updated";
        }
        return device.Site is { } site && !_down.Contains(device.Id)
            && !_devices.Values.Any(other => other.Id != device.Id && other.Site == site && Works(other, busy))
            ? $"it is the last one of the site {site} that works; update it by itself when that may be"
            : null;
    }

    private bool Works(RolloutDevice device, List<RolloutDevice> busy) =>
        !_down.Contains(device.Id) && !busy.Contains(device)
            && _ended.GetValueOrDefault(device.Id, RolloutResult.Updated) != RolloutResult.Failed;

    private void StopFor(string why)
    {
        if (State is RolloutState.Running or RolloutState.Soaking)
        {
            State = RolloutState.Stopped;
            Says = why;
        }
    }

    private RolloutDevice Known(string id) =>
        _devices.GetValueOrDefault(id) ?? throw new FlashException($"The device {id} is not of this roll-out.");
}
