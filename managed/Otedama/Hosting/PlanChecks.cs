using System.Net;
using Otedama.Core;
using Otedama.Pool;

namespace Otedama;

/// <summary>
/// Values that are right one by one and wrong together. What is found here need not wait for a start to be refused.
/// </summary>
internal static class PlanChecks
{
    /// <summary>What the parts' own limits say of a plan, in the words of the parts.</summary>
    public static IEnumerable<string> OfParts(PoolPlan plan)
    {
        foreach (Action check in PartOptions.Checks(plan.Configuration))
        {
            string? problem = null;
            try
            {
                check();
            }
            catch (ArgumentException e)
            {
                problem = e.Message;
            }
            if (problem is not null)
            {
                yield return problem;
            }
        }
    }

    /// <summary>The address of a setting such as pool.host; a problem when it is none.</summary>
    public static IPAddress Host(Configuration configuration, Setting<string> setting, List<string> problems)
    {
        try
        {
            return Ports.Address(configuration, setting);
        }
        catch (ConfigurationException e)
        {
            problems.Add(e.Message);
            return IPAddress.Loopback;
        }
    }

    /// <summary>An address of the coin, or nothing.</summary>
    public static void Address(Configuration configuration, Setting<string> setting, CoinSpec? coin, List<string> problems)
    {
        string address = setting == Settings.Wallet ? RigLogin.AddressOf(configuration.Get(setting)) : configuration.Get(setting);
        if (address.Length > 0 && coin is not null && !Core.Address.TryDecode(address, coin, out _, out string error))
        {
            problems.Add($"{configuration.KeyOf(setting)}: {error} ({configuration.Of(setting).Place}).");
        }
    }

    /// <summary>
    /// A network that ended proof of work: named as the external nodes' coin, or meant by a rig that asks for the algorithm
    /// by that coin's name and is not to be paid on the embedded chain.
    /// </summary>
    public static void NotEnded(Configuration configuration, CoinSpec? coin, bool hasPool, List<string> problems)
    {
        bool embedded = configuration.Get(Settings.NodeMode) == "embedded";
        string meant = embedded ? Work.Choice(configuration)?.Name ?? "" : configuration.Get(Settings.NodeCoin);
        CoinSpec? ended = CoinCatalogue.Find(meant, configuration.Get(Settings.NodeNetwork));
        bool onEmbedded = embedded && coin is not null
            && (hasPool || Core.Address.TryDecode(RigLogin.AddressOf(configuration.Get(Settings.Wallet)), coin, out _, out _));
        if (ended is { ProofOfWorkEnded.Length: > 0 } && !onEmbedded)
        {
            problems.Add(ended.ProofOfWorkEnded);
        }
    }

    /// <summary>Nodes of a coin, and whom the pool's fee goes to.</summary>
    public static void External(Configuration configuration, List<string> problems)
    {
        IReadOnlyList<UrlEntry> urls = configuration.Get(Settings.NodeUrls);
        string key = configuration.KeyOf(Settings.NodeUrls);
        if (urls.Count == 0)
        {
            problems.Add($"{key}: empty, but node.mode is external. Give the address of a coin node such as http://127.0.0.1:8332.");
        }
        problems.AddRange(urls
            .Where(static entry => !Uri.TryCreate(entry.Url, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https"))
            .Select(entry => $"{key}: \"{SettingTypes.Shorten(entry.ShownUrl)}\" is not an address such as http://127.0.0.1:8332 "
                + $"({configuration.Of(Settings.NodeUrls).Place})."));
        CheckZmq(configuration, urls, problems);
        if (configuration.Get(Settings.PoolAddress).Length == 0)
        {
            problems.Add($"{configuration.KeyOf(Settings.PoolAddress)}: an external node needs the operator's address; the pool's fee goes there.");
        }
        CheckNodes(configuration, problems);
    }

    /// <summary>
    /// Two listeners of one run that were both given the same port. A port nobody gave moves out of the way by itself, but
    /// not where several pools share a default.
    /// </summary>
    public static void CheckPorts(Configuration whole, IReadOnlyList<PoolPlan> pools, List<string> problems)
    {
        List<(int Port, string Key, string Place)> given = [];
        foreach (Configuration pool in pools.Select(static pool => pool.Configuration))
        {
            Add(pool, Settings.PoolPort, pools.Count > 1 || !pool.IsDefault(Settings.PoolPort));
            Add(pool, Settings.TlsPort, pool.Get(Settings.TlsPort) > 0);
            Add(pool, Settings.NodePort, pool.Get(Settings.NodeMode) == "embedded" && !pool.IsDefault(Settings.NodePort));
        }
        Add(whole, Settings.ApiPort, whole.Get(Settings.ApiEnabled) && !whole.IsDefault(Settings.ApiPort));
        Add(whole, Settings.MetricsPort, whole.Get(Settings.MetricsEnabled) && !whole.IsDefault(Settings.MetricsPort));
        given.AddRange(pools.Select(static pool => pool.Configuration).SelectMany(static pool => pool.Get(Settings.PoolPorts).Select(
            port => (port.Port, pool.KeyOf(Settings.PoolPorts), pool.Of(Settings.PoolPorts).Place))));
        foreach (IGrouping<int, (int Port, string Key, string Place)> same in given.GroupBy(static row => row.Port).Where(static group => group.Count() > 1))
        {
            string which = string.Join(" and ", same.Select(static row => $"{row.Key} ({row.Place})"));
            problems.Add($"{which}: all are {same.Key}, and only one can listen there. Give each a port of its own.");
        }

        void Add(Configuration configuration, Setting<int> setting, bool counts)
        {
            if (counts)
            {
                given.Add((configuration.Get(setting), configuration.KeyOf(setting), configuration.Of(setting).Place));
            }
        }
    }

    /// <summary>Rules of the log that do not parse.</summary>
    public static void LogRules(Configuration configuration, IReadOnlyDictionary<string, string> environment, List<string> problems)
    {
        try
        {
            LogLevels.Parse(configuration.Get(Settings.LogLevel), environment.GetValueOrDefault("OTEDAMA_LOG"));
        }
        catch (ConfigurationException e)
        {
            problems.AddRange(e.Problems);
        }
    }

    private static void CheckZmq(Configuration configuration, IReadOnlyList<UrlEntry> urls, List<string> problems)
    {
        string shared = configuration.Get(Settings.NodeZmq);
        IEnumerable<(Setting Setting, string Address)> given =
            [(Settings.NodeZmq, shared), .. urls.Select(static entry => ((Setting)Settings.NodeUrls, entry["zmq"]))];
        problems.AddRange(given
            .Where(static zmq => zmq.Address.Length > 0
                && !(Uri.TryCreate(zmq.Address, UriKind.Absolute, out Uri? uri) && uri is { Scheme: "tcp", Port: > 0, Host.Length: > 0 }))
            .Select(zmq => $"{configuration.KeyOf(zmq.Setting)}: zmq \"{SettingTypes.Shorten(zmq.Address)}\" is not an address such as "
                + $"tcp://127.0.0.1:28332 ({configuration.Of(zmq.Setting).Place})."));
        if (shared.Length > 0 && urls.Count > 1)
        {
            problems.Add($"{configuration.KeyOf(Settings.NodeZmq)}: {shared} cannot publish for {urls.Count} nodes ({configuration.Of(Settings.NodeZmq).Place}). "
                + "Give each its own: node.urls: [{url: URL, zmq: ADDRESS}].");
        }
    }

    private static void CheckNodes(Configuration configuration, List<string> problems)
    {
        IReadOnlyList<UrlEntry> nodes = configuration.Get(Settings.NodeUrls);
        (string key, string place) = (configuration.KeyOf(Settings.NodeUrls), configuration.Of(Settings.NodeUrls).Place);
        if (nodes.Count > NodeClientGroupOptions.NodesMax)
        {
            problems.Add($"{key}: {nodes.Count} nodes are more than {NodeClientGroupOptions.NodesMax} ({place}).");
        }
        IEnumerable<string> names = nodes.Select(static node => Uri.TryCreate(node.Url, UriKind.Absolute, out Uri? uri) ? $"{uri.Host}:{uri.Port}" : "");
        foreach (IGrouping<string, string> twice in names.Where(static name => name.Length > 0).GroupBy(static name => name).Where(static g => g.Count() > 1))
        {
            problems.Add($"{key}: {twice.Key} is listed {twice.Count()} times ({place}). Keep one.");
        }
    }
}
