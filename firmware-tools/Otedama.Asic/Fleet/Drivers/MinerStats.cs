using System.Globalization;
using System.Text.Json;

namespace Otedama.Asic;

/// <summary>
/// What "stats" and "estats" of the vendors hold: numbered fields of Antminers (temp2_1, chain_acn1, chain_acs1, fan1),
/// "MM ID0" strings of Avalons. By shape; a field that is not known is left alone.
/// </summary>
internal sealed record MinerStats
{
    private const int ChainsMax = 32, ChipsMax = 1024, FansMax = 16;

    /// <summary>Celsius from which a sensor tells that it is broken.</summary>
    private const double OpenDiode = 127;

    public string? Mac { get; init; }

    public string? Type { get; init; }

    public TimeSpan? Elapsed { get; init; }

    public double? FiveSeconds { get; init; }

    public double? ThirtyMinutes { get; init; }

    public double? Average { get; init; }

    public double? Expected { get; init; }

    public double? ChipMax { get; init; }

    public double? ChipAverage { get; init; }

    public double? Board { get; init; }

    public double? Inlet { get; init; }

    public double? Watts { get; init; }

    public double? ClockMhz { get; init; }

    public double? CoreVolts { get; init; }

    public int? Chips { get; init; }

    public IReadOnlyList<FanReading> Fans { get; init; } = [];

    public IReadOnlyList<ChainReading> Chains { get; init; } = [];

    public IReadOnlyList<string> Errors { get; init; } = [];

    public static MinerStats Read(IReadOnlyList<JsonElement> stats)
    {
        MinerStats found = new();
        foreach (JsonElement one in stats)
        {
            found = found with { Type = found.Type ?? one.Text("Type"), Mac = found.Mac ?? one.Text("MAC") };
            if (AvalonStats.IsIn(one))
            {
                found = AvalonStats.Read(one, found);
            }
            else if (one.Member("chain") is { ValueKind: JsonValueKind.Array } chains)
            {
                found = AntminerWeb(one, chains, found);
            }
            else if (one.Number("fan_num", "miner_count", "temp_num") is not null
                || one.Member("chain_acn1", "chain_acs1") is not null)
            {
                found = Antminer(one, found);
            }
        }
        return found;
    }

    /// <summary>The numbered fields of the socket.</summary>
    private static MinerStats Antminer(JsonElement stats, MinerStats found)
    {
        List<ChainReading> chains = [];
        List<string> errors = [];
        double? chipMax = null, board = null;
        for (int i = 1; i <= ChainsMax; i++)
        {
            double? chip = Highest(stats, $"temp2_{i}", $"temp_chip{i}");
            double? pcb = Highest(stats, $"temp{i}", $"temp_pcb{i}");
            string? marks = stats.Text($"chain_acs{i}");
            double? rate = stats.Number($"chain_rate{i}").Times(1e9);
            bool works = stats.Integer($"chain_acn{i}") is not (null or 0) || marks is not null
                || rate is not (null or 0);
            if (!works && !(stats.Count($"chain_hw{i}") > 0 || chip is not null || pcb is not null))
            {
                continue; // no board in that slot
            }
            chipMax = Max(chipMax, chip);
            board = Max(board, pcb);
            chains.Add(Chain(stats, i, chip ?? pcb, rate, Marks(marks)));
        }
        int? whole = chains.Max(static chain => chain.ChipsExpected ?? chain.ChipsFound);
        for (int i = 0; i < chains.Count; i++)
        {
            if (chains[i].ChipsFound is null or 0)
            {
                chains[i] = chains[i] with { ChipsFound = 0, ChipsExpected = whole > 0 ? whole : null };
                errors.Add(Said($"chain {chains[i].Index}: none of its chips answers"));
            }
            if (chains[i].TemperatureC >= OpenDiode)
            {
                errors.Add(Said(
                    $"chain {chains[i].Index}: sensor fault: {chains[i].TemperatureC} C is an open diode, no heat"));
            }
        }
        if (stats.Integer("miner_count") is int count && count > chains.Count && count <= ChainsMax)
        {
            errors.Add(Said($"{count - chains.Count} of {count} chains are not in its reply"));
        }
        List<FanReading> fans = NumberedFans(stats);
        return found with
        {
            Chains = chains,
            Fans = fans,
            Errors = errors,
            ChipMax = Max(found.ChipMax, chipMax),
            Board = Max(found.Board, board),
            FiveSeconds = CgminerReader.Rate(stats, "5s"),
            Average = CgminerReader.Rate(stats, "av"),
            ThirtyMinutes = stats.Number("rate_30m").Positive().Times(1e9),
            Expected = stats.Number("total_rateideal", "rate_ideal").Positive().Times(1e9),
            ClockMhz = stats.Number("frequency", "total_freqavg").Positive(),
            Chips = stats.Integer("total_acn"),
            Elapsed = stats.Number("Elapsed") is double up and >= 0 and < 1e10 ? TimeSpan.FromSeconds(up) : null,
            Watts = stats.Number("chain_power", "Power", "power").Positive(),
        };
    }

    private static ChainReading Chain(
        JsonElement stats, int number, double? temperature, double? rate, ChipReading[] chips) => new()
        {
            Index = number - 1,
            Rate = rate,
            TemperatureC = temperature,
            ClockMhz = stats.Number($"freq{number}", $"freq_avg{number}", "frequency").Positive(),
            ChipsFound = chips.Length > 0 ? chips.Count(static one => one.Answers)
                : stats.Integer($"chain_acn{number}"),
            ChipsExpected = chips.Length > 0 ? chips.Length : null,
            HardwareErrors = stats.Count($"chain_hw{number}"),
            Chips = chips,
        };

    /// <summary>
    /// Those that turn, and as many that stand as fan_num says there are besides: unused numbers stand at 0 too, and an
    /// S9's two fans are numbers 3 and 6.
    /// </summary>
    private static List<FanReading> NumberedFans(JsonElement stats)
    {
        double?[] speeds = [.. Enumerable.Range(1, FansMax).Select(i => stats.Number($"fan{i}"))];
        int standing = (stats.Integer("fan_num") ?? 0) - speeds.Count(static rpm => rpm > 0);
        double? duty = stats.Number("fan_pwm");
        List<FanReading> fans = [];
        for (int i = 0; i < FansMax; i++)
        {
            if (speeds[i] is double rpm && (rpm > 0 || standing-- > 0))
            {
                fans.Add(new FanReading(i, rpm, duty));
            }
        }
        return fans;
    }

    private static string Said(FormattableString words) => FormattableString.Invariant(words);

    /// <summary>/cgi-bin/stats.cgi: chains as objects, rates in the unit rate_unit names.</summary>
    private static MinerStats AntminerWeb(JsonElement stats, JsonElement chains, MinerStats found)
    {
        double unit = Unit(stats.Text("rate_unit"));
        List<ChainReading> boards = [];
        double? chipMax = null, pcbMax = null;
        foreach (JsonElement chain in ((JsonElement?)chains).Objects(ChainsMax))
        {
            ChipReading[] chips = Marks(chain.Text("asic"));
            double? chip = Highest(chain.Member("temp_chip")), pcb = Highest(chain.Member("temp_pcb"));
            chipMax = Max(chipMax, chip);
            pcbMax = Max(pcbMax, pcb);
            boards.Add(new ChainReading
            {
                Index = chain.Integer("index") ?? boards.Count,
                Rate = chain.Number("rate_real").Times(unit),
                TemperatureC = chip ?? pcb,
                ClockMhz = chain.Number("freq_avg").Positive(),
                ChipsFound = chips.Length > 0 ? chips.Count(static one => one.Answers) : chain.Integer("asic_num"),
                ChipsExpected = chain.Integer("asic_num"),
                HardwareErrors = chain.Count("hw"),
                Chips = chips,
            });
        }
        FanReading[] fans = stats.Member("fan") is { ValueKind: JsonValueKind.Array } list
            ? [.. list.EnumerateArray().Take(FansMax).Select(static (fan, i) => new FanReading(i, fan.Number(), null))]
                : [];
        return found with
        {
            Chains = boards,
            Fans = fans,
            ChipMax = Max(found.ChipMax, chipMax),
            Board = Max(found.Board, pcbMax),
            FiveSeconds = stats.Number("rate_5s").Times(unit),
            ThirtyMinutes = stats.Number("rate_30m").Times(unit),
            Average = stats.Number("rate_avg").Times(unit),
            Expected = stats.Number("rate_ideal").Positive().Times(unit),
            Elapsed = stats.Number("elapsed") is double up and >= 0 and < 1e10 ? TimeSpan.FromSeconds(up) : null,
        };
    }

    /// <summary>GH/s, MH/s and so on; where nothing is said it is GH/s.</summary>
    internal static double Unit(string? unit) => Known(unit) ?? 1e9;

    /// <summary>
    /// The unit of a figure: what a text says behind it ("13.5 TH") counts before the name of its field; null = it says
    /// something that is no unit.
    /// </summary>
    internal static double? UnitBehind(JsonElement member, double byName)
    {
        string text = member.ValueKind == JsonValueKind.String ? member.GetString()!.Trim() : "";
        int space = text.IndexOf(' ', StringComparison.Ordinal);
        return space < 0 ? byName : Known(text[space..]);
    }

    private static double? Known(string? unit) => unit?.Trim().ToUpperInvariant() switch
    {
        "H/S" or "H" => 1,
        "KH/S" or "KSOL/S" or "KH" => 1e3,
        "MH/S" or "M" or "MH" => 1e6,
        "GH/S" or "G" or "GH" => 1e9,
        "TH/S" or "T" or "TH" => 1e12,
        "PH/S" or "P" or "PH" => 1e15,
        _ => null,
    };

    /// <summary>"oooo xoo": o answers, x and - do not; spaces group.</summary>
    internal static ChipReading[] Marks(string? marks)
    {
        List<ChipReading> chips = [];
        foreach (char mark in marks ?? "")
        {
            if (chips.Count < ChipsMax && mark is 'o' or 'O' or 'x' or 'X' or '-' or 'B')
            {
                chips.Add(new ChipReading(chips.Count, null, null, mark is 'o' or 'O'));
            }
        }
        return [.. chips];
    }

    internal static double? Max(double? one, double? other) =>
        one is double a && other is double b ? Math.Max(a, b) : one ?? other;

    /// <summary>A figure, or several with dashes between: 45-46-60-61.</summary>
    private static double? Highest(JsonElement stats, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (stats.Number(name).Positive() is double value)
            {
                return value;
            }
            if (stats.Text(name) is { } text && text.Contains('-', StringComparison.Ordinal))
            {
                double? highest = null;
                foreach (string part in text.Split('-', StringSplitOptions.RemoveEmptyEntries))
                {
                    highest = double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double one)
                        && one > 0 ? Max(highest, one) : highest;
                }
                if (highest is not null)
                {
                    return highest;
                }
            }
        }
        return null;
    }

    private static double? Highest(JsonElement? list)
    {
        double? highest = null;
        foreach (JsonElement one in list is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray().Take(32)
            : [])
        {
            highest = Max(highest, one.Number().Positive());
        }
        return highest;
    }
}
