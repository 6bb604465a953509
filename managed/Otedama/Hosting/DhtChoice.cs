using Otedama.Pool;
using Otedama.Wire;

namespace Otedama;

/// <summary>The DHT node that the configuration asks for.</summary>
internal static class DhtChoice
{
    /// <summary>Null for dht.mode off. Throws ConfigurationException for an address that is none.</summary>
    public static DhtOptions? Of(Configuration configuration)
    {
        string mode = configuration.Get(Settings.DhtModeName);
        if (mode == "off")
        {
            return null;
        }
        List<string> problems = [];
        Check(configuration, problems);
        if (problems.Count > 0)
        {
            throw new ConfigurationException(problems[0]);
        }
        bool isTest = configuration.Get(Settings.DhtAllowPrivate);
        return new DhtOptions
        {
            Mode = mode == "server" ? DhtMode.Server : DhtMode.Client,
            Nodes = [.. configuration.Get(Settings.DhtNodes).Select(Named)],
            Routers = isTest ? [] : DhtRouters.Read(),
            IsTestNetwork = isTest,
        };
    }

    /// <summary>
    /// For the nodes of a share chain. The keys under which they find each other can be guessed from a password that
    /// can be guessed: a private chain stays out of the DHT unless dht.mode is set.
    /// </summary>
    public static DhtOptions? OfChain(Configuration configuration)
    {
        bool isPrivate = configuration.Get(Settings.P2pPass).Length > 0 && configuration.IsDefault(Settings.DhtModeName);
        return isPrivate || configuration.Get(Settings.P2pPrivate) ? null : Of(configuration);
    }

    public static void Check(Configuration configuration, List<string> problems)
    {
        foreach (string text in configuration.Get(Settings.DhtNodes))
        {
            if (!CompactEndpoint.TryParse(text, out _))
            {
                problems.Add($"{configuration.KeyOf(Settings.DhtNodes)}: \"{SettingTypes.Shorten(text)}\" is no address "
                    + $"with a port such as 198.51.100.7:6881 ({configuration.Of(Settings.DhtNodes).Place}).");
            }
        }
        if (configuration.Get(Settings.P2pPrivate) && !configuration.IsDefault(Settings.DhtModeName)
            && configuration.Get(Settings.DhtModeName) != "off")
        {
            problems.Add($"{configuration.KeyOf(Settings.DhtModeName)}: {configuration.Get(Settings.DhtModeName)} "
                + $"({configuration.Of(Settings.DhtModeName).Place}), but with p2p.private nobody is looked for: leave one "
                + "of them out.");
        }
    }

    private static PeerEndpoint Named(string text) =>
        CompactEndpoint.TryParse(text, out PeerEndpoint place) ? place : throw new FormatException(text);
}
