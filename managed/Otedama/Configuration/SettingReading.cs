namespace Otedama;

/// <summary>
/// Reads raw values into settings and keeps every problem and warning on the way. file: its name in messages.
/// </summary>
internal sealed class SettingReading(string file, string folder)
{
    public List<string> Problems { get; } = [];

    public List<string> Warnings { get; } = [];

    public string Place(int line) => $"{file} line {line}";

    /// <summary>The keys of one group of a file. shown: what stands before a key in messages.</summary>
    public void ApplyMap(KeySpace keys, RawMap map, string shown, Dictionary<Setting, SettingValue> values) =>
        ApplyMap(keys, map, "", shown, values);

    private void ApplyMap(
        KeySpace keys, RawMap map, string prefix, string shown, Dictionary<Setting, SettingValue> values)
    {
        foreach ((RawScalar key, RawValue raw) in map.Entries)
        {
            string path = prefix + key.Text;
            if (keys.Find(path) is { } setting)
            {
                Apply(setting, shown + path, raw, Origin.File, Place(key.Line), values);
            }
            else if (keys.IsGroup(path))
            {
                ApplyGroup(keys, raw, path, shown, Place(key.Line), values);
            }
            else
            {
                Problems.Add($"{Place(key.Line)}: {UnknownKey(keys, path, prefix, shown, raw)}");
            }
        }
    }

    public void Apply(
        Setting setting, string key, RawValue raw, Origin origin, string place,
        Dictionary<Setting, SettingValue> values)
    {
        if (raw is RawScalar { Text: "" } && origin == Origin.File)
        {
            return; // "key:" with nothing after it leaves the default
        }
        if (setting.TryRead(raw, out object value) is { } problem)
        {
            Problems.Add($"{key}: {problem} ({place}). Allowed: {setting.Allowed}.");
            return;
        }
        values[setting] =
            new SettingValue(setting, origin == Origin.File ? setting.Below(folder, value) : value, origin, place);
    }

    private void ApplyGroup(
        KeySpace keys, RawValue raw, string path, string shown, string place, Dictionary<Setting, SettingValue> values)
    {
        if (raw is RawMap inner)
        {
            ApplyMap(keys, inner, path + ".", shown, values);
        }
        else if (raw is not RawScalar { Text: "" })
        {
            // "pool:" with nothing below is an empty group; anything else is a mistake.
            string found = raw is RawScalar scalar ? $"the value \"{SettingTypes.Shorten(scalar.Text)}\"" : "a list";
            Problems.Add($"{place}: {shown}{path}: expected keys below it, found {found}. "
                + $"Allowed under {shown}{path}: {string.Join(", ", keys.Below(path + "."))}.");
        }
    }

    private static string UnknownKey(KeySpace keys, string path, string prefix, string shown, RawValue raw)
    {
        string value = raw is RawScalar scalar && scalar.Text.Length > 0
            ? $" (value \"{SettingTypes.Shorten(scalar.Text)}\")" : "";
        string[] siblings = keys.Below(prefix);
        string? nearest = Nearest.Find(path[prefix.Length..], siblings);
        string? suggestion = nearest is not null ? prefix + nearest : Nearest.Find(path, keys.Keys);
        string hint = suggestion is null ? "." : $"; did you mean {shown}{suggestion}?";
        string where = (shown + prefix).TrimEnd('.');
        return $"{SettingTypes.Shorten(shown + path)}: unknown key{value}{hint} "
            + $"Allowed {(where.Length == 0 ? "at the top" : "under " + where)}: {string.Join(", ", siblings)}.";
    }
}
