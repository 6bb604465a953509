namespace Otedama;

/// <summary>Where a value came from, weakest first.</summary>
internal enum Origin
{
    Default,
    File,
    Environment,
    Flag,
}

/// <summary>The value that counts. Place says where it stands: "otedama.yaml line 12", "OTEDAMA_LOG_LEVEL", "--fee".</summary>
internal sealed record SettingValue(Setting Setting, object Value, Origin Origin, string Place)
{
    public string Shown => Setting.Secret && Setting.Show(Value).Length > 0 ? "********" : Setting.Show(Value);
}

/// <summary>All settings, resolved: flag over environment over file over default. Immutable.</summary>
internal sealed class Configuration
{
    private readonly Dictionary<Setting, SettingValue> _values;

    public Configuration(Dictionary<Setting, SettingValue> values, string? file, IReadOnlyList<string> warnings)
    {
        _values = values;
        File = file;
        Warnings = warnings;
    }

    /// <summary>Path of the configuration file; null when none was given.</summary>
    public string? File { get; }

    /// <summary>Where a file was looked for because none was named; the first that exists is File.</summary>
    public IReadOnlyList<string> LookedFor { get; init; } = [];

    /// <summary>Sentences about settings that were given but do nothing in this version, and the like.</summary>
    public IReadOnlyList<string> Warnings { get; }

    public IEnumerable<SettingValue> Values => Settings.All.Select(setting => _values[setting]);

    /// <summary>The same with some values replaced.</summary>
    public Configuration With(IEnumerable<SettingValue> replaced)
    {
        Dictionary<Setting, SettingValue> values = new(_values);
        foreach (SettingValue value in replaced)
        {
            values[value.Setting] = value;
        }
        return new Configuration(values, File, Warnings) { LookedFor = LookedFor };
    }

    public T Get<T>(Setting<T> setting)
        where T : notnull => (T)_values[setting].Value;

    public SettingValue Of(Setting setting) => _values[setting];

    /// <summary>True when nobody asked for this value, so that the program may choose another one.</summary>
    public bool IsDefault(Setting setting) => _values[setting].Origin == Origin.Default;
}
