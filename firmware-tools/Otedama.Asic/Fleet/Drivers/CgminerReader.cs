using System.Text.Json;

namespace Otedama.Asic;

/// <summary>
/// Replies of a cgminer API in the normal form, whatever the vendor made of it: by the shape of the fields. Pure.
/// </summary>
public static class CgminerReader
{
    /// <summary>Hash boards and devices; a stack of USB sticks has the most.</summary>
    private const int ChainsMax = 64;
    private const int PoolsMax = 16;
    private const int ErrorsMax = 32;

    /// <param name="replies">By command: summary, pools, devs, stats, estats, version, devdetails; what is missing is
    /// unknown.</param>
    public static FleetReading Read(IReadOnlyDictionary<string, CgminerReply> replies, ReadingFrame frame)
    {
        int repairs = 0;
        foreach ((string command, CgminerReply reply) in replies)
        {
            frame.Keep(command, reply.Text);
            repairs += reply.Body.Repairs;
        }
        JsonElement? summary = First(replies, "summary", "SUMMARY");
        JsonElement? version = First(replies, "version", "VERSION");
        JsonElement[] devices = [.. All(replies, ChainsMax, "devs", "DEVS").Concat(
            All(replies, ChainsMax, "edevs", "DEVS")).Take(ChainsMax)];
        MinerStats stats = MinerStats.Read(
            [.. All(replies, 32, "stats", "STATS"), .. All(replies, 32, "estats", "STATS")]);
        string? mac = ReplyValues.Mac(version?.Text("MAC", "Mac") ?? summary?.Text("MAC") ?? stats.Mac);
        FleetRates rates = Rates(summary, stats);
        ChainReading[] chains = stats.Chains.Count > 0 ? [.. stats.Chains] : [.. devices.Select(Chain)];
        List<string> errors = Errors(replies, devices);
        return frame.Begin(mac, repairs) with
        {
            State = StateOf(summary, rates, devices),
            Identity = Identity(replies, version, stats, mac),
            Uptime = summary?.Number("Elapsed") is double up and >= 0 and < 1e10 ? TimeSpan.FromSeconds(up)
                : stats.Elapsed,
            Rates = rates,
            Chains = chains,
            Temperatures = new FleetTemperatures
            {
                ChipMax = stats.ChipMax ?? Highest(
                    devices.Select(Heat)),
                ChipAverage = stats.ChipAverage,
                Board = stats.Board,
                Inlet = stats.Inlet,
            },
            Fans = stats.Fans,
            Power = new FleetPower { Watts = stats.Watts, ClockMhz = stats.ClockMhz, CoreVolts = stats.CoreVolts },
            Shares = Shares(summary, replies),
            Pools = Pools(replies),
            Errors = [.. errors.Concat(stats.Errors).Take(ErrorsMax)],
            DeviceTime = replies.GetValueOrDefault("summary")?.Status?.When,
        };
    }

    /// <summary>H/s from fields such as "MHS 5s", "GHS av"; the first suffix that is there.</summary>
    public static double? Rate(JsonElement? from, params ReadOnlySpan<string> suffixes)
    {
        if (from is not { } element)
        {
            return null;
        }
        foreach (string suffix in suffixes)
        {
            foreach ((string unit, double factor) in (
                ReadOnlySpan<(string, double)>)[("MHS", 1e6), ("GHS", 1e9), ("THS", 1e12), ("KHS", 1e3), ("HS", 1)])
            {
                if (element.Member($"{unit} {suffix}") is { } member && member.Number() is double value and >= 0
                    && MinerStats.UnitBehind(member, factor) is double real)
                {
                    return ((double?)value).Times(real);
                }
            }
        }
        return null;
    }

    /// <summary>Pools of a reply to "pools".</summary>
    public static PoolReading[] Pools(IReadOnlyDictionary<string, CgminerReply> replies)
    {
        List<PoolReading> pools = [];
        foreach (JsonElement pool in All(replies, PoolsMax, "pools", "POOLS"))
        {
            if ((pool.Text("URL") ?? pool.Text("url")) is not { } url)
            {
                continue;
            }
            pools.Add(new PoolReading(
                pool.Integer("POOL", "index") ?? pools.Count, SecretFilter.Url(url), pool.Text("User", "user"),
                    pool.Text("Status", "status"),
                pool.Integer("Priority", "priority"), pool.Flag("Stratum Active"), null));
        }
        return [.. pools];
    }

    /// <summary>"h:mm:ss" ago, or seconds of the epoch.</summary>
    public static DateTimeOffset? ShareTime(JsonElement pool, DateTimeOffset now)
    {
        if (pool.Number("Last Share Time") is double epoch)
        {
            return epoch is > 1e8 and < 4e9 ? DateTimeOffset.FromUnixTimeSeconds((long)epoch) : null;
        }
        string[] parts = pool.Text("Last Share Time", "lstime")?.Split(':') ?? [];
        return parts.Length == 3 && int.TryParse(parts[0], out int hours) && int.TryParse(parts[1], out int minutes)
            && int.TryParse(parts[2], out int seconds)
            && hours is >= 0 and < 100_000 && minutes is >= 0 and < 60 && seconds is >= 0 and < 60
                && (hours | minutes | seconds) != 0
            ? now - new TimeSpan(hours, minutes, seconds) : null;
    }

    internal static IEnumerable<JsonElement> All(
        IReadOnlyDictionary<string, CgminerReply> replies, int most, string command, string section) =>
        replies.TryGetValue(command, out CgminerReply? reply) ? reply.All(most, section) : [];

    internal static JsonElement? First(
        IReadOnlyDictionary<string, CgminerReply> replies, string command, string section) =>
        replies.TryGetValue(command, out CgminerReply? reply) ? reply.First(section) : null;

    internal static double? Highest(IEnumerable<double?> values)
    {
        double? highest = null;
        foreach (double? value in values)
        {
            highest = value is double given && !(given <= highest) ? given : highest;
        }
        return highest;
    }

    private static FleetRates Rates(JsonElement? summary, MinerStats stats) => new()
    {
        FiveSeconds = Rate(summary, "5s", "RT") ?? stats.FiveSeconds,
        OneMinute = Rate(summary, "1m"),
        FiveMinutes = Rate(summary, "5m"),
        TenMinutes = Rate(summary, "10m"),
        FifteenMinutes = Rate(summary, "15m"),
        ThirtyMinutes = Rate(summary, "30m") ?? stats.ThirtyMinutes,
        OneHour = Rate(summary, "1h", "60m"),
        Average = Rate(summary, "av") ?? stats.Average,
        Expected = summary?.Number("Factory GHS").Positive().Times(1e9) ?? stats.Expected,
    };

    private static FleetShares Shares(JsonElement? summary, IReadOnlyDictionary<string, CgminerReply> replies)
    {
        DateTimeOffset? last = null;
        double? difficulty = null;
        foreach (JsonElement pool in All(replies, PoolsMax, "pools", "POOLS"))
        {
            DateTimeOffset now = replies["pools"].Status?.When ?? DateTimeOffset.UnixEpoch;
            if (ShareTime(pool, now) is DateTimeOffset at && at > DateTimeOffset.UnixEpoch && !(at <= last))
            {
                last = at;
                difficulty = pool.Number("Last Share Difficulty", "Stratum Difficulty") ?? difficulty;
            }
        }
        return new FleetShares
        {
            Accepted = summary?.Count("Accepted"),
            Rejected = summary?.Count("Rejected"),
            Stale = summary?.Count("Stale"),
            Best = summary?.Number("Best Share"),
            HardwareErrors = summary?.Count("Hardware Errors"),
            HardwareErrorPercent = summary?.Number("Device Hardware%"),
            LastAccepted = last,
            Difficulty = difficulty,
        };
    }

    /// <summary>The hottest chip where a board tells it, else the board.</summary>
    private static double? Heat(JsonElement device) => device.Number("Chip Temp Max", "Temperature").Sensed();

    private static ChainReading Chain(JsonElement device, int index) => new()
    {
        Index = device.Integer("Slot") ?? device.Integer("ASC", "PGA", "GPU") ?? index,
        Rate = Rate(device, "5s", "RT", "1m", "av"),
        TemperatureC = Heat(device),
        ClockMhz = device.Number("Chip Frequency", "Frequency").Positive(),
        ChipsFound = device.Integer("Effective Chips"),
        HardwareErrors = device.Count("Hardware Errors"),
    };

    private static FleetState StateOf(JsonElement? summary, FleetRates rates, JsonElement[] devices)
    {
        if (devices.Length > 0 && devices.All(static device => device.Flag("Enabled") == false))
        {
            return FleetState.Paused;
        }
        if (devices.Length > 0 && devices.All(
            static device => device.Flag("No Device") == true || device.Text("Status") is "Dead" or "Sick"))
        {
            return FleetState.Fault;
        }
        double? rate = rates.FiveSeconds ?? rates.OneMinute ?? rates.Average;
        return rate > 0 ? FleetState.Mining
            : summary?.Number("Elapsed") is < 120 ? FleetState.Booting
            : rate is null ? FleetState.Unknown : FleetState.Idle;
    }

    private static DeviceIdentity Identity(
        IReadOnlyDictionary<string, CgminerReply> replies, JsonElement? version, MinerStats stats, string? mac)
    {
        string? program = null;
        string? release = null;
        foreach (JsonProperty property in version is { ValueKind: JsonValueKind.Object } object1
            ? object1.EnumerateObject().Take(32) : [])
        {
            if (property.Name.Contains("miner", StringComparison.OrdinalIgnoreCase) && property.Name is not "Miner")
            {
                (program, release) = (property.Name, property.Value.Text());
                break;
            }
            if (property.Name is "LUXminer" or "BOSer" or "BOSminer" or "BOSminer+")
            {
                (program, release) = (property.Name, property.Value.Text());
                break;
            }
        }
        JsonElement? details = First(replies, "devdetails", "DEVDETAILS");
        string? type = version?.Text("Type", "PROD") ?? stats.Type ?? details?.Text("Model");
        string? family = Family(type, version?.GetRawText());
        return new DeviceIdentity
        {
            Family = family,
            Firmware = program,
            // What a build is called before the day it was built; Antminers call theirs Miner.
            Version = version?.Text("LVERSION", "Firmware", "LUXminer", "Miner") ?? release
                ?? version?.Text("CompileTime"),
            Model = type ?? version?.Text("MODEL"),
            Board = version?.Text("HWTYPE"),
            ChipCount = stats.Chips,
            Mac = mac,
        };
    }

    private static string? Family(string? type, string? version)
    {
        foreach (string name in (ReadOnlySpan<string>)["Antminer", "Avalon", "Whatsminer"])
        {
            if (type?.Contains(name, StringComparison.OrdinalIgnoreCase) == true
                || version?.Contains(name, StringComparison.OrdinalIgnoreCase) == true)
            {
                return name;
            }
        }
        return null;
    }

    private static List<string> Errors(IReadOnlyDictionary<string, CgminerReply> replies, JsonElement[] devices)
    {
        List<string> errors = [.. CgminerLook.Cut(replies)];
        foreach (JsonElement device in devices)
        {
            string name = $"device {device.Text("ASC", "PGA", "ID") ?? "?"}";
            if (device.Flag("No Device") == true)
            {
                errors.Add($"{name}: no device");
            }
            else if (device.Text("Status") is { } status
                && status is not "Alive" and not "Initialising" and not "NoStart")
            {
                errors.Add($"{name}: {ReplyWords.Short(status)}");
            }
        }
        foreach ((string command, CgminerReply reply) in replies)
        {
            if (reply.Status is { Letter: 'E' or 'F', Code: not (14 or 45) } status)
            {
                errors.Add($"{command}: {ReplyWords.Short(status.ToString())}");
            }
        }
        return errors;
    }
}
