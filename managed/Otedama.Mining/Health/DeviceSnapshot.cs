namespace Otedama.Mining;

/// <summary>What a device tells of itself. Null where it does not say.</summary>
/// <param name="TemperatureC">Degrees Celsius, of the hottest place that counts for the whole device.</param>
/// <param name="PowerW">Watts, averaged since the last look.</param>
/// <param name="FanRpm">Turns a minute.</param>
/// <param name="ClockMhz">Megahertz, averaged over its parts.</param>
public readonly record struct DeviceTelemetry(double? TemperatureC, double? PowerW, double? FanRpm, double? ClockMhz);

/// <summary>A piece of hardware that workers of a rig run on, at one moment.</summary>
/// <param name="Id">Short, and of this device alone: cpu.</param>
/// <param name="Kind">Such as CPU.</param>
/// <param name="Name">As the hardware reports it.</param>
public sealed record DeviceSnapshot(string Id, string Kind, string Name, DeviceTelemetry Telemetry);
