using System.Globalization;
using System.Text.Json;

namespace Otedama.Asic;

/// <summary>
/// Info of AxeOS and of NerdQAxe's fork in the normal form. Every field is optional: releases differ. Pure.
/// </summary>
public static class AxeosReader
{
    /// <summary>More chips than any such board carries.</summary>
    private const int ChipsMax = 256;
    private const int ReasonsMax = 16;
    private const int PoolsMax = 8;
    private const double Giga = 1e9;

    /// <param name="asic">Reply of /api/system/asic, where the firmware has it.</param>
    public static FleetReading Read(JsonElement info, JsonElement? asic, ReadingFrame frame, int repairs)
    {
        string? mac = ReplyValues.Mac(info.Text("macAddr", "mac"));
        List<string> errors = Errors(info);
        return frame.Begin(mac, repairs) with
        {
            State = StateOf(info, errors.Count > 0),
            Identity = IdentityOf(info, asic, mac),
            Uptime = info.Number("uptimeSeconds") is double up and >= 0 and < 1e10 ? TimeSpan.FromSeconds(up) : null,
            Rates = new FleetRates
            {
                FiveSeconds = info.Number("hashRate").Times(Giga),
                OneMinute = info.Number("hashRate_1m").Times(Giga),
                // Releases without the longer figure give the one they have under its shorter name.
                TenMinutes = info.Number("hashRate_10m", "hashRate").Times(Giga),
                OneHour = info.Number("hashRate_1h").Times(Giga),
                Expected = info.Number("expectedHashrate").Positive().Times(Giga),
            },
            Chains = Chains(info, asic),
            Temperatures = new FleetTemperatures
            {
                ChipMax = Highest(info.Number("temp").Sensed(), info.Number("temp2").Sensed(),
                    info.Number("maxChipTemp").Sensed()),
                ChipAverage = Average(info.Number("temp").Sensed(), info.Number("temp2").Sensed()),
                Board = info.Number("boardTemp", "boardtemp1").Sensed(),
                Regulator = info.Number("vrTemp").Sensed(),
            },
            Fans = Fans(info),
            Power = new FleetPower
            {
                Watts = info.Number("power"),
                InputVolts = Volts(info.Number("voltage").Positive(), 100),
                CoreVolts = Volts(info.Number("coreVoltageActual", "coreVoltage").Positive(), 10),
                NominalVolts = Volts(info.Number("nominalVoltage").Positive(), 100),
                ClockMhz = info.Number("actualFrequency", "frequency"),
            },
            Shares = new FleetShares
            {
                Accepted = info.Count("sharesAccepted"),
                Rejected = info.Count("sharesRejected"),
                RejectedBy = Reasons(info),
                Best = Suffixed(info.Text("bestDiff")),
                HardwareErrorPercent = info.Number("errorPercentage"),
                Difficulty = info.Number("poolDifficulty", "stratumDifficulty"),
            },
            Pools = Pools(info),
            Errors = errors,
            WifiSignal = info.Integer("wifiRSSI") is int rssi and < 0 ? rssi : null,
            ResetReason = info.Text("resetReason", "lastResetReason"),
        };
    }

    /// <summary>True for the fork for boards with several chips.</summary>
    public static bool IsNerdQaxe(JsonElement info) =>
        info.Text("deviceModel")?.Contains("Nerd", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>4.29G, 1.2M, 45678.</summary>
    public static double? Suffixed(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }
        string plain = text.Trim();
        int power = "KMGTPE".IndexOf(char.ToUpperInvariant(plain[^1]), StringComparison.Ordinal) + 1;
        string digits = power > 0 ? plain[..^1].Trim() : plain;
        return double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && double.IsFinite(value) && value >= 0
            ? value * Math.Pow(1000, power) : null;
    }

    private static FleetState StateOf(JsonElement info, bool fault)
    {
        double? rate = info.Number("hashRate", "hashRate_10m");
        return fault ? (info.Number("overheat_mode") is > 0 ? FleetState.Throttled : FleetState.Fault)
            : info.Flag("miningPaused") == true ? FleetState.Paused
            : rate > 0 ? FleetState.Mining
            : info.Number("uptimeSeconds") is < 60 ? FleetState.Booting
            : rate is null ? FleetState.Unknown : FleetState.Idle;
    }

    private static DeviceIdentity IdentityOf(JsonElement info, JsonElement? asic, string? mac)
    {
        string? model = info.Text("deviceModel") ?? asic?.Text("deviceModel");
        string? board = info.Text("boardVersion");
        return new DeviceIdentity
        {
            Family = model?.Contains("Nerd", StringComparison.OrdinalIgnoreCase) == true ? "NerdQAxe" : "Bitaxe",
            Firmware = model?.Contains("Nerd", StringComparison.OrdinalIgnoreCase) == true ? "ESP-Miner-NerdQAxePlus"
                : "ESP-Miner",
            Version = info.Text("version"),
            Model = model,
            Board = board,
            Chip = info.Text("ASICModel") ?? asic?.Text("ASICModel"),
            ChipCount = info.Integer("asicCount") ?? asic?.Integer("asicCount"),
            Slot = info.Text("runningPartition"),
            HostName = info.Text("hostname"),
            Mac = mac,
        };
    }

    private static List<string> Errors(JsonElement info)
    {
        List<string> errors = [];
        foreach (string key in (string[])["power_fault", "hardware_fault"])
        {
            if (info.Text(key) is { } fault && fault is not ("0" or "false" or "none"))
            {
                errors.Add($"{key}: {fault}");
            }
        }
        if (info.Number("overheat_mode") is > 0)
        {
            errors.Add("overheat_mode: it stopped because it was too hot; the mode stays until it is cleared");
        }
        return errors;
    }

    private static ChainReading[] Chains(JsonElement info, JsonElement? asic)
    {
        int? expected = info.Integer("asicCount") ?? asic?.Integer("asicCount");
        if (info.Member("hashrateMonitor")?.Member("asics") is not { } list)
        {
            return [];
        }
        List<ChipReading> chips = [];
        foreach (JsonElement chip in ((JsonElement?)list).Objects(ChipsMax))
        {
            double? rate = chip.Number("total").Times(Giga);
            chips.Add(new ChipReading(chips.Count, rate, chip.Count("errorCount", "error"), rate is not 0));
        }
        if (chips.Count == 0)
        {
            return [];
        }
        int answering = chips.Count(static chip => chip.Answers);
        ulong? errors = chips.Any(static chip => chip.Errors is not null) ? Sum(chips) : null;
        return
        [
            new ChainReading
            {
                Index = 0, Rate = info.Number("hashRate").Times(Giga), TemperatureC = info.Number("temp").Sensed(),
                ClockMhz = info.Number("actualFrequency", "frequency"),
                    Voltage = Volts(info.Number("coreVoltageActual").Positive(), 10),
                // Where none hashes, as while it is paused or begins, none is missing: it is not known.
                ChipsFound = answering > 0 ? answering : null, ChipsExpected = expected ?? chips.Count,
                HardwareErrors = errors, Chips = chips,
            },
        ];
    }

    private static ulong Sum(List<ChipReading> chips)
    {
        ulong sum = 0;
        foreach (ChipReading chip in chips)
        {
            sum = unchecked(sum + (chip.Errors ?? 0));
        }
        return sum;
    }

    private static FanReading[] Fans(JsonElement info)
    {
        if (info.Member("fans") is { ValueKind: JsonValueKind.Array } several)
        {
            return [.. ((JsonElement?)several).Objects(8).Select(
                static (fan, i) => new FanReading(
                i, fan.Number("rpm", "fanrpm"), fan.Number("speedPerc", "speed", "fanspeed")))];
        }
        List<FanReading> fans = [];
        double? duty = info.Number("fanspeed");
        if (info.Number("fanrpm") is double rpm)
        {
            fans.Add(new FanReading(0, rpm, duty));
        }
        // A board with one fan says 0 for the second, as one that stands would: only what turns is a second fan.
        if (info.Number("fan2rpm") is double second and > 0)
        {
            fans.Add(new FanReading(1, second, duty));
        }
        return [.. fans];
    }

    private static Dictionary<string, ulong> Reasons(JsonElement info)
    {
        Dictionary<string, ulong> reasons = [];
        foreach (JsonElement reason in info.Member("sharesRejectedReasons").Objects(ReasonsMax))
        {
            if (reason.Text("message") is { } message && reason.Count("count") is ulong count)
            {
                reasons[message] = count;
            }
        }
        return reasons;
    }

    private static PoolReading[] Pools(JsonElement info)
    {
        bool fallback = info.Flag("isUsingFallbackStratum") == true;
        int? primary = info.Integer("primaryPoolIndex");
        int? secondary = info.Integer("secondaryPoolIndex");
        List<PoolReading> pools = [];
        int index = -1;
        foreach (JsonElement pool in info.Member("pools").Objects(PoolsMax))
        {
            index++;
            if (Url(pool, "") is { } url)
            {
                bool active = index == (fallback ? secondary : primary);
                pools.Add(new PoolReading(
                    index, url, pool.Text("stratumUser"), null, index == primary ? 0 : index == secondary ? 1 : null,
                        active, index == secondary));
            }
        }
        if (pools.Count > 0)
        {
            return [.. pools];
        }
        if (Url(info, "") is { } first)
        {
            pools.Add(new PoolReading(0, first, info.Text("stratumUser"), null, 0, !fallback, false));
        }
        if (Url(info, "fallback") is { } second)
        {
            pools.Add(new PoolReading(1, second, info.Text("fallbackStratumUser"), null, 1, fallback, true));
        }
        return [.. pools];
    }

    private static string? Url(JsonElement from, string prefix)
    {
        string stratum = prefix.Length > 0 ? $"{prefix}Stratum" : "stratum";
        if (from.Text($"{stratum}URL") is not { } host)
        {
            return null;
        }
        host = SecretFilter.Url(host);
        bool tls = from.Number($"{stratum}TLS") is > 0 || from.Flag($"{stratum}TLS") == true;
        bool whole = host.Contains("://", StringComparison.Ordinal);
        string url = whole ? host : $"{(tls ? "stratum+tls" : "stratum+tcp")}://{host}";
        return from.Integer($"{stratum}Port") is int port ? string.Create(CultureInfo.InvariantCulture, $"{url}:{port}")
            : url;
    }

    /// <summary>Millivolts above that many volts, else volts.</summary>
    private static double? Volts(double? value, double most) => value > most ? value / 1000 : value;

    private static double? Highest(params ReadOnlySpan<double?> values)
    {
        double? highest = null;
        foreach (double? value in values)
        {
            highest = value is double given && !(given <= highest) ? given : highest;
        }
        return highest;
    }

    private static double? Average(double? one, double? other) =>
        one is double a && other is double b ? (a + b) / 2 : one ?? other;
}
