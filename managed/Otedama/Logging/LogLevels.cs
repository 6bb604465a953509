using Microsoft.Extensions.Logging;

namespace Otedama;

/// <summary>
/// The least level written per category. Rules such as "wire.stratum=trace" match categories from the left, without case
/// and without the leading "Otedama."; the longest match wins.
/// </summary>
internal sealed class LogLevels(LogLevel general, IReadOnlyList<KeyValuePair<string, LogLevel>> rules)
{
    private const string House = "Otedama.";

    public LogLevel For(string category)
    {
        string name = Short(category);
        LogLevel level = name.StartsWith("Microsoft.", StringComparison.Ordinal) && general < LogLevel.Warning ? LogLevel.Warning : general;
        int longest = -1;
        foreach ((string prefix, LogLevel ruled) in rules)
        {
            if (prefix.Length > longest && name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                (level, longest) = (ruled, prefix.Length);
            }
        }
        return level;
    }

    /// <summary>The category as people see it: lower case, without the house's name.</summary>
    public static string Short(string category) =>
        category.StartsWith(House, StringComparison.Ordinal) ? category[House.Length..] : category;

    /// <summary>Reads the setting log.level and the variable OTEDAMA_LOG. Throws ConfigurationException.</summary>
    public static LogLevels Parse(string general, string? rules)
    {
        List<KeyValuePair<string, LogLevel>> parsed = [];
        foreach (string rule in (rules ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] parts = rule.Split('=', 2);
            if (parts.Length != 2 || !TryLevel(parts[1], out LogLevel level))
            {
                throw new ConfigurationException(
                    $"OTEDAMA_LOG: \"{SettingTypes.Shorten(rule)}\" is not of the form part=level. Allowed levels: trace, debug, info, warn, error, none.");
            }
            parsed.Add(new(parts[0], level));
        }
        _ = TryLevel(general, out LogLevel generalLevel);
        return new LogLevels(generalLevel, parsed);
    }

    private static bool TryLevel(string text, out LogLevel level)
    {
        LogLevel? found = text.ToLowerInvariant() switch
        {
            "trace" => LogLevel.Trace,
            "debug" => LogLevel.Debug,
            "info" => LogLevel.Information,
            "warn" or "warning" => LogLevel.Warning,
            "error" => LogLevel.Error,
            "none" or "off" => LogLevel.None,
            _ => null,
        };
        level = found ?? LogLevel.Information;
        return found is not null;
    }
}
