using System.Text.Json;

namespace Otedama.Asic;

/// <summary>What bosminer's temps, fans and tunerstatus add. Pure.</summary>
internal static class BosReader
{
    private const int BoardsMax = 16;

    public static FleetReading Add(FleetReading reading, IReadOnlyDictionary<string, CgminerReply> replies)
    {
        JsonElement[] temperatures = [.. CgminerReader.All(replies, BoardsMax, "temps", "TEMPS")];
        JsonElement? tuner = CgminerReader.First(replies, "tunerstatus", "TUNERSTATUS");
        FanReading[] fans = [.. CgminerReader.All(replies, BoardsMax, "fans", "FANS").Select(
            static (fan, i) => new FanReading(fan.Integer("FAN", "ID") ?? i, fan.Number("RPM"), fan.Number("Speed")))];
        return reading with
        {
            Identity = reading.Identity with { Family = "Antminer", Firmware = "Braiins OS" },
            Temperatures = reading.Temperatures with
            {
                ChipMax = CgminerReader.Highest(temperatures.Select(static one => one.Number("Chip").Positive()))
                    ?? reading.Temperatures.ChipMax,
                Board = CgminerReader.Highest(temperatures.Select(static one => one.Number("Board").Positive())),
            },
            Fans = fans.Length > 0 ? fans : reading.Fans,
            Power = reading.Power with
            {
                Watts = tuner?.Number("ApproximateMinerPowerConsumption").Positive() ?? reading.Power.Watts
            },
        };
    }
}
