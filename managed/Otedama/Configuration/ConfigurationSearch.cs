namespace Otedama;

/// <summary>
/// Which file is read when none is named: otedama.yaml in the folder one stands in, then in the data directory that
/// flags and environment name.
/// </summary>
internal static class ConfigurationSearch
{
    public const string FileName = "otedama.yaml";

    /// <summary>Resolves the settings. Throws ConfigurationException.</summary>
    public static Configuration Load(
        string? named, IReadOnlyList<FlagValue> flags, IReadOnlyDictionary<string, string> environment,
        string? workingFolder)
    {
        if (named is not null || workingFolder is null)
        {
            return ConfigurationLoader.Load(named, flags, environment);
        }
        string[] places = [.. Places(flags, environment, workingFolder)];
        string? found = Array.Find(places, System.IO.File.Exists);
        return ConfigurationLoader.Load(found, flags, environment, places);
    }

    /// <summary>What a run says first: the file that counts, or where there would have been one.</summary>
    public static string Sentence(Configuration configuration) => configuration switch
    {
        { File: { } file } => $"configuration: {Path.GetFullPath(file)}",
        { LookedFor.Count: > 0 } =>
            "configuration: no file, so defaults, environment and flags count (looked for "
            + $"{string.Join(" and ", configuration.LookedFor)})",
        _ => "configuration: no file, so defaults, environment and flags count",
    };

    private static IEnumerable<string> Places(
        IReadOnlyList<FlagValue> flags, IReadOnlyDictionary<string, string> environment, string workingFolder)
    {
        yield return Path.Combine(workingFolder, FileName);
        string? data = null;
        try
        {
            data = DataDirectory.Locate(
                ConfigurationLoader.Load(null, [.. flags.Where(static f => f.Key == "data_dir")], environment),
                environment);
        }
        catch (ConfigurationException)
        {
            // A bad value is reported by the reading itself; no default folder is no place to look.
        }
        if (data is not null)
        {
            yield return Path.Combine(data, FileName);
        }
    }
}
