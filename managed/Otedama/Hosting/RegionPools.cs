using System.Net;
using System.Text;
using Otedama.Core;
using Otedama.Mining;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama;

/// <summary>The operator's pools by region, as the configuration has them.</summary>
internal static class RegionPools
{
    /// <summary>Of a checked configuration.</summary>
    public static IReadOnlyList<RegionPool> Of(Configuration configuration) =>
        [.. configuration.Get(Settings.PoolRegions).Select(Named)];

    public static void Check(Configuration configuration, List<string> problems)
    {
        CheckLabel(configuration, problems);
        if (configuration.Get(Settings.RegionDomains).FirstOrDefault(
            static domain => !PlainAddress.IsDomain(domain)) is { } odd)
        {
            problems.Add(
                $"{configuration.KeyOf(Settings.RegionDomains)}: \"{SettingTypes.Shorten(odd)}\" is no domain such as "
                + "pool.example: letters, digits and hyphens between dots "
                + $"({configuration.Of(Settings.RegionDomains).Place}).");
            return; // what follows from it is said when it is right
        }
        IReadOnlyList<UrlEntry> regions = configuration.Get(Settings.PoolRegions);
        (string key, string place) = (configuration.KeyOf(Settings.PoolRegions),
            configuration.Of(Settings.PoolRegions).Place);
        problems.AddRange(regions.Select(entry => Problem(configuration, entry)).OfType<string>()
            .Select(problem => $"{key}: {problem} ({place})."));
        foreach (IGrouping<string, UrlEntry> twice in regions.GroupBy(static entry => entry["label"])
            .Where(static g => g.Key.Length > 0 && g.Count() > 1))
        {
            problems.Add(
                $"{key}: {twice.Count()} entries have the label {SettingTypes.Shorten(twice.Key)} ({place}). Give each its own.");
        }
    }

    private static void CheckLabel(Configuration configuration, List<string> problems)
    {
        string label = configuration.Get(Settings.RegionLabel);
        if (!IsLabel(label))
        {
            problems.Add(
                $"{configuration.KeyOf(Settings.RegionLabel)}: \"{SettingTypes.Shorten(label)}\" is no name of at most "
                + $"{PeerCoord.RegionMax} bytes without control characters ({configuration.Of(Settings.RegionLabel).Place}).");
        }
    }

    private static string? Problem(Configuration configuration, UrlEntry entry)
    {
        string shown = SettingTypes.Shorten(entry.ShownUrl);
        if (!PoolUrl.TryParse(entry.Url, out PoolUrl? url, out string? error))
        {
            return error;
        }
        IReadOnlyList<string> domains = configuration.Get(Settings.RegionDomains);
        if (IPAddress.TryParse(url.Host, out _) || !domains.Any(domain => IsWithin(url.Host, domain)))
        {
            return $"{shown} is no host of yours: {configuration.KeyOf(Settings.RegionDomains)} has "
                + $"{(domains.Count == 0 ? "no domain" : SettingTypes.Shorten(string.Join(", ", domains)))}, and miners are sent "
                + "nowhere else; name your domain there";
        }
        if (entry["label"].Length == 0 || !IsLabel(entry["label"]))
        {
            return $"{shown} needs a label of at most {PeerCoord.RegionMax} bytes, such as DE";
        }
        string? wrong = Array.Find<string>([.. Codes(entry, "countries"), .. Codes(entry, "continents")],
            static code => code.Length != 2 || !code.All(char.IsAsciiLetterUpper));
        return wrong is null ? null
            : $"\"{SettingTypes.Shorten(wrong)}\" at {shown} is no code of two capital letters such as DE or EU";
    }

    private static RegionPool Named(UrlEntry entry)
    {
        PoolUrl url = PoolUrl.Parse(entry.Url);
        return new RegionPool(entry["label"], url.Host, url.Port, url.Tls)
        {
            Countries = Codes(entry, "countries"),
            Continents = Codes(entry, "continents"),
        };
    }

    private static string[] Codes(UrlEntry entry, string field) =>
        entry[field].Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static bool IsWithin(string host, string domain) => domain.Length > 0
        && (host.Equals(domain, StringComparison.OrdinalIgnoreCase)
            || host.EndsWith($".{domain}", StringComparison.OrdinalIgnoreCase));

    private static bool IsLabel(string label) =>
        Encoding.UTF8.GetByteCount(label) <= PeerCoord.RegionMax && PlainText.Of(label) == label;
}
