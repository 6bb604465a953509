using System.Net;

namespace Otedama;

/// <summary>
/// What one run starts, with every value checked before anything is opened. Made from the configuration and the verb.
/// </summary>
internal sealed record InstancePlan
{
    public required Configuration Configuration { get; init; }

    public required string DataRoot { get; init; }

    public required IReadOnlyList<PoolPlan> Pools { get; init; }

    public required IReadOnlyList<RigPlan> Rigs { get; init; }

    /// <summary>Null where no fleet is to be watched.</summary>
    public FleetPlan? Fleet { get; init; }

    public required IPAddress ApiAddress { get; init; }

    public required IPAddress MetricsAddress { get; init; }

    /// <summary>Throws ConfigurationException with every problem found.</summary>
    /// <param name="asked">What the verb starts; null = what the configuration enables.</param>
    /// <param name="threads">Hardware threads the rigs share; null = this machine's.</param>
    public static InstancePlan Make(
        Configuration configuration, Roles? asked, IReadOnlyDictionary<string, string> environment, int? threads = null)
    {
        List<string> problems = [];
        Configuration[] served = [.. Chosen(configuration.Pools, Settings.PoolEnabled, asked?.HasFlag(Roles.Pool))];
        Configuration[] mined = [.. Chosen(configuration.Rigs, Settings.MiningEnabled, asked?.HasFlag(Roles.Rig))];
        string root = DataDirectory.Locate(configuration, environment);
        FleetPlan? fleet = asked is null ? FleetPlan.Make(configuration, root, environment, problems) : null;
        if (served.Length + mined.Length == 0 && fleet is null)
        {
            problems.Add("Nothing is enabled: mining.enabled and pool.enabled are both false. Set one of them to true.");
        }
        PoolPlan[] pools = [.. served.Select(pool => PoolPlan.Make(pool, root, problems)).OfType<PoolPlan>()];
        bool whole = pools.Length == served.Length; // a rig cannot be judged by pools that are wrong themselves
        RigPlan[] rigs = whole
            ? [.. mined.Select(rig => RigPlan.Make(rig, pools, configuration.Pools, root, problems)).OfType<RigPlan>()]
            : [];
        if (!whole)
        {
            Array.ForEach(mined, rig => RigPools.Check(rig, Work.Choice(rig), problems));
        }
        IReadOnlyList<RigPlan> shared = RigPlan.Share(rigs, threads ?? Environment.ProcessorCount, problems);
        PlanChecks.CheckPorts(configuration, pools, problems);
        CheckChains(pools, problems);
        PlanChecks.LogRules(configuration, environment, problems);
        IPAddress api = PlanChecks.Host(configuration, Settings.ApiHost, problems);
        IPAddress metrics = PlanChecks.Host(configuration, Settings.MetricsHost, problems);
        if (problems.Count > 0)
        {
            throw new ConfigurationException([.. problems.Distinct()]);
        }
        return new InstancePlan
        {
            Configuration = configuration,
            DataRoot = root,
            Pools = pools,
            Rigs = shared,
            Fleet = fleet,
            ApiAddress = api,
            MetricsAddress = metrics,
        };
    }

    /// <summary>What runs, in words for the log.</summary>
    public string Parts() => string.Join(", ", Pools.Where(static pool => pool.NodeIsEmbedded).Select(static _ => "chain")
        .Concat(Pools.Select(static pool => pool.Configuration.IsEntry ? $"pool {pool.Name}" : "pool"))
        .Concat(Rigs.Select(static rig => rig.Configuration.IsEntry ? $"rig {rig.Name}" : "rig"))
        .Concat(Fleet is null ? [] : ["fleet"]));

    /// <summary>
    /// asked: whether the verb starts such parts; null = the configuration decides. An entry that switches itself off
    /// stays off.
    /// </summary>
    private static IEnumerable<Configuration> Chosen(IReadOnlyList<Configuration> all, Setting<bool> enabled, bool? asked) =>
        all.Where(part => asked switch
        {
            null => part.Get(enabled),
            true => part.Get(enabled) || part.Own.All(own => own.Setting != enabled),
            false => false,
        });

    private static void CheckChains(IReadOnlyList<PoolPlan> pools, List<string> problems)
    {
        PoolPlan[] embedded = [.. pools.Where(static pool => pool.NodeIsEmbedded)];
        if (embedded.Length > 1)
        {
            string names = string.Join(" and ", embedded.Select(static pool => $"{pool.Name} ({pool.Configuration.Of(Settings.NodeMode).Place})"));
            problems.Add($"pools: {names} are on the embedded chain, and one process has one. Give the others nodes of a coin: node: {{mode: external, coin: NAME, urls: [URL]}}.");
        }
    }
}
