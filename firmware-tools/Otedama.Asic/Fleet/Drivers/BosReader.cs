using System.Text.Json;

namespace Otedama.Asic;

/// <summary>What bosminer's temps, fans and tunerstatus add. Pure.</summary>
internal static class BosReader
{
    private const int BoardsMax = 16;

    public static FleetReading Add(FleetReading reading, IReadOnlyDictionary<string, CgminerReply> replies)
    {
        JsonElement? tuner = CgminerReader.First(replies, "tunerstatus", "TUNERSTATUS");
        return Sensors(reading, replies) with
        {
            Identity = reading.Identity with { Family = "Antminer", Firmware = "Braiins OS" },
            Power = reading.Power with
            {
                Watts = tuner?.Number("ApproximateMinerPowerConsumption").Positive() ?? reading.Power.Watts
            },
        };
    }

    /// <summary>Of temps and fans, which LuxOS has as well.</summary>
    public static FleetReading Sensors(FleetReading reading, IReadOnlyDictionary<string, CgminerReply> replies)
    {
        JsonElement[] temperatures = [.. CgminerReader.All(replies, BoardsMax, "temps", "TEMPS")];
        FanReading[] fans = [.. CgminerReader.All(replies, BoardsMax, "fans", "FANS").Select(
            static (fan, i) => new FanReading(fan.Integer("FAN", "ID") ?? i, fan.Number("RPM"), fan.Number("Speed")))];
        return reading with
        {
            Temperatures = reading.Temperatures with
            {
                ChipMax = CgminerReader.Highest(temperatures.Select(static one => one.Number("Chip").Positive()))
                    ?? reading.Temperatures.ChipMax,
                Board = CgminerReader.Highest(temperatures.Select(static one => one.Number("Board").Positive()))
                    ?? reading.Temperatures.Board,
            },
            Fans = fans.Length > 0 ? fans : reading.Fans,
        };
    }
}
