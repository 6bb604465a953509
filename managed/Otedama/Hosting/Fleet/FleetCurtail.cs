using Otedama.Asic;

namespace Otedama;

/// <summary>Takes load away or puts it back, a part at a time, until it is as wanted. StepAsync by one loop.</summary>
internal sealed class FleetCurtail(FleetWatch watch, FleetOrderer send, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly CurtailPlanner _planner = new();
    private readonly Dictionary<string, bool> _ordered = []; // paused or not, by device, of this curtailment
    private readonly TimeProvider _time = clock;
    private readonly List<string> _failures = []; // sentences, of this curtailment, one a device at most
    private (double? Watts, string? Group, bool SkipUnknown)? _wanted;

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

    /// <summary>What devices that did not do as told say, of the last curtailment.</summary>
    public IReadOnlyList<string> Failures
    {
        get
        {
            lock (_gate)
            {
                return [.. _failures];
            }
        }
    }

    /// <summary>Throws CommandException where a device that works does not say what it takes: then no sum can be
    /// held.</summary>
    /// <param name="watts">Most that is taken; 0 = all paused, null = all resumed.</param>
    /// <param name="skipUnknown">Leave those that do not say what they take as they are, and count them not.</param>
    /// <returns>A sentence, and the names of those that are not counted.</returns>
    public (string Sentence, IReadOnlyList<string> Uncounted) Begin(double? watts, string? group, bool skipUnknown)
    {
        lock (_gate)
        {
            IReadOnlyList<CurtailLoad> loads = Loads(group);
            string[] unknown = watts is > 0 ? [.. loads.Where(static load => load.Watts is not > 0)
                .Select(load => watch.Find(load.Id)?.Name ?? load.Id)] : [];
            if (unknown.Length > 0 && !skipUnknown)
            {
                throw new CommandException(ExitCode.Usage, $"{string.Join(", ", unknown.Take(16))} "
                    + $"({AsicLines.Devices(unknown.Length)}) do not say what they take, so nothing can hold the sum "
                    + "at a number of watts; nothing was paused. Pause them by name first and give --skip-unknown, "
                    + "which leaves such devices as they are and does not count them; or pause all, without --watts");
            }
            int devices = loads.Count - unknown.Length;
            if (devices == 0 && unknown.Length > 0)
            {
                throw new CommandException(ExitCode.Usage,
                    "No device says what it takes, so none is paused; name them");
            }
            if (devices == 0)
            {
                throw new CommandException(ExitCode.Usage, group is null ? "No device is known yet" : $"No "
                    + $"device is in group \"{SettingTypes.Shorten(group)}\"");
            }
            _wanted = (watts, group, skipUnknown);
            _ordered.Clear();
            _failures.Clear();
            string left = unknown.Length == 0 ? "" : $" Not counted and left as they are, because they do not say "
                + $"what they take: {string.Join(", ", unknown.Take(16))} ({AsicLines.Devices(unknown.Length)}).";
            return ($"{AsicLines.Devices(devices)}, at most a tenth of their load in 10 seconds.{left}", unknown);
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
            IReadOnlyList<CurtailLoad> loads = [.. Loads(wanted.Group).Where(load =>
                wanted.Watts is not > 0 || !wanted.SkipUnknown || load.Watts is > 0)];
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
            FleetOutcome? outcome = null;
            FleetDevice? device = watch.Find(id);
            if (device is not null)
            {
                outcome = await send(device, order, "curtailment", false, cancel);
            }
            lock (_gate)
            {
                _ordered[id] = paused;
                if (outcome is { Succeeded: false })
                {
                    _failures.Add($"{device!.Name}: {outcome.Sentence}");
                }
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
