using System.Text.Json;

namespace Otedama.Asic;

/// <summary>Antminers in the normal form. Pure.</summary>
public static class AntminerReader
{
    private const int PoolsMax = 8, ErrorsMax = 32;

    /// <param name="system">Reply of get_system_info.</param>
    public static FleetReading Read(
        JsonElement? system, IReadOnlyDictionary<string, CgminerReply> replies, ReadingFrame frame, int repairs)
    {
        FleetReading reading = CgminerReader.Read(replies, frame);
        string? mac = ReplyValues.Mac(system?.Text("macaddr")) ?? reading.Identity.Mac;
        JsonElement? web = CgminerReader.First(replies, "summary", "SUMMARY");
        JsonElement? info = Info(replies);
        double unit = MinerStats.Unit(web?.Text("rate_unit"));
        return reading with
        {
            Id = mac ?? reading.Id,
            Repairs = reading.Repairs + repairs,
            State = reading.State == FleetState.Unknown && web?.Number("rate_5s") is double rate ? rate > 0
                ? FleetState.Mining : FleetState.Idle : reading.State,
            Identity = reading.Identity with
            {
                Family = "Antminer",
                Firmware = "stock",
                Mac = mac,
                Model = system?.Text("minertype") ?? info?.Text("type") ?? reading.Identity.Model,
                HostName = system?.Text("hostname"),
                Version = system?.Text("system_filesystem_version") ?? info?.Text("miner_version")
                    ?? reading.Identity.Version,
            },
            Uptime = reading.Uptime ?? (
                web?.Number("elapsed") is double up and >= 0 and < 1e10 ? TimeSpan.FromSeconds(up) : null),
            Rates = reading.Rates with
            {
                FiveSeconds = reading.Rates.FiveSeconds ?? web?.Number("rate_5s").Times(unit),
                ThirtyMinutes = reading.Rates.ThirtyMinutes ?? web?.Number("rate_30m").Times(unit),
                Average = reading.Rates.Average ?? web?.Number("rate_avg").Times(unit),
                Expected = reading.Rates.Expected ?? web?.Number("rate_ideal").Positive().Times(unit),
            },
            Shares = reading.Shares with
            {
                Best = reading.Shares.Best ?? web?.Number("bestshare"),
                HardwareErrors = reading.Shares.HardwareErrors ?? web?.Count("hw_all"),
                HardwareErrorPercent = reading.Shares.HardwareErrorPercent
                    ?? CgminerReader.First(replies, "stats", "STATS")?.Number("hwp_total"),
                Accepted = reading.Shares.Accepted ?? Sum(replies, "accepted"),
                Rejected = reading.Shares.Rejected ?? Sum(replies, "rejected"),
                Stale = reading.Shares.Stale ?? Sum(replies, "stale"),
            },
            Errors = [.. reading.Errors.Concat(Faults(web)).Take(ErrorsMax)],
        };
    }

    /// <summary>Reply of get_miner_conf: its pools, and whether it is told to sleep (mode 1).</summary>
    public static FleetReading ReadConfiguration(JsonElement conf, ReadingFrame frame, int repairs) =>
        frame.Begin(null, repairs) with
        {
            State = conf.Text("miner-mode", "bitmain-work-mode") == "1" ? FleetState.Paused : FleetState.Unknown,
            Identity = new DeviceIdentity { Family = "Antminer", Firmware = "stock" },
            Pools =
            [
                .. conf.Member("pools").Objects(PoolsMax).Select(static (pool, i) => (Pool: pool, Index: i))
                    .Where(static one => one.Pool.Text("url") is not null)
                    .Select(static one => new PoolReading(one.Index, SecretFilter.Url(one.Pool.Text("url")!),
                        one.Pool.Text("user"), null, one.Index, null, one.Index > 0)),
            ],
        };

    /// <summary>INFO of the web interface, which stands in each of its replies.</summary>
    private static JsonElement? Info(IReadOnlyDictionary<string, CgminerReply> replies) =>
        replies.Values.Select(static reply => reply.First("INFO")).FirstOrDefault(static info => info is not null);

    /// <summary>What the list "status" of its summary calls an error: {"type":"fans","status":"e","msg":...}.</summary>
    private static IEnumerable<string> Faults(JsonElement? summary) =>
        (summary?.Member("status")).Objects(ErrorsMax).Where(
            static one => one.Text("status") is "e" or "E").Select(static one =>
            $"{ReplyWords.Short(one.Text("type"))}: {ReplyWords.Short(one.Text("msg") ?? one.Text("code"))}");

    private static ulong? Sum(IReadOnlyDictionary<string, CgminerReply> replies, string field)
    {
        ulong? sum = null;
        foreach (JsonElement pool in CgminerReader.All(replies, 8, "pools", "POOLS"))
        {
            sum = pool.Count(field) is ulong count ? unchecked((sum ?? 0) + count) : sum;
        }
        return sum;
    }
}
