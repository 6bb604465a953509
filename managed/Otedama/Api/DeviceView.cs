using Otedama.Interop;
using Otedama.Mining;

namespace Otedama;

/// <summary>A piece of hardware that hashes; what it does not tell of itself is null.</summary>
/// <param name="Id">As the metrics name it, such as cpu or gpu0.</param>
/// <param name="Kind">cpu or gpu.</param>
internal sealed record DeviceView(
    string Id, string Kind, string Name, double? TemperatureC, double? PowerW, double? FanRpm, double? ClockMhz)
{
    /// <summary>Of the highest speed.</summary>
    public double? FanPercent { get; init; }

    public double? MemoryClockMhz { get; init; }

    /// <summary>Part of the time it works.</summary>
    public double? LoadPercent { get; init; }

    /// <summary>Of its hottest place.</summary>
    public double? HotspotC { get; init; }

    public double? MemoryTemperatureC { get; init; }

    /// <summary>What it is allowed.</summary>
    public double? PowerLimitW { get; init; }

    /// <summary>Why it holds itself back: power, heat, hardware; empty where it does not.</summary>
    public IReadOnlyList<string>? Throttle { get; init; }

    /// <summary>
    /// Hashes of the last ten seconds for each joule it drew; null without a measured power, and while it rests.
    /// </summary>
    public double? HashesPerJoule { get; init; }

    /// <summary>Answers the processor found wrong.</summary>
    public ulong? HardwareErrors { get; init; }

    /// <summary>Times it was given up as lost.</summary>
    public ulong? Lost { get; init; }

    /// <summary>Its driver has stopped to answer, so that nothing is known of it.</summary>
    public bool Stale { get; init; }

    public static DeviceView Of(DeviceSnapshot device, IEnumerable<WorkerSnapshot> workers)
    {
        DeviceTelemetry now = device.Telemetry;
        double rate = workers.Where(worker => worker.DeviceId == device.Id).Sum(static worker =>
            worker.Hashrate.Seconds10);
        return new DeviceView(
            device.Id, device.Kind.ToLowerInvariant(), device.Name, now.TemperatureC, now.PowerW, now.FanRpm,
                now.ClockMhz)
        {
            FanPercent = now.FanPercent,
            MemoryClockMhz = now.MemoryClockMhz,
            LoadPercent = now.LoadPercent,
            HotspotC = now.HotspotC,
            MemoryTemperatureC = now.MemoryC,
            PowerLimitW = now.PowerLimitW,
            Throttle = ReasonsOf(now.Throttle),
            HashesPerJoule = now.PowerW > 0 && rate > 0 ? rate / now.PowerW : null,
            HardwareErrors = now.HardwareErrors,
            Lost = now.Lost,
            Stale = now.IsStale,
        };
    }

    /// <summary>Null where it is not known.</summary>
    public static IReadOnlyList<string>? ReasonsOf(ThrottleReasons? reasons) => reasons is not { } known
        ? null
        : [.. new[] { ThrottleReasons.Power, ThrottleReasons.Heat, ThrottleReasons.Hardware }
            .Where(reason => known.HasFlag(reason)).Select(static reason => reason.ToString().ToLowerInvariant())];
}
