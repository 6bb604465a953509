using System.Text.Json;

namespace Otedama.Asic;

/// <summary>
/// Whatsminers in the normal form: version 2 on top of the cgminer fields, version 3 on its own. Pure.
/// </summary>
public static class WhatsminerReader
{
    private const int ErrorsMax = 32, BoardsMax = 16, PoolsMax = 8;

    public static FleetReading ReadV2(IReadOnlyDictionary<string, CgminerReply> replies, ReadingFrame frame)
    {
        FleetReading reading = CgminerReader.Read(replies, frame);
        JsonElement? summary = CgminerReader.First(replies, "summary", "SUMMARY");
        JsonElement? info = Message(replies, "get_miner_info"), version = Message(replies, "get_version"),
            status = Message(replies, "status"), supply = Message(replies, "get_psu");
        string? mac = ReplyValues.Mac(info?.Text("mac") ?? summary?.Text("MAC")) ?? reading.Identity.Mac;
        bool off = status?.Flag("mineroff", "btmineroff") == true;
        return reading with
        {
            Id = mac ?? reading.Id,
            State = off ? FleetState.Paused : reading.State,
            Identity = reading.Identity with
            {
                Family = "Whatsminer",
                Firmware = "stock",
                Mac = mac,
                Version = version?.Text("fw_ver") ?? status?.Text("FirmwareVersion", "Firmware Version")
                    ?? summary?.Text("Firmware Version")?.Trim('\'', '"', ' ') ?? reading.Identity.Version,
                Model = info?.Text("minertype", "type")
                    ?? CgminerReader.First(replies, "devdetails", "DEVDETAILS")?.Text("Model")
                    ?? reading.Identity.Model,
                Board = version?.Text("platform"),
                Chip = version?.Text("chip"),
                HostName = info?.Text("hostname"),
            },
            Temperatures = reading.Temperatures with
            {
                ChipMax = CgminerReader.Highest(
                    [summary?.Number("Chip Temp Max").Positive(), reading.Temperatures.ChipMax,
                        .. reading.Chains.Select(static chain => chain.TemperatureC)]),
                ChipAverage = summary?.Number("Chip Temp Avg").Positive(),
                Board = summary?.Number("Temperature").Positive(),
                Inlet = summary?.Number("Env Temp"),
            },
            Fans = [.. Fans(summary, "Fan Speed In", "Fan Speed Out")],
            Power = reading.Power with
            {
                Watts = summary?.Number("Power_RT", "Power").Positive() ?? supply?.Number("pin").Positive(),
                // Hundredths of a volt; a mains of 100 to 600 V is told in volts by some.
                InputVolts = supply?.Number("vin").Positive() is double volts
                    ? volts > 1000 ? volts / 100 : volts : null,
                ClockMhz = summary?.Number("freq_avg").Positive(),
                CoreVolts = summary?.Number("Voltage").Positive().Times(0.01),
            },
            Rates = reading.Rates with { FiveSeconds = reading.Rates.FiveSeconds ?? CgminerReader.Rate(summary, "RT") },
            Errors = [.. Codes(summary).Concat(Errors(Message(replies, "get_error_code")?.Member("error_code")))
                .Concat(reading.Errors).Take(ErrorsMax)],
        };
    }

    /// <summary>What its clock showed; replies of version 3 carry it.</summary>
    public static DateTimeOffset? TimeOf(JsonElement reply) =>
        reply.Number("when") is double when && when is > 0 and < 4e9
            ? DateTimeOffset.FromUnixTimeSeconds((long)when) : null;

    /// <param name="device">Msg of get.device.info.</param>
    /// <param name="status">Msg of get.miner.status with summary, pools and edevs.</param>
    public static FleetReading ReadV3(JsonElement? device, JsonElement? status, ReadingFrame frame, int repairs)
    {
        JsonElement? miner = device?.Member("miner"), system = device?.Member("system"),
            network = device?.Member("network"), power = device?.Member("power");
        JsonElement? summary = status?.Member("summary");
        string? mac = ReplyValues.Mac(network?.Text("mac"));
        double? rate = summary?.Number("hash-realtime").Times(1e12);
        List<string> errors = Errors(device?.Member("error-code"));
        return frame.Begin(mac, repairs) with
        {
            State = miner?.Flag("working") == false ? FleetState.Paused
                : rate > 0 ? FleetState.Mining
                : summary?.Number("up-freq-finish") is 0 ? FleetState.Booting
                : rate is null ? FleetState.Unknown : FleetState.Idle,
            Identity = new DeviceIdentity
            {
                Family = "Whatsminer",
                Firmware = "stock",
                Version = system?.Text("fwversion"),
                Model = miner?.Text("type"),
                Board = system?.Text("control-board-version", "platform"),
                Chip = miner?.Text("chipdata0"),
                HostName = network?.Text("hostname"),
                Mac = mac,
            },
            Uptime = summary?.Number("bootup-time", "elapsed") is double up and >= 0 and < 1e10
                ? TimeSpan.FromSeconds(up) : null,
            Rates = new FleetRates
            {
                FiveSeconds = rate,
                OneMinute = summary?.Number("hash-1min").Times(1e12),
                FifteenMinutes = summary?.Number("hash-15min").Times(1e12),
                Average = summary?.Number("hash-average").Times(1e12),
                Expected = summary?.Number("factory-hash").Positive().Times(1e12),
            },
            Chains = [.. (status?.Member("edevs")).Objects(BoardsMax).Select(static (board, i) => new ChainReading
            {
                Index = board.Integer("slot", "id") ?? i, Rate = board.Number("hash-average").Times(1e12),
                    TemperatureC = board.Number("chip-temp-max", "temperature").Positive(),
                ClockMhz = board.Number("freq").Positive(), ChipsFound = board.Integer("effective-chips"),
            })],
            Temperatures = new FleetTemperatures
            {
                ChipMax = CgminerReader.Highest(
                    [summary?.Number("chip-temp-max").Positive(), .. (status?.Member("edevs")).Objects(
                        BoardsMax).Select(static board => board.Number("chip-temp-max").Positive())]),
                ChipAverage = summary?.Number("chip-temp-avg").Positive(),
                Board = CgminerReader.Highest(Numbers(summary?.Member("board-temperature"))),
                Inlet = summary?.Number("environment-temperature"),
            },
            Fans = [.. Fans(summary, "fan-speed-in", "fan-speed-out")],
            Power = new FleetPower
            {
                Watts = summary?.Number("power-realtime").Positive() ?? power?.Number("pin").Positive(),
                InputVolts = power?.Number("vin").Positive(),
                CoreVolts = power?.Number("vout").Positive().Times(0.01),
                ClockMhz = summary?.Number("freq-avg").Positive(),
            },
            Pools = PoolsV3(status),
            Errors = errors,
        };
    }

    public static PoolReading[] PoolsV3(JsonElement? status)
    {
        List<PoolReading> pools = [];
        foreach (JsonElement pool in (status?.Member("pools")).Objects(PoolsMax))
        {
            if (pool.Text("url") is { } url)
            {
                pools.Add(new PoolReading(
                    pool.Integer("id") is int id and > 0 ? id - 1 : pools.Count, SecretFilter.Url(url),
                        pool.Text("account"), pool.Text("status"), pools.Count,
                    pool.Flag("stratum-active"), pools.Count > 0));
            }
        }
        return [.. pools];
    }

    private static JsonElement? Message(IReadOnlyDictionary<string, CgminerReply> replies, string command) =>
        replies.TryGetValue(command, out CgminerReply? reply)
            && reply.Root?.Member("Msg") is { ValueKind: JsonValueKind.Object } message ? message : null;

    private static IEnumerable<FanReading> Fans(JsonElement? summary, params string[] names)
    {
        for (int i = 0; i < names.Length; i++)
        {
            if (summary?.Number(names[i]) is double rpm)
            {
                yield return new FanReading(i, rpm, null);
            }
        }
    }

    private static IEnumerable<double?> Numbers(JsonElement? list)
    {
        foreach (JsonElement one in list is { ValueKind: JsonValueKind.Array } array
            ? array.EnumerateArray().Take(BoardsMax) : [])
        {
            yield return one.Number().Positive();
        }
    }

    private static IEnumerable<string> Codes(JsonElement? summary)
    {
        for (int i = 0; i < ErrorsMax; i++)
        {
            if (summary?.Text($"Error Code {i}") is { } code)
            {
                yield return $"error {code}";
            }
        }
    }

    /// <summary>[{"531":"2025-03-12 14:52:35","reason":"Slot1 not found."}], or ["531"].</summary>
    private static List<string> Errors(JsonElement? codes)
    {
        List<string> errors = [];
        foreach (JsonElement one in codes is { ValueKind: JsonValueKind.Array } list
            ? list.EnumerateArray().Take(ErrorsMax) : [])
        {
            if (one.Text() is { } code)
            {
                errors.Add($"error {ReplyWords.Short(code)}");
            }
        }
        foreach (JsonElement one in codes.Objects(ErrorsMax))
        {
            string? reason = one.Text("reason");
            foreach (JsonProperty property in one.EnumerateObject().Take(8))
            {
                if (property.Name != "reason" && errors.Count < ErrorsMax)
                {
                    string more = reason is null ? "" : $": {ReplyWords.Short(reason)}";
                    errors.Add($"error {ReplyWords.Short(property.Name)}{more}");
                }
            }
        }
        return errors;
    }
}
