using Otedama.Asic;

namespace Otedama;

/// <summary>Takes load away or puts it back, a part at a time, until it is as wanted. StepAsync by one loop.</summary>
internal sealed class FleetCurtail(FleetWatch watch, FleetOrderer send, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly CurtailPlanner _planner = new();
    private readonly Dictionary<string, bool> _ordered = []; // paused or not, by device, of this curtailment
    private readonly TimeProvider _time = clock;
    private (double? Watts, string? Group)? _wanted;

    public bool IsUnderWay
    {
        get
        {
            lock (_gate)
            {
                return _wanted is not null;
            }
        }
    }

    /// <param name="watts">Most that is taken; 0 = all paused, null = all resumed.</param>
    public string Begin(double? watts, string? group)
    {
        lock (_gate)
        {
            int devices = Loads(group).Count;
            if (devices == 0)
            {
                throw new CommandException(ExitCode.Usage, group is null ? "No device is known yet" : $"No "
                    + $"device is in group \"{SettingTypes.Shorten(group)}\"");
            }
            _wanted = (watts, group);
            _ordered.Clear();
            return $"{AsicLines.Devices(devices)}, at most a tenth of their load in 10 seconds.";
        }
    }

    public async Task StepAsync(CancellationToken cancel)
    {
        string[] pause, resume;
        lock (_gate)
        {
            if (_wanted is not { } wanted)
            {
                return;
            }
            IReadOnlyList<CurtailLoad> loads = Loads(wanted.Group);
            (IReadOnlyList<string> down, IReadOnlyList<string> up) = _planner.Step(loads, wanted.Watts,
                _time.GetUtcNow());
            (pause, resume) = ([.. down], [.. up]);
            if (pause.Length + resume.Length == 0 && _planner.IsReached(loads, wanted.Watts))
            {
                _wanted = null;
            }
        }
        await OrderAsync(pause, new PauseOrder(), true, cancel);
        await OrderAsync(resume, new ResumeOrder(), false, cancel);
    }

    /// <summary>One that does not do as it is told counts as done, so that it is not told for ever.</summary>
    private async Task OrderAsync(string[] ids, FleetOrder order, bool paused, CancellationToken cancel)
    {
        foreach (string id in ids)
        {
            if (watch.Find(id) is { } device)
            {
                await send(device, order, "curtailment", false, cancel);
            }
            lock (_gate)
            {
                _ordered[id] = paused;
            }
        }
    }

    private IReadOnlyList<CurtailLoad> Loads(string? group) =>
    [
        .. watch.Snapshot().Devices.Where(device => device.Misses == 0 && device.Reading is not null
            && (group is null || device.Group == group))
            .Select(device => new CurtailLoad(device.Id, Usual(device),
                _ordered.GetValueOrDefault(device.Id, device.State is FleetState.Paused or FleetState.Idle))),
    ];

    /// <summary>What it takes when it works: while it rests it says little.</summary>
    private static double? Usual(FleetDevice device) =>
        device.State is FleetState.Paused or FleetState.Idle && device.MedianRate is { } rate
            && device.MedianJoule is { } joule
            ? rate * joule
            : device.Reading?.Power.Watts;
}
