namespace Otedama;

/// <summary>A value given on the command line for a setting; Name is the flag as the user typed it.</summary>
internal sealed record FlagValue(string Key, string Text, string Name);

/// <summary>Resolves every setting: flag over environment over file over default. Reports all problems at once.</summary>
internal static class ConfigurationLoader
{
    /// <summary>Variables that are not settings but ours.</summary>
    private static readonly string[] s_otherVariables = ["OTEDAMA_LOG", "OTEDAMA_CPU", "OTEDAMA_PRESET"];

    /// <summary>Throws ConfigurationException.</summary>
    public static Configuration Load(
        string? file,
        IReadOnlyList<FlagValue> flags,
        IReadOnlyDictionary<string, string> environment,
        IReadOnlyList<string>? lookedFor = null)
    {
        Dictionary<Setting, SettingValue> values = [];
        List<string> problems = [];
        List<string> warnings = [];
        foreach (Setting setting in Settings.All)
        {
            values[setting] = new SettingValue(setting, setting.Default, Origin.Default, "default");
        }
        if (file is not null)
        {
            ApplyMap(ConfigurationFile.Read(file), "", Path.GetFileName(file), values, problems);
            string folder = Path.GetDirectoryName(Path.GetFullPath(file)) ?? "/";
            foreach (SettingValue value in values.Values.Where(static v => v.Origin == Origin.File).ToArray())
            {
                values[value.Setting] = value with { Value = value.Setting.Below(folder, value.Value) };
            }
        }
        ApplyEnvironment(environment, values, problems, warnings);
        ApplyFlags(flags, values, problems);
        if (problems.Count > 0)
        {
            throw new ConfigurationException(problems);
        }
        foreach (SettingValue value in values.Values)
        {
            if (value.Setting.NotYet is { } sentence && value.Setting.Show(value.Value) != value.Setting.DefaultText)
            {
                warnings.Add($"{value.Setting.Key}: {value.Shown} ({value.Place}): {sentence}.");
            }
        }
        return new Configuration(values, file, warnings) { LookedFor = lookedFor ?? [] };
    }

    private static void ApplyMap(RawMap map, string prefix, string name, Dictionary<Setting, SettingValue> values, List<string> problems)
    {
        foreach ((RawScalar key, RawValue raw) in map.Entries)
        {
            string path = prefix + key.Text;
            string place = $"{name} line {key.Line}";
            if (Settings.Find(path) is { } setting)
            {
                Apply(setting, raw, Origin.File, place, values, problems);
            }
            else if (Settings.All.Any(s => s.Key.StartsWith(path + ".", StringComparison.Ordinal)))
            {
                ApplyGroup(raw, path, name, place, values, problems);
            }
            else
            {
                problems.Add($"{place}: {UnknownKey(path, prefix, raw)}");
            }
        }
    }

    private static void ApplyGroup(
        RawValue raw, string path, string name, string place, Dictionary<Setting, SettingValue> values, List<string> problems)
    {
        if (raw is RawMap inner)
        {
            ApplyMap(inner, path + ".", name, values, problems);
        }
        else if (raw is not RawScalar { Text: "" })
        {
            // "pool:" with nothing below is an empty group; anything else is a mistake.
            string found = raw is RawScalar scalar ? $"the value \"{SettingTypes.Shorten(scalar.Text)}\"" : "a list";
            problems.Add($"{place}: {path}: expected keys below it, found {found}. Allowed under {path}: {string.Join(", ", Below(path + "."))}.");
        }
    }

    /// <summary>The names one level below a prefix such as "pool.".</summary>
    private static string[] Below(string prefix) =>
    [
        .. Settings.All.Select(static s => s.Key).Where(k => k.StartsWith(prefix, StringComparison.Ordinal))
            .Select(k => k[prefix.Length..].Split('.')[0]).Distinct(),
    ];

    private static string UnknownKey(string path, string prefix, RawValue raw)
    {
        IEnumerable<string> keys = Settings.All.Select(static s => s.Key);
        string value = raw is RawScalar scalar && scalar.Text.Length > 0 ? $" (value \"{SettingTypes.Shorten(scalar.Text)}\")" : "";
        string[] siblings = Below(prefix);
        string? nearest = Nearest.Find(path[prefix.Length..], siblings);
        string? suggestion = nearest is not null ? prefix + nearest : Nearest.Find(path, keys);
        string hint = suggestion is null ? "." : $"; did you mean {suggestion}?";
        string where = prefix.Length == 0 ? "at the top" : $"under {prefix.TrimEnd('.')}";
        return $"{SettingTypes.Shorten(path)}: unknown key{value}{hint} Allowed {where}: {string.Join(", ", siblings)}.";
    }

    private static void ApplyEnvironment(
        IReadOnlyDictionary<string, string> environment,
        Dictionary<Setting, SettingValue> values,
        List<string> problems,
        List<string> warnings)
    {
        foreach (Setting setting in Settings.All)
        {
            if (environment.TryGetValue(setting.Environment, out string? text) && text.Length > 0)
            {
                Apply(setting, new RawScalar(text), Origin.Environment, setting.Environment, values, problems);
            }
        }
        string[] known = [.. Settings.All.Select(static s => s.Environment), .. s_otherVariables];
        foreach (string name in environment.Keys.Where(n => n.StartsWith("OTEDAMA_", StringComparison.Ordinal) && !known.Contains(n)).Order())
        {
            warnings.Add($"{name} is set in the environment but is no setting{Nearest.Suggest(name, known)}");
        }
    }

    private static void ApplyFlags(IReadOnlyList<FlagValue> flags, Dictionary<Setting, SettingValue> values, List<string> problems)
    {
        foreach (FlagValue flag in flags)
        {
            if (Settings.Find(flag.Key) is { } setting)
            {
                Apply(setting, new RawScalar(flag.Text), Origin.Flag, flag.Name, values, problems);
            }
            else
            {
                string[] keys = [.. Settings.All.Select(static s => s.Key)];
                problems.Add($"{flag.Name}: {SettingTypes.Shorten(flag.Key)}: unknown key{(Nearest.Suggest(flag.Key, keys) is { Length: > 0 } hint ? hint : ".")} All keys: otedama config show");
            }
        }
    }

    private static void Apply(
        Setting setting,
        RawValue raw,
        Origin origin,
        string place,
        Dictionary<Setting, SettingValue> values,
        List<string> problems)
    {
        if (raw is RawScalar { Text: "" } && origin == Origin.File)
        {
            return; // "key:" with nothing after it leaves the default
        }
        if (setting.TryRead(raw, out object value) is { } problem)
        {
            problems.Add($"{setting.Key}: {problem} ({place}). Allowed: {setting.Allowed}.");
            return;
        }
        values[setting] = new SettingValue(setting, value, origin, place);
    }
}
