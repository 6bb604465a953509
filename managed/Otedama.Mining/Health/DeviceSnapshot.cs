using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>What a device tells of itself. Null where it does not say.</summary>
/// <param name="TemperatureC">Degrees Celsius, of the hottest place that counts for the whole device.</param>
/// <param name="PowerW">Watts, averaged since the last look.</param>
/// <param name="FanRpm">Turns a minute.</param>
/// <param name="ClockMhz">Megahertz, averaged over its parts.</param>
public readonly record struct DeviceTelemetry(double? TemperatureC, double? PowerW, double? FanRpm, double? ClockMhz)
{
    /// <summary>Of the highest speed.</summary>
    public double? FanPercent { get; init; }

    public double? MemoryClockMhz { get; init; }

    /// <summary>Part of the time it works, in percent.</summary>
    public double? LoadPercent { get; init; }

    /// <summary>Degrees Celsius of its hottest place.</summary>
    public double? HotspotC { get; init; }

    /// <summary>Degrees Celsius of its memory.</summary>
    public double? MemoryC { get; init; }

    /// <summary>Watts it is allowed.</summary>
    public double? PowerLimitW { get; init; }

    /// <summary>Why it holds itself back; None = it does not.</summary>
    public ThrottleReasons? Throttle { get; init; }

    /// <summary>Answers the processor found wrong since the device was listed.</summary>
    public ulong? HardwareErrors { get; init; }

    /// <summary>Times it was given up as lost since then.</summary>
    public ulong? Lost { get; init; }

    /// <summary>Its driver has stopped to answer: nothing is known of it, though it may well hash.</summary>
    public bool IsStale { get; init; }

    public static DeviceTelemetry Of(DeviceReadings now) => new(now.TemperatureC, now.PowerW, now.FanRpm, now.ClockMhz)
    {
        FanPercent = now.FanPercent,
        MemoryClockMhz = now.MemoryClockMhz,
        LoadPercent = now.LoadPercent,
        HotspotC = now.HotspotC,
        MemoryC = now.MemoryC,
        PowerLimitW = now.PowerLimitW,
        Throttle = now.Throttle,
        HardwareErrors = now.HardwareErrors,
        Lost = now.Lost,
    };
}

/// <summary>A piece of hardware that workers of a rig run on, at one moment.</summary>
/// <param name="Id">Short, and of this device alone: cpu.</param>
/// <param name="Kind">Such as CPU.</param>
/// <param name="Name">As the hardware reports it.</param>
public sealed record DeviceSnapshot(string Id, string Kind, string Name, DeviceTelemetry Telemetry);
