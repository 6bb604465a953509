namespace Otedama;

/// <summary>Where a value came from, weakest first.</summary>
internal enum Origin
{
    Default,
    File,
    Environment,
    Flag,
}

/// <summary>
/// The value that counts. Place says where it stands: "otedama.yaml line 12", "OTEDAMA_LOG_LEVEL", "--fee".
/// </summary>
internal sealed record SettingValue(Setting Setting, object Value, Origin Origin, string Place)
{
    public string Shown => Setting.Secret && Setting.Show(Value).Length > 0 ? "********" : Setting.Show(Value);
}

/// <summary>
/// All settings, resolved: flag over environment over file over default. Immutable. Also one entry of rigs or pools:
/// its own values over those of the whole.
/// </summary>
internal sealed class Configuration
{
    /// <summary>Name of the only rig or pool where no list gives names.</summary>
    public const string Main = "main";

    private readonly Dictionary<Setting, SettingValue> _values;
    private readonly KeySpace _keys;
    private readonly IReadOnlyList<Configuration> _rigs = [];
    private readonly IReadOnlyList<Configuration> _pools = [];

    public Configuration(Dictionary<Setting, SettingValue> values, string? file, IReadOnlyList<string> warnings)
    {
        (_values, _keys) = (values, KeySpace.Top);
        File = file;
        Warnings = warnings;
    }

    private Configuration(Configuration other, IEnumerable<SettingValue> replaced, KeySpace keys)
    {
        _values = new Dictionary<Setting, SettingValue>(other._values);
        foreach (SettingValue value in replaced)
        {
            _values[value.Setting] = value;
        }
        (_keys, Name, Own, File, Warnings, LookedFor) =
            (keys, other.Name, other.Own, other.File, other.Warnings, other.LookedFor);
        (_rigs, _pools) = (other._rigs, other._pools);
    }

    /// <summary>Path of the configuration file; null when none was given.</summary>
    public string? File { get; }

    /// <summary>Where a file was looked for because none was named; the first that exists is File.</summary>
    public IReadOnlyList<string> LookedFor { get; init; } = [];

    /// <summary>Sentences about settings that were given but do nothing in this version, and the like.</summary>
    public IReadOnlyList<string> Warnings { get; }

    public IEnumerable<SettingValue> Values => Settings.All.Select(setting => _values[setting]);

    /// <summary>The rigs, each with its own values; one named main where no list is given.</summary>
    public IReadOnlyList<Configuration> Rigs
    {
        get => _rigs.Count > 0 ? _rigs : [this];
        init => _rigs = value;
    }

    /// <summary>The pools, each with its own values; one named main where no list is given.</summary>
    public IReadOnlyList<Configuration> Pools
    {
        get => _pools.Count > 0 ? _pools : [this];
        init => _pools = value;
    }

    /// <summary>Name of the entry this is.</summary>
    public string Name { get; private init; } = Main;

    /// <summary>What the entry says itself; empty where this is no entry.</summary>
    public IReadOnlyList<SettingValue> Own { get; private init; } = [];

    /// <summary>True for an entry of rigs or pools.</summary>
    public bool IsEntry => _keys != KeySpace.Top;

    /// <summary>The same with some values replaced.</summary>
    public Configuration With(IEnumerable<SettingValue> replaced) => new(this, replaced, _keys);

    /// <summary>The same with other entries in its lists.</summary>
    public Configuration WithEntries(IReadOnlyList<Configuration> rigs, IReadOnlyList<Configuration> pools) =>
        new(this, [], _keys) { Rigs = rigs, Pools = pools };

    /// <summary>An entry of a list: its own values, and these for all else.</summary>
    public Configuration Entry(KeySpace keys, string name, IReadOnlyList<SettingValue> own) =>
        new(this, own, keys) { Name = name, Own = own, Rigs = [], Pools = [] };

    public T Get<T>(Setting<T> setting)
        where T : notnull => (T)_values[setting].Value;

    public SettingValue Of(Setting setting) => _values[setting];

    /// <summary>The key as messages name it: mining.wallet, or rigs.NAME.wallet in an entry.</summary>
    public string KeyOf(Setting setting) =>
        IsEntry && _keys.Holds(setting) ? $"{_keys.List}.{Name}.{_keys.KeyOf(setting)}" : setting.Key;

    /// <summary>True when nobody asked for this value, so that the program may choose another one.</summary>
    public bool IsDefault(Setting setting) => _values[setting].Origin == Origin.Default;
}
