using Otedama.Core;
using Otedama.Pool;

namespace Otedama;

/// <summary>Values that are right one by one and wrong together. What is found here need not wait for a start to be refused.</summary>
internal static class PlanChecks
{
    /// <summary>coin is null when that is a problem already; algorithm is what is mined or served.</summary>
    public static void Check(
        Configuration configuration, Roles roles, CoinSpec? coin, Algorithm algorithm, IReadOnlyDictionary<string, string> environment, List<string> problems)
    {
        if (roles.HasFlag(Roles.Pool) && coin is not null && algorithm != Algorithm.Plugin && coin.Algorithm != algorithm)
        {
            problems.Add($"mining.algorithms: {Name(algorithm)} does not fit the coin {coin.DisplayName}, which needs {Name(coin.Algorithm)} "
                + $"({configuration.Of(Settings.MiningAlgorithms).Place}). Change mining.algorithms, or node.mode, node.coin and node.network.");
        }
        CheckPorts(configuration, roles, problems);
        if (roles.HasFlag(Roles.Pool) && configuration.Get(Settings.NodeMode) == "external")
        {
            CheckNodes(configuration, problems);
        }
        try
        {
            LogLevels.Parse(configuration.Get(Settings.LogLevel), environment.GetValueOrDefault("OTEDAMA_LOG"));
        }
        catch (ConfigurationException e)
        {
            problems.AddRange(e.Problems);
        }
    }

    /// <summary>What the parts' own limits say of a plan, in the words of the parts.</summary>
    public static IEnumerable<string> OfParts(InstancePlan plan)
    {
        foreach (Action check in plan.Roles.HasFlag(Roles.Pool) ? PartOptions.Checks(plan) : [])
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

    /// <summary>Two listeners that were both given the same port; a port nobody gave moves out of the way by itself.</summary>
    private static void CheckPorts(Configuration configuration, Roles roles, List<string> problems)
    {
        bool pool = roles.HasFlag(Roles.Pool);
        (bool Used, Setting<int> Setting)[] all =
        [
            (pool, Settings.PoolPort),
            (pool && configuration.Get(Settings.TlsPort) > 0, Settings.TlsPort),
            (pool && configuration.Get(Settings.NodeMode) == "embedded", Settings.NodePort),
            (configuration.Get(Settings.ApiEnabled), Settings.ApiPort),
            (configuration.Get(Settings.MetricsEnabled), Settings.MetricsPort),
        ];
        IEnumerable<(int Port, string Key, string Place)> given = all
            .Where(row => row.Used && !configuration.IsDefault(row.Setting))
            .Select(row => (configuration.Get(row.Setting), row.Setting.Key, configuration.Of(row.Setting).Place));
        IEnumerable<(int Port, string Key, string Place)> further = pool
            ? configuration.Get(Settings.PoolPorts).Select(port => (port.Port, Settings.PoolPorts.Key, configuration.Of(Settings.PoolPorts).Place))
            : [];
        foreach (IGrouping<int, (int Port, string Key, string Place)> same in given.Concat(further).GroupBy(static row => row.Port).Where(static group => group.Count() > 1))
        {
            string which = string.Join(" and ", same.Select(static row => $"{row.Key} ({row.Place})"));
            problems.Add($"{which}: all are {same.Key}, and only one can listen there. Give each a port of its own.");
        }
    }

    private static void CheckNodes(Configuration configuration, List<string> problems)
    {
        IReadOnlyList<UrlEntry> nodes = configuration.Get(Settings.NodeUrls);
        string place = configuration.Of(Settings.NodeUrls).Place;
        if (nodes.Count > NodeClientGroupOptions.NodesMax)
        {
            problems.Add($"node.urls: {nodes.Count} nodes are more than {NodeClientGroupOptions.NodesMax} ({place}).");
        }
        IEnumerable<string> names = nodes.Select(static node => Uri.TryCreate(node.Url, UriKind.Absolute, out Uri? uri) ? $"{uri.Host}:{uri.Port}" : "");
        foreach (IGrouping<string, string> twice in names.Where(static name => name.Length > 0).GroupBy(static name => name).Where(static g => g.Count() > 1))
        {
            problems.Add($"node.urls: {twice.Key} is listed {twice.Count()} times ({place}). Keep one.");
        }
    }

    private static string Name(Algorithm algorithm) => algorithm.ToString().ToLowerInvariant();
}
