using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama;

/// <summary>
/// The least level written per category. A rule such as "pool=debug" speaks of that category and of those below it
/// (pool.stratum); the longest matching one wins.
/// </summary>
internal sealed class LogLevels(LogLevel general, IReadOnlyList<KeyValuePair<string, LogLevel>> rules)
{
    private const string Levels = "trace, debug, info, warn, error, none";

    public LogLevel For(string category)
    {
        string name = Name(category);
        bool foreign = name != category;
        LogLevel level = foreign && general < LogLevel.Warning ? LogLevel.Warning : general;
        int longest = -1;
        foreach ((string part, LogLevel ruled) in rules)
        {
            if (part.Length > longest && LogCategory.IsWithin(name, part))
            {
                (level, longest) = (ruled, part.Length);
            }
        }
        return level;
    }

    /// <summary>The name written and matched: ours as it is; what the web server below us logs is wire.http.</summary>
    public static string Name(string category) =>
        category.StartsWith("Microsoft.", StringComparison.Ordinal) ? LogCategory.WireHttp : category;

    /// <summary>Reads the setting log.level and the variable OTEDAMA_LOG. Throws ConfigurationException.</summary>
    public static LogLevels Parse(string general, string? rules)
    {
        List<KeyValuePair<string, LogLevel>> parsed = [];
        foreach (string rule in (rules ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] parts = rule.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts.Length != 2 || !TryLevel(parts[1], out LogLevel level))
            {
                throw new ConfigurationException($"OTEDAMA_LOG: \"{SettingTypes.Shorten(rule)}\" is not of the form part=level. Allowed levels: {Levels}.");
            }
            string part = parts[0].ToLowerInvariant();
            if (!LogCategory.All.Any(category => LogCategory.IsWithin(category, part)))
            {
                string hint = Nearest.Find(part, LogCategory.All) is { } near ? $"; did you mean {near}?" : ".";
                throw new ConfigurationException($"OTEDAMA_LOG: there is no part \"{SettingTypes.Shorten(part)}\"{hint}"
                    + $" Parts: {string.Join(", ", LogCategory.All)}; a beginning such as pool means all below it.");
            }
            parsed.Add(new(part, level));
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
