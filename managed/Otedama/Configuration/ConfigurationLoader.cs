namespace Otedama;

/// <summary>A value given on the command line for a setting; Name is the flag as the user typed it.</summary>
internal sealed record FlagValue(string Key, string Text, string Name);

/// <summary>
/// Resolves every setting: flag over environment over file over default. Reports all problems at once.
/// </summary>
internal sealed class ConfigurationLoader
{
    /// <summary>Variables that are not settings but ours.</summary>
    private static readonly string[] s_otherVariables =
        ["OTEDAMA_LOG", "OTEDAMA_CPU", "OTEDAMA_GPU", "OTEDAMA_RUN_DIR", "OTEDAMA_SYSFS", "OTEDAMA_PRESET"];

    private readonly Dictionary<Setting, SettingValue> _values =
        Settings.All.ToDictionary(static s => s, static s => new SettingValue(s, s.Default, Origin.Default, "default"));

    private readonly EntryList _rigs = new(KeySpace.Rig);
    private readonly EntryList _pools = new(KeySpace.Pool);
    private readonly SettingReading _reading;

    private ConfigurationLoader(string? file) => _reading = new SettingReading(
        Path.GetFileName(file) ?? "", file is null ? "" : Path.GetDirectoryName(Path.GetFullPath(file)) ?? "/");

    /// <summary>Throws ConfigurationException.</summary>
    public static Configuration Load(
        string? file,
        IReadOnlyList<FlagValue> flags,
        IReadOnlyDictionary<string, string> environment,
        IReadOnlyList<string>? lookedFor = null)
    {
        // says what is wrong with the path, too
        RawMap content = file is null ? new RawMap([], 0) : ConfigurationFile.Read(file);
        ConfigurationLoader loader = new(file);
        loader.ApplyFile(content);
        loader.ApplyEnvironment(environment);
        loader.ApplyFlags(flags);
        return loader.Finish(file, lookedFor ?? []);
    }

    private Configuration Finish(string? file, IReadOnlyList<string> lookedFor)
    {
        Configuration whole = new(_values, file, _reading.Warnings) { LookedFor = lookedFor };
        whole = whole.WithEntries(_rigs.Over(whole, _reading), _pools.Over(whole, _reading));
        if (_reading.Problems.Count > 0)
        {
            throw new ConfigurationException(_reading.Problems);
        }
        WarnOfLater(whole, whole.Values);
        foreach (Configuration entry in whole.Rigs.Concat(whole.Pools).Where(static entry => entry.IsEntry))
        {
            WarnOfLater(entry, entry.Own);
        }
        return whole;
    }

    private void WarnOfLater(Configuration configuration, IEnumerable<SettingValue> values)
    {
        foreach (SettingValue value in values)
        {
            if (value.Setting.NotYet is { } sentence && value.Setting.Show(value.Value) != value.Setting.DefaultText)
            {
                _reading.Warnings.Add(
                    $"{configuration.KeyOf(value.Setting)}: {value.Shown} ({value.Place}): {sentence}.");
            }
        }
    }

    private void ApplyFile(RawMap map)
    {
        foreach ((RawScalar key, RawValue raw) in map.Entries)
        {
            (key.Text == _rigs.Name ? _rigs : key.Text == _pools.Name ? _pools : null)?.Read(raw, _reading);
        }
        RawMap rest = new(
            [.. map.Entries.Where(pair => pair.Key.Text != _rigs.Name && pair.Key.Text != _pools.Name)], map.Line);
        _reading.ApplyMap(KeySpace.Top, rest, "", _values);
    }

    private void ApplyEnvironment(IReadOnlyDictionary<string, string> environment)
    {
        foreach (Setting setting in Settings.All)
        {
            if (environment.TryGetValue(setting.Environment, out string? text) && text.Length > 0)
            {
                _reading.Apply(setting, setting.Key, new RawScalar(text), Origin.Environment, setting.Environment,
                    _values);
            }
        }
        string[] known = [.. Settings.All.Select(static s => s.Environment), .. s_otherVariables];
        foreach (string name in environment.Keys.Where(
            n => n.StartsWith("OTEDAMA_", StringComparison.Ordinal) && !known.Contains(n)).Order())
        {
            _reading.Warnings.Add($"{name} is set in the environment but is no setting{Nearest.Suggest(name, known)}");
        }
    }

    private void ApplyFlags(IReadOnlyList<FlagValue> flags)
    {
        foreach (FlagValue flag in flags)
        {
            if (Settings.Find(flag.Key) is { } setting)
            {
                _reading.Apply(setting, setting.Key, new RawScalar(flag.Text), Origin.Flag, flag.Name, _values);
            }
            else if (!_rigs.TryFlag(flag, _reading) && !_pools.TryFlag(flag, _reading))
            {
                string hint = Nearest.Suggest(flag.Key, Settings.All.Select(static s => s.Key));
                _reading.Problems.Add(
                    $"{flag.Name}: {SettingTypes.Shorten(flag.Key)}: unknown key{(hint.Length > 0 ? hint : ".")} All "
                    + "keys: otedama config show");
            }
        }
    }
}
