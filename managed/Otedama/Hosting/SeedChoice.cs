using System.Net;
using Otedama.Wire;

namespace Otedama;

/// <summary>Host names under which nodes are published, and whom to ask for them.</summary>
internal static class SeedChoice
{
    /// <summary>Each is asked for in turn, and each costs a few seconds where no name server answers.</summary>
    private const int SeedsMax = 8;

    private const int DnsPort = 53;

    public static void Check(Configuration configuration, List<string> problems)
    {
        IReadOnlyList<string> seeds = configuration.Get(Settings.P2pDnsSeeds);
        string key = configuration.KeyOf(Settings.P2pDnsSeeds), place = configuration.Of(Settings.P2pDnsSeeds).Place;
        if (seeds.FirstOrDefault(static seed => !IsSeed(seed)) is { } wrong)
        {
            problems.Add($"{key}: \"{SettingTypes.Shorten(wrong)}\" is no host name such as seeds.example ({place}); "
                + "nodes with an address belong into p2p.bootstrap_nodes.");
        }
        if (seeds.Count > SeedsMax)
        {
            problems.Add($"{key}: {seeds.Count} seeds ({place}); {SeedsMax} are allowed.");
        }
        if (seeds.Count > 0 && configuration.Get(Settings.P2pPrivate))
        {
            problems.Add(
                $"{key}: {seeds[0]} ({place}), but with p2p.private nobody is looked for: leave one of them out.");
        }
        string server = configuration.Get(Settings.P2pDnsServer),
            serverKey = configuration.KeyOf(Settings.P2pDnsServer);
        if (server.Length > 0 && ServerOf(server) is null)
        {
            problems.Add($"{serverKey}: \"{SettingTypes.Shorten(server)}\" is no address "
                + $"such as 192.0.2.53 or 192.0.2.53:53 ({configuration.Of(Settings.P2pDnsServer).Place}).");
        }
    }

    /// <summary>Null when it is empty, or no address.</summary>
    public static IPEndPoint? ServerOf(string text) => !IPEndPoint.TryParse(text, out IPEndPoint? place) ? null
        : place.Port > 0 ? place : new IPEndPoint(place.Address, DnsPort);

    private static bool IsSeed(string text) => DnsMessage.IsName(text) && PlainAddress.IsDomain(text)
        && text.Contains('.', StringComparison.Ordinal);
}
