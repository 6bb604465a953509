using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Otedama.Asic;

/// <summary>
/// "MM ID0" of an Avalon's stats: words of Key[value] one after the other, values with spaces, brackets in values
/// balanced.
/// Read with a scanner of brackets. Pure, linear, never throws.
/// </summary>
public static class AvalonStats
{
    /// <summary>Real ones have about 120.</summary>
    private const int ItemsMax = 512;
    private const int ModulesMax = 16;

    /// <summary>The items in order; of a key that comes twice the first counts.</summary>
    public static IReadOnlyDictionary<string, string> Scan(string text)
    {
        Dictionary<string, string> items = [];
        int at = 0;
        while (at < text.Length && items.Count < ItemsMax)
        {
            int open = text.IndexOf('[', at);
            if (open < 0)
            {
                break;
            }
            string key = text[at..open].Trim();
            int depth = 0, end = open;
            for (; end < text.Length; end++)
            {
                depth += text[end] == '[' ? 1 : text[end] == ']' ? -1 : 0;
                if (depth == 0)
                {
                    break;
                }
            }
            if (depth != 0)
            {
                break; // it breaks off: what was whole is kept
            }
            // A key is the last word before its bracket; what stands before that belongs to nothing.
            int space = key.LastIndexOf(' ');
            key = space >= 0 ? key[(space + 1)..] : key;
            if (key.Length > 0)
            {
                items.TryAdd(key, text[(open + 1)..end]);
            }
            at = end + 1;
        }
        return items;
    }

    /// <summary>Which string breaks off inside a bracket; null = none.</summary>
    internal static string? Broken(JsonElement stats)
    {
        for (int module = 0; module < ModulesMax; module++)
        {
            string name = $"MM ID{module}";
            if ((stats.Member(name) ?? stats.Member($"{name}:Summary")) is { ValueKind: JsonValueKind.String } member
                && member.GetString()! is { } text && text.AsSpan().Count('[') > text.AsSpan().Count(']'))
            {
                return $"{name} breaks off inside a bracket";
            }
        }
        return null;
    }

    internal static bool IsIn(JsonElement stats) =>
        stats.Member("MM ID0", "MM ID1", "MM ID0:Summary") is { ValueKind: JsonValueKind.String };

    internal static MinerStats Read(JsonElement stats, MinerStats found)
    {
        List<ChainReading> chains = [];
        List<FanReading> fans = [];
        List<string> errors = [];
        MinerStats result = found;
        for (int module = 0; module < ModulesMax; module++)
        {
            if ((stats.Member($"MM ID{module}") ?? stats.Member($"MM ID{module}:Summary")) is not
                {
                    ValueKind: JsonValueKind.String
                } member)
            {
                continue;
            }
            IReadOnlyDictionary<string, string> items = Scan(member.GetString() ?? "");
            double? duty = Number(items, "FanR"), chip = Number(items, "TMax"),
                rate = (Number(items, "GHSmm") ?? Number(items, "GHSspd")).Times(1e9);
            for (int i = 1; i <= 8; i++)
            {
                if (Number(items, $"Fan{i}") is double rpm)
                {
                    fans.Add(new FanReading(fans.Count, rpm, duty));
                }
            }
            AddChains(chains, items, rate, chip);
            foreach (string key in (ReadOnlySpan<string>)["ECHU", "ECMM", "SoftOFF"])
            {
                if (items.TryGetValue(key, out string? code) && code.Any(static c => c is >= '1' and <= '9'))
                {
                    errors.Add($"{key}[{ReplyWords.Short(code)}]");
                }
            }
            result = result with
            {
                ChipMax = MinerStats.Max(result.ChipMax, chip),
                ChipAverage = Number(items, "TAvg") ?? result.ChipAverage,
                Inlet = Number(items, "Temp", "ITemp") ?? result.Inlet,
                FiveSeconds = Add(result.FiveSeconds, rate),
                Average = Add(result.Average, Number(items, "GHSavg").Times(1e9)),
                ClockMhz = Number(items, "Freq") ?? result.ClockMhz,
                Watts = Add(result.Watts, Watts(items)),
                Elapsed = Number(items, "Elapsed") is double up and >= 0 and < 1e10 ? TimeSpan.FromSeconds(up)
                    : result.Elapsed,
                Type = result.Type ?? (items.TryGetValue("Ver", out string? ver) ? Model(ver) : null),
            };
        }
        if (Broken(stats) is { } broken)
        {
            errors.Add(broken);
        }
        return result with { Chains = chains, Fans = fans, Errors = errors };
    }

    /// <summary>A board per figure of MTmax and MGHS.</summary>
    private static void AddChains(
        List<ChainReading> chains, IReadOnlyDictionary<string, string> items, double? rate, double? chip)
    {
        double[] rates = Numbers(items, "MGHS"), hottest = Numbers(items, "MTmax");
        double? clock = Number(items, "Freq");
        if (rates.Length == 0 && hottest.Length == 0)
        {
            chains.Add(new ChainReading { Index = chains.Count, Rate = rate, TemperatureC = chip, ClockMhz = clock });
            return;
        }
        for (int i = 0; i < Math.Max(rates.Length, hottest.Length) && chains.Count < 32; i++)
        {
            chains.Add(new ChainReading
            {
                Index = chains.Count,
                Rate = i < rates.Length ? rates[i] * 1e9 : null,
                TemperatureC = i < hottest.Length && hottest[i] is > -200 and not -1 ? hottest[i] : null,
                ClockMhz = clock,
            });
        }
    }

    /// <summary>PS[...]: seven figures, the fifth is the power drawn in watts; before that an error code.</summary>
    private static double? Watts(IReadOnlyDictionary<string, string> items)
    {
        double[] supply = Numbers(items, "PS");
        return supply.Length >= 5 && supply[4] is > 0 and < 20_000 ? supply[4] : null;
    }

    /// <summary>1246-83-21042001_... begins with the model.</summary>
    private static string Model(string version) => $"Avalon {version.Split('-')[0]}";

    private static double? Add(double? one, double? other) =>
        one is double a && other is double b ? a + b : one ?? other;

    private static double? Number(IReadOnlyDictionary<string, string> items, params ReadOnlySpan<string> keys)
    {
        foreach (string key in keys)
        {
            if (items.TryGetValue(key, out string? text)
                && double.TryParse(text.Trim().TrimEnd('%', 'C'), NumberStyles.Float, CultureInfo.InvariantCulture,
                    out double value)
                && double.IsFinite(value) && value > -200)
            {
                return value;
            }
        }
        return null;
    }

    private static double[] Numbers(IReadOnlyDictionary<string, string> items, string key)
    {
        List<double> numbers = [];
        foreach (string word in items.TryGetValue(key, out string? text)
            ? text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(64) : [])
        {
            if (double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                && double.IsFinite(value))
            {
                numbers.Add(value);
            }
        }
        return [.. numbers];
    }
}
