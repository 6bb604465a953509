namespace Otedama;

/// <summary>
/// The keys that may stand in one place of a file and the setting each means: all of them at the top, those of mining
/// in an entry of rigs, those of pool and the group node in an entry of pools.
/// </summary>
internal sealed class KeySpace
{
    private readonly Dictionary<string, Setting> _settings;
    private readonly string[] _others;

    private KeySpace(string list, Dictionary<string, Setting> settings, params string[] others) =>
        (List, _settings, _others) = (list, settings, others);

    public static KeySpace Top { get; } = new("", Settings.All.ToDictionary(static s => s.Key), "rigs", "pools");

    public static KeySpace Rig { get; } = new("rigs", Under("mining."), "name");

    public static KeySpace Pool { get; } = new("pools", Under("pool.").Concat(NodeGroup()).ToDictionary(), "name");

    /// <summary>Name of the list whose entries these keys are for; empty at the top.</summary>
    public string List { get; }

    public IEnumerable<string> Keys => _settings.Keys.Concat(_others);

    public Setting? Find(string path) => _settings.GetValueOrDefault(path);

    public bool Holds(Setting setting) => _settings.ContainsValue(setting);

    /// <summary>The setting's key as it is written here.</summary>
    public string KeyOf(Setting setting) => _settings.First(pair => pair.Value == setting).Key;

    public bool IsGroup(string path) => _settings.Keys.Any(key => key.StartsWith(path + ".", StringComparison.Ordinal));

    /// <summary>The names one level below a prefix such as "pool.".</summary>
    public string[] Below(string prefix) =>
    [
        .. Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Select(k => k[prefix.Length..].Split('.')[0])
            .Distinct(),
    ];

    private static Dictionary<string, Setting> Under(string prefix) => Settings.All
        .Where(s => s.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(s => s.Key[prefix.Length..]);

    private static IEnumerable<KeyValuePair<string, Setting>> NodeGroup() => Settings.All
        .Where(static s => s.Key.StartsWith("node.", StringComparison.Ordinal))
            .Select(static s => KeyValuePair.Create(s.Key, s));
}
