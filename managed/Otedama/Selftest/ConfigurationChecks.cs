using System.Text.Json;

namespace Otedama;

/// <summary>YAML, settings and JSON: each has a way to work under the JIT and not ahead of time.</summary>
internal static class ConfigurationChecks
{
    private static readonly Dictionary<string, string> s_nothing = [];

    public static IEnumerable<(string Name, Func<string?> Check)> All() =>
    [
        ("yaml reads nested values with lines", Yaml),
        ("yaml refuses malformed input", BadYaml),
        ("configuration defaults are allowed values", Defaults),
        ("configuration names a bad value", BadValue),
        ("json round trip", Json),
    ];

    private static string? Yaml()
    {
        RawMap map = ConfigurationFile.Parse("mining:\n  algorithms:\n    - name: sha256d\n      enabled: true\n", "selftest.yaml");
        return map.Entries is [{ Key.Text: "mining", Value: RawMap { Entries: [{ Value: RawList { Items.Count: 1, Line: 3 } }] } }]
            ? null
            : "the tree is not the one written";
    }

    private static string? BadYaml()
    {
        foreach (string text in new[] { "a: [1, 2", "a: b: c", "\t- x", "a: 'x", "{" })
        {
            try
            {
                ConfigurationFile.Parse(text, "selftest.yaml");
                return $"\"{text.Trim()}\" was accepted";
            }
            catch (ConfigurationException)
            {
                // Refused, as it must be.
            }
        }
        return null;
    }

    private static string? Defaults()
    {
        foreach (Setting setting in Settings.All.Where(static s => s is not Setting<IReadOnlyList<AlgorithmChoice>>))
        {
            if (setting.TryRead(new RawScalar(setting.DefaultText), out object value) is { } problem || setting.Show(value) != setting.DefaultText)
            {
                return $"{setting.Key} does not read its own default \"{setting.DefaultText}\"";
            }
        }
        return null;
    }

    private static string? BadValue()
    {
        try
        {
            ConfigurationLoader.Load(null, [new FlagValue("pool.port", "70000", "--set")], s_nothing);
            return "port 70000 was accepted";
        }
        catch (ConfigurationException e)
        {
            return e.Message.Contains("pool.port", StringComparison.Ordinal) && e.Message.Contains("65535", StringComparison.Ordinal)
                ? null
                : $"the message does not help: {e.Message}";
        }
    }

    private static string? Json()
    {
        VersionAnswer version = VersionCommand.Current();
        string text = JsonSerializer.Serialize(version, AnswerJson.Default.VersionAnswer);
        return JsonSerializer.Deserialize(text, AnswerJson.Default.VersionAnswer) == version && text.Contains("\"schema\":1", StringComparison.Ordinal)
            ? null
            : $"came back changed: {text}";
    }
}
