namespace Otedama;

/// <summary>Which settings a running instance takes over from a configuration that is read again.</summary>
internal static class Reload
{
    /// <summary>What a rig mines, where, and for whom: these change together or not at all.</summary>
    private static readonly Setting[] s_ofWork =
        [Settings.MiningAlgorithms, Settings.MiningPool, Settings.MiningPools, Settings.Wallet,
            Settings.MiningPassword];

    public static bool IsOfWork(Setting setting) => s_ofWork.Contains(setting);

    /// <summary>
    /// The rig is stopped and started with the new value; chain, pool and miners do not notice. Which parts run is
    /// decided at the start only.
    /// </summary>
    public static bool IsOfRig(Setting setting) => KeySpace.Rig.Holds(setting) && setting != Settings.MiningEnabled;

    public static bool IsLive(Setting setting) => setting == Settings.LogLevel || IsOfRig(setting);

    /// <summary>Whether two values of one setting are the same, secrets included.</summary>
    public static bool Same(object left, object right) => (left, right) switch
    {
        (IReadOnlyList<UrlEntry> a, IReadOnlyList<UrlEntry> b) => a.Count == b.Count && a.Zip(b).All(static pair => Same(pair.First, pair.Second)),
        (System.Collections.IEnumerable a and not string, System.Collections.IEnumerable b) => a.Cast<object>().SequenceEqual(b.Cast<object>()),
        _ => left.Equals(right),
    };

    private static bool Same(UrlEntry left, UrlEntry right) =>
        left.Url == right.Url && left.Fields.Count == right.Fields.Count && left.Fields.All(field => right[field.Key] == field.Value);
}

/// <summary>
/// What came of reading the configuration again: keys that count now, keys that were changed and need a restart, and the
/// problems because of which nothing was changed.
/// </summary>
internal sealed record ReloadAnswer(
    int Schema, string? File, IReadOnlyList<string> Applied, IReadOnlyList<string> NeedsRestart,
        IReadOnlyList<string> Problems)
{
    /// <summary>Why something waits, and what a rig that was started anew had to decide by itself; sentences.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
