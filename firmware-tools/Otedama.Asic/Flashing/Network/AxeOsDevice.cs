using System.Text.Json;

namespace Otedama.Asic;

/// <summary>An AxeOS device as flashing knows it, from its reply to info and the normal form of the fleet.
/// Pure.</summary>
internal static class AxeOsDevice
{
    /// <summary>Slots a device lists; real ones have four.</summary>
    private const int SlotsMax = 16;

    public static FlashDevice Of(JsonElement info, FleetReading reading)
    {
        DeviceIdentity identity = reading.Identity;
        return new FlashDevice
        {
            Id = reading.Id,
            Address = reading.Address,
            Transport = FlashTransport.Network,
            Family = identity.Family,
            Model = identity.Model,
            Board = identity.Board,
            Chip = identity.Chip,
            Controller = EspImage.ChipName(EspImage.ChipS3),
            Version = identity.Version,
            Slot = identity.Slot,
            Mac = identity.Mac,
            Slots =
            [
                .. info.Member("partitions").Objects(SlotsMax).Where(static one => one.Text("label") is not null)
                    .Select(one => new FlashSlot(
                        one.Text("label")!, 0, null, one.Text("label") == identity.Slot, one.Text("version"))),
            ],
            Health = HealthOf(info, reading),
        };
    }

    public static FlashHealth HealthOf(JsonElement info, FleetReading reading) => new()
    {
        TemperatureC = reading.Temperatures.ChipMax,
        Overheat = info.Number("overheat_mode") is double mode ? mode > 0 : null,
        WifiSignal = reading.WifiSignal,
        UptimeSeconds = reading.Uptime?.TotalSeconds,
        FreeHeap = info.Number("freeHeap") is double heap and >= 0 and < 1e12 ? (long)heap : null,
        Paused = info.Flag("miningPaused"),
        Watts = reading.Power.Watts,
        Rate = reading.Rates.TenMinutes ?? reading.Rates.OneMinute ?? reading.Rates.FiveSeconds,
        Accepted = reading.Shares.Accepted,
        Rejected = reading.Shares.Rejected,
        PoolUser = (reading.Pools.FirstOrDefault(static pool => pool.Priority == 0)
            ?? (reading.Pools.Count > 0 ? reading.Pools[0] : null))?.User,
    };

    /// <summary>The slot the device's own updater writes to next.</summary>
    public static string? NextSlot(string? running) => running switch
    {
        null => null,
        "ota_0" => "ota_1",
        _ => "ota_0",
    };

    /// <summary>What rule 6 asks just before a write; null = quiet.</summary>
    public static string? Unrest(FlashHealth health)
    {
        List<string> bad = [];
        Ask(health.TemperatureC is >= 70, $"{health.TemperatureC:0.#} C, below 70 is allowed");
        Ask(health.Overheat == true, "it says it is overheated");
        Ask(health.WifiSignal is <= -75, $"{health.WifiSignal} dBm, above -75 is allowed");
        Ask(health.UptimeSeconds is <= 300, $"up for {health.UptimeSeconds:0} s, more than 300 is allowed");
        Ask(health.FreeHeap is <= 50 << 10, $"{health.FreeHeap} bytes of heap, more than {50 << 10} is allowed");
        return bad.Count == 0 ? null : string.Join("; ", bad);

        void Ask(bool isBad, string words)
        {
            if (isBad)
            {
                bad.Add(words);
            }
        }
    }
}
