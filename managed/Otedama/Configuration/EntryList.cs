using System.Text.RegularExpressions;

namespace Otedama;

/// <summary>One entry of rigs or pools as it stands in the file, its values read.</summary>
internal sealed record FileEntry(string Name, string Place, Dictionary<Setting, SettingValue> Own);

/// <summary>The lists rigs and pools: entries with a name and keys of their own.</summary>
internal sealed partial class EntryList(KeySpace keys)
{
    private const int EntriesMax = 16;

    private readonly List<FileEntry> _entries = [];

    public string Name => keys.List;

    public bool IsEmpty => _entries.Count == 0;

    /// <summary>Reads the list of a file.</summary>
    public void Read(RawValue raw, SettingReading reading)
    {
        if (raw is not RawList list)
        {
            if (raw is not RawScalar { Text: "" })
            {
                reading.Problems.Add(
                    $"{reading.Place(raw.Line)}: {Name}: expected a list of entries such as \"- name: "
                    + $"{Configuration.Main}\".");
            }
            return;
        }
        if (list.Items.Count > EntriesMax)
        {
            reading.Problems.Add(
                $"{reading.Place(raw.Line)}: {Name}: {list.Items.Count} entries are more than {EntriesMax}.");
            return;
        }
        foreach (RawValue item in list.Items)
        {
            ReadEntry(item, reading);
        }
    }

    /// <summary>A flag such as rigs.NAME.KEY; false when it is none of this list.</summary>
    public bool TryFlag(FlagValue flag, SettingReading reading)
    {
        if (flag.Key.Split('.', 3) is not [{ } list, { } name, { } key] || list != Name)
        {
            return false;
        }
        if (_entries.Find(entry => entry.Name == name) is not { } found)
        {
            string have = IsEmpty ? $"the configuration has no list {Name}"
                : $"there are {string.Join(", ", _entries.Select(static e => e.Name))}";
            reading.Problems.Add(
                $"{flag.Name}: {SettingTypes.Shorten(flag.Key)}: no entry of {Name} has that name; {have}.");
        }
        else if (keys.Find(key) is { } setting)
        {
            reading.Apply(setting, flag.Key, new RawScalar(flag.Text), Origin.Flag, flag.Name, found.Own);
        }
        else
        {
            reading.Problems.Add(
                $"{flag.Name}: {SettingTypes.Shorten(flag.Key)}: unknown key{Nearest.Suggest(key, keys.Keys)} "
                + $"Allowed under {Name}.{name}: {string.Join(", ", keys.Below(""))}.");
        }
        return true;
    }

    /// <summary>The entries over the whole, and what of the whole does not reach them.</summary>
    public IReadOnlyList<Configuration> Over(Configuration whole, SettingReading reading)
    {
        foreach (Setting setting in _entries.SelectMany(static entry => entry.Own.Keys).Distinct())
        {
            SettingValue all = whole.Of(setting);
            FileEntry[] deaf =
                [.. _entries.Where(
                entry => entry.Own.TryGetValue(setting, out SettingValue? own) && own.Origin < all.Origin)];
            if (deaf.Length > 0 && all.Origin is Origin.Flag or Origin.Environment)
            {
                string names = string.Join(", ", deaf.Select(entry => $"{entry.Name} ({entry.Own[setting].Place})"));
                string sentence = $"{all.Place}: {setting.Key} does not reach {Name} {names}, where it is written. "
                    + $"Name the entry: --set {Name}.{deaf[0].Name}.{keys.KeyOf(setting)}=VALUE.";
                (all.Origin == Origin.Flag ? reading.Problems : reading.Warnings).Add(sentence);
            }
        }
        return [.. _entries.Select(entry => whole.Entry(keys, entry.Name, [.. entry.Own.Values]))];
    }

    private void ReadEntry(RawValue item, SettingReading reading)
    {
        string place = reading.Place(item.Line);
        if (item is not RawMap map)
        {
            reading.Problems.Add(
                $"{place}: {Name}: expected an entry with \"name: NAME\" and keys such as "
                + $"{string.Join(", ", keys.Below("").Take(4))}.");
            return;
        }
        RawValue? given = map.Entries.FirstOrDefault(static pair => pair.Key.Text == "name").Value;
        if (given is not RawScalar { Text.Length: > 0 } name)
        {
            reading.Problems.Add($"{place}: {Name}: the entry has no name. Add \"name: NAME\".");
            return;
        }
        if (!NamePattern().IsMatch(name.Text))
        {
            reading.Problems.Add(
                $"{reading.Place(name.Line)}: {Name}: name \"{SettingTypes.Shorten(name.Text)}\" cannot be used. "
                + "Allowed: 1 to 32 lower-case letters, digits, - and _, a letter or digit first.");
            return;
        }
        if (_entries.Find(entry => entry.Name == name.Text) is { } twin)
        {
            reading.Problems.Add(
                $"{reading.Place(name.Line)}: {Name}: {name.Text} is the name of the entry at {twin.Place} too. Give "
                + "each its own.");
            return;
        }
        FileEntry entry = new(name.Text, place, []);
        _entries.Add(entry);
        RawMap rest = new([.. map.Entries.Where(static pair => pair.Key.Text != "name")], map.Line);
        reading.ApplyMap(keys, rest, $"{Name}.{name.Text}.", entry.Own);
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9_-]{0,31}\\z")]
    private static partial Regex NamePattern();
}
