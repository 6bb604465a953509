using System.Text.Json;

namespace Otedama.Asic;

/// <summary>What LuxOS' config, temps, fans and power add. Pure.</summary>
internal static class LuxosReader
{
    public static FleetReading Add(FleetReading reading, Dictionary<string, CgminerReply> replies)
    {
        JsonElement? values = CgminerReader.First(replies, "config", "CONFIG");
        FleetReading sensed = BosReader.Sensors(reading, replies);
        string? mac = ReplyValues.Mac(values?.Text("MACAddr")) ?? reading.Identity.Mac;
        return sensed with
        {
            Id = mac ?? reading.Id,
            Identity = reading.Identity with
            {
                Family = "Antminer",
                Firmware = "LuxOS",
                Mac = mac,
                Model = values?.Text("Model") ?? reading.Identity.Model,
                HostName = values?.Text("Hostname"),
            },
            Power = sensed.Power with
            {
                Watts = CgminerReader.First(replies, "power", "POWER")?.Number("Watts").Positive()
                    ?? sensed.Power.Watts,
            },
        };
    }
}
