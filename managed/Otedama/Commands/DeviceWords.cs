using System.Globalization;

namespace Otedama;

/// <summary>
/// What a device tells of itself, for people: "64 °C, 215 W of 250 W, fan 61 %". Nothing of what it does not tell.
/// </summary>
internal static class DeviceWords
{
    public static IEnumerable<string> Of(DeviceView device)
    {
        if (device.Stale)
        {
            return ["its driver does not answer"];
        }
        string?[] all =
        [
            Number(device.TemperatureC, "", "°C"),
            Number(device.HotspotC, "hottest ", "°C"),
            Number(device.MemoryTemperatureC, "memory ", "°C"),
            Power(device),
            Number(device.FanPercent, "fan ", "%"),
            Number(device.FanRpm, "", "rpm"),
            Number(device.ClockMhz, "", "MHz"),
            Number(device.MemoryClockMhz, "memory ", "MHz"),
            device.HashesPerJoule is double efficiency ? Efficiency(efficiency) : null,
            .. (device.Throttle ?? []).Select(Held),
        ];
        return all.OfType<string>();
    }

    public static string Efficiency(double hashesPerJoule) => Units.Rate(hashesPerJoule, "H/J");

    private static string? Power(DeviceView device) =>
        Number(device.PowerW, "", "W") is { } power ? power + (Number(device.PowerLimitW, " of ", "W") ?? "") : null;

    private static string Held(string reason) => reason switch
    {
        "power" => "at its power limit",
        "heat" => "slowed by heat",
        _ => "slowed by its hardware",
    };

    private static string? Number(double? value, string before, string unit) => value is double known
        ? string.Create(CultureInfo.InvariantCulture, $"{before}{known:0} {unit}")
        : null;
}
