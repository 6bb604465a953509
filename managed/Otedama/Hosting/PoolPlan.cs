using System.Globalization;
using System.Net;
using Otedama.Core;

namespace Otedama;

/// <summary>One pool this run serves, every value checked.</summary>
internal sealed record PoolPlan
{
    public required Configuration Configuration { get; init; }

    public required Work Work { get; init; }

    public required IPAddress Address { get; init; }

    public required string DataRoot { get; init; }

    /// <summary>The share chain the pool mines on; null where its own ledger says whom blocks pay.</summary>
    public ChainParameters? Chain { get; init; }

    public string Name => Configuration.Name;

    public CoinSpec Coin => Work.Coin;

    public bool NodeIsEmbedded => Configuration.Get(Settings.NodeMode) == "embedded";

    /// <summary>
    /// Where share log and found blocks are kept. The pool named main has the folder a pool without a name always had.
    /// </summary>
    public string Folder => Path.Combine(Name == Configuration.Main ? DataRoot : Path.Combine(DataRoot, "pools", Name), "pool" + ChainSuffix);

    /// <summary>Where the embedded chain is kept.</summary>
    public string ChainFolder => Path.Combine(DataRoot, "chain" + ChainSuffix);

    /// <summary>Ending of folder names: the embedded chain of every algorithm has its own, SHA-256d none.</summary>
    private string ChainSuffix => NodeIsEmbedded && Work.Algorithm != CoinCatalogue.Otedama.Algorithm
        ? $"-{Work.Algorithm.Name}{(Work.PluginName is { } plugin ? $"-{plugin}" : "")}{EquihashSuffix}"
        : "";

    private string EquihashSuffix => Coin.Equihash is { } rule && rule != EquihashRule.ZelHash ? $"-{rule.N}-{rule.K}-{rule.Personal}" : "";

    /// <summary>Null when something is wrong, and then problems say what.</summary>
    public static PoolPlan? Make(Configuration given, string dataRoot, List<string> problems)
    {
        int before = problems.Count;
        Configuration configuration = WithAlgorithm(given);
        Work? work = Work.Of(configuration, problems);
        if (configuration.Get(Settings.NodeMode) == "external")
        {
            PlanChecks.External(configuration, problems);
        }
        PlanChecks.Address(configuration, Settings.PoolAddress, work?.Coin, problems);
        PoolTls.Check(configuration, problems);
        RegionPools.Check(configuration, problems);
        CheckDifficulties(configuration, problems);
        GpuChoice.CheckChecking(configuration, work, problems);
        if (work is not null && !work.Facts.IsPlugin && work.Coin.Algorithm != work.Algorithm)
        {
            problems.Add($"{configuration.KeyOf(Settings.MiningAlgorithms)}: {work.Algorithm.Name} does not fit the coin {work.Coin.DisplayName}, "
                + $"which needs {work.Coin.Algorithm.Name} ({configuration.Of(Settings.MiningAlgorithms).Place}). "
                + "Change mining.algorithms, or node.mode, node.coin and node.network.");
        }
        PlanChecks.NotEnded(configuration, work?.Coin, hasPool: true, problems);
        ChainParameters? chain = work is null ? null : ChainChoice.Of(configuration, work.Coin, problems);
        IPAddress address = PlanChecks.Host(configuration, Settings.PoolHost, problems);
        if (work is null || problems.Count > before)
        {
            return null;
        }
        PoolPlan plan = new() { Configuration = configuration, Work = work, Address = address, DataRoot = dataRoot, Chain = chain };
        problems.AddRange(PlanChecks.OfParts(plan));
        return plan;
    }

    /// <summary>
    /// pool.algorithm counts for the chain; an entry of pools with nodes of a coin takes the coin's, whatever the rigs
    /// mine.
    /// </summary>
    public static Configuration WithAlgorithm(Configuration configuration)
    {
        SettingValue own = configuration.Of(Settings.PoolAlgorithm);
        SettingValue? algorithm = configuration.Get(Settings.PoolAlgorithm).Count > 0 ? own with { Setting = Settings.MiningAlgorithms }
            : configuration.IsEntry && configuration.Get(Settings.NodeMode) == "external"
                ? new SettingValue(Settings.MiningAlgorithms, Settings.MiningAlgorithms.Default, Origin.Default, "default")
                : null;
        return algorithm is null ? configuration : configuration.With([algorithm]);
    }

    private static void CheckDifficulties(Configuration configuration, List<string> problems)
    {
        decimal min = configuration.Get(Settings.DifficultyMin);
        foreach (Setting<decimal> setting in (Setting<decimal>[])[Settings.DifficultyStart, Settings.DifficultyMin, Settings.DifficultyFixed])
        {
            decimal value = configuration.Get(setting);
            if (value > 0 && value < Math.Max(PortChoice.DifficultyMin, min))
            {
                problems.Add(string.Create(CultureInfo.InvariantCulture,
                    $"{configuration.KeyOf(setting)}: {value} is too small ({configuration.Of(setting).Place}). Allowed: 0, or {Math.Max(PortChoice.DifficultyMin, min)} and more."));
            }
        }
        foreach (PortChoice choice in configuration.Get(Settings.PoolPorts))
        {
            if (choice.Difficulty < min)
            {
                problems.Add(string.Create(CultureInfo.InvariantCulture,
                    $"{configuration.KeyOf(Settings.PoolPorts)}: difficulty {choice.Difficulty} of port {choice.Port} is below pool.difficulty_min {min}. Raise the one or lower the other."));
            }
            if (choice.Port == configuration.Get(Settings.PoolPort))
            {
                problems.Add($"{configuration.KeyOf(Settings.PoolPorts)}: {choice.Port} is pool.port itself. Choose another port, or set pool.difficulty.");
            }
        }
    }
}
