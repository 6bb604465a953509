using System.Globalization;
using System.Net;
using Otedama.Core;

namespace Otedama;

/// <summary>
/// What one run starts, with every value checked before anything is opened. Made from the configuration and the verb.
/// </summary>
internal sealed record InstancePlan
{
    public required Configuration Configuration { get; init; }

    public required Roles Roles { get; init; }

    public required string DataRoot { get; init; }

    public required Algorithm Algorithm { get; init; }

    /// <summary>What the plugin calls itself when Algorithm is Plugin; null otherwise.</summary>
    public string? PluginName { get; init; }

    /// <summary>The algorithm as configurations name it.</summary>
    public required string AlgorithmName { get; init; }

    /// <summary>The coin of the chain: the embedded one's, or the external nodes'.</summary>
    public required CoinSpec Coin { get; init; }

    public required IPAddress PoolAddress { get; init; }

    public required IPAddress ApiAddress { get; init; }

    public required IPAddress MetricsAddress { get; init; }

    /// <summary>Ending of folder names: the embedded chain of every algorithm has its own, SHA-256d none.</summary>
    public string ChainSuffix => NodeIsEmbedded && Algorithm != CoinCatalogue.Otedama.Algorithm
        ? $"-{Algorithm.ToString().ToLowerInvariant()}{(PluginName is { } plugin ? $"-{plugin}" : "")}{EquihashSuffix}"
        : "";

    private string EquihashSuffix => Coin.Equihash is { } rule && rule != EquihashRule.ZelHash ? $"-{rule.N}-{rule.K}-{rule.Personal}" : "";

    public bool NodeIsEmbedded => Configuration.Get(Settings.NodeMode) == "embedded";

    /// <summary>Throws ConfigurationException with every problem found.</summary>
    public static InstancePlan Make(Configuration configuration, Roles? asked, IReadOnlyDictionary<string, string> environment)
    {
        List<string> problems = [];
        Roles roles = asked ?? RolesOf(configuration);
        if (roles == Roles.None)
        {
            problems.Add("Nothing is enabled: mining.enabled and pool.enabled are both false. Set one of them to true.");
        }
        bool embedded = configuration.Get(Settings.NodeMode) == "embedded";
        Algorithm algorithm = Chosen(configuration, problems);
        CoinSpec? coin = embedded
            ? CoinCatalogue.OtedamaWith(algorithm == Algorithm.Plugin ? CoinCatalogue.Otedama.Algorithm : algorithm, FirstEnabled(configuration)?.Equihash)
            : CoinCatalogue.Find(configuration.Get(Settings.NodeCoin), configuration.Get(Settings.NodeNetwork));
        if (coin is null)
        {
            problems.Add($"node.network: {configuration.Get(Settings.NodeCoin)} has no network {configuration.Get(Settings.NodeNetwork)} "
                + $"({configuration.Of(Settings.NodeNetwork).Place}). Allowed: {string.Join(", ", NetworksOf(configuration.Get(Settings.NodeCoin)))}.");
        }
        if (roles.HasFlag(Roles.Pool) && !embedded)
        {
            CheckExternal(configuration, coin, problems);
        }
        if (roles.HasFlag(Roles.Pool))
        {
            PoolTls.Check(configuration, problems);
        }
        if (embedded)
        {
            CheckAddress(configuration, Settings.PoolAddress, coin, problems);
        }
        if (roles.HasFlag(Roles.Rig | Roles.Pool) && configuration.Get(Settings.MiningPools).Count == 0)
        {
            // Our own pool would refuse this login for ever.
            CheckAddress(configuration, Settings.Wallet, coin, problems);
        }
        if (roles.HasFlag(Roles.Rig))
        {
            RigPlan.Check(configuration, FirstEnabled(configuration), problems);
        }
        if (roles == Roles.Rig && configuration.Get(Settings.Wallet).Length == 0 && RigPlan.NeedsWallet(configuration))
        {
            problems.Add("mining.wallet: no address to be paid to. Give one with --wallet, mining.wallet or OTEDAMA_MINING_WALLET.");
        }
        if (!embedded && coin is not null && configuration.IsDefault(Settings.MiningAlgorithms) && RigPlan.AlgorithmOf(configuration) is null)
        {
            algorithm = coin.Algorithm; // the coin decides where nobody else did
        }
        if (!embedded && FirstEnabled(configuration)?.Equihash is { } rule && coin?.Equihash is { } own && rule != own && !configuration.IsDefault(Settings.MiningAlgorithms))
        {
            problems.Add($"mining.algorithms: Equihash {rule} does not fit the coin {coin.DisplayName}, which needs {own}. Leave mining.algorithms out.");
        }
        if (roles.HasFlag(Roles.Rig) && algorithm == Algorithm.Equihash && coin?.Equihash is { IsSolved: false } unsolved)
        {
            problems.Add($"mining.algorithms: Equihash {unsolved} is checked for other miners but not searched by this one, which solves 125,4, 144,5, 96,5 and 48,5. "
                + "Serve miners with `otedama pool`, or set mining.enabled to false.");
        }
        CheckNotEnded(configuration, coin, roles, problems);
        PlanChecks.Check(configuration, roles, coin, algorithm, environment, problems);
        CheckDifficulties(configuration, problems);
        if (algorithm == Algorithm.Plugin && coin is not null)
        {
            coin = OnPlugin(coin, problems);
        }
        (IPAddress pool, IPAddress api, IPAddress metrics) = Addresses(configuration, problems);
        if (problems.Count > 0)
        {
            throw new ConfigurationException(problems);
        }
        InstancePlan plan = new()
        {
            Configuration = configuration,
            Roles = embedded && roles.HasFlag(Roles.Pool) ? roles | Roles.Node : roles & ~Roles.Node,
            DataRoot = DataDirectory.Locate(configuration, environment),
            Algorithm = algorithm,
            PluginName = algorithm == Algorithm.Plugin ? FirstEnabled(configuration)?.PluginName : null,
            AlgorithmName = !configuration.IsDefault(Settings.MiningAlgorithms) || embedded
                ? FirstEnabled(configuration)!.Name
                : NameOf(algorithm, coin!),
            Coin = coin!,
            PoolAddress = pool,
            ApiAddress = api,
            MetricsAddress = metrics,
        };
        problems.AddRange(PlanChecks.OfParts(plan));
        return problems.Count > 0 ? throw new ConfigurationException(problems) : plan;
    }

    /// <summary>
    /// A network that ended proof of work: named as the external nodes' coin, or meant by a rig that asks for the algorithm
    /// by that coin's name and is not to be paid on the embedded chain.
    /// </summary>
    private static void CheckNotEnded(Configuration configuration, CoinSpec? coin, Roles roles, List<string> problems)
    {
        string network = configuration.Get(Settings.NodeNetwork);
        string meant = configuration.Get(Settings.NodeMode) == "embedded" ? FirstEnabled(configuration)?.Name ?? "" : configuration.Get(Settings.NodeCoin);
        CoinSpec? ended = CoinCatalogue.Find(meant, network);
        if (ended is not { ProofOfWorkEnded.Length: > 0 })
        {
            return;
        }
        bool onEmbedded = configuration.Get(Settings.NodeMode) == "embedded" && coin is not null
            && (roles.HasFlag(Roles.Pool) || Address.TryDecode(RigLogin.AddressOf(configuration.Get(Settings.Wallet)), coin, out _, out _));
        if (!onEmbedded)
        {
            problems.Add(ended.ProofOfWorkEnded);
        }
    }

    private static Roles RolesOf(Configuration configuration) =>
        (configuration.Get(Settings.MiningEnabled) ? Roles.Rig : Roles.None)
        | (configuration.Get(Settings.PoolEnabled) ? Roles.Pool : Roles.None);

    private static IEnumerable<string> NetworksOf(string coin) =>
        CoinCatalogue.All.Where(c => c.Name == coin).Select(static c => c.Network);

    private static void CheckExternal(Configuration configuration, CoinSpec? coin, List<string> problems)
    {
        IReadOnlyList<UrlEntry> urls = configuration.Get(Settings.NodeUrls);
        if (urls.Count == 0)
        {
            problems.Add("node.urls: empty, but node.mode is external. Give the address of a coin node such as http://127.0.0.1:8332.");
        }
        problems.AddRange(urls
            .Where(static entry => !Uri.TryCreate(entry.Url, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https"))
            .Select(entry => $"node.urls: \"{SettingTypes.Shorten(entry.ShownUrl)}\" is not an address such as http://127.0.0.1:8332 ({configuration.Of(Settings.NodeUrls).Place})."));
        CheckZmq(configuration, urls, problems);
        string address = configuration.Get(Settings.PoolAddress);
        if (address.Length == 0)
        {
            problems.Add("pool.address: an external node needs the operator's address; the pool's fee goes there.");
        }
        CheckAddress(configuration, Settings.PoolAddress, coin, problems);
    }

    private static void CheckZmq(Configuration configuration, IReadOnlyList<UrlEntry> urls, List<string> problems)
    {
        string shared = configuration.Get(Settings.NodeZmq);
        IEnumerable<(Setting Setting, string Address)> given =
            [(Settings.NodeZmq, shared), .. urls.Select(static entry => ((Setting)Settings.NodeUrls, entry["zmq"]))];
        problems.AddRange(given
            .Where(static zmq => zmq.Address.Length > 0
                && !(Uri.TryCreate(zmq.Address, UriKind.Absolute, out Uri? uri) && uri is { Scheme: "tcp", Port: > 0, Host.Length: > 0 }))
            .Select(zmq => $"{zmq.Setting.Key}: zmq \"{SettingTypes.Shorten(zmq.Address)}\" is not an address such as "
                + $"tcp://127.0.0.1:28332 ({configuration.Of(zmq.Setting).Place})."));
        if (shared.Length > 0 && urls.Count > 1)
        {
            problems.Add($"node.zmq: {shared} cannot publish for {urls.Count} nodes ({configuration.Of(Settings.NodeZmq).Place}). "
                + "Give each its own: node.urls: [{url: URL, zmq: ADDRESS}].");
        }
    }

    /// <summary>An address of the coin, or nothing.</summary>
    private static void CheckAddress(Configuration configuration, Setting<string> setting, CoinSpec? coin, List<string> problems)
    {
        string address = setting == Settings.Wallet ? RigLogin.AddressOf(configuration.Get(setting)) : configuration.Get(setting);
        if (address.Length > 0 && coin is not null && !Address.TryDecode(address, coin, out _, out string error))
        {
            problems.Add($"{setting.Key}: {error} ({configuration.Of(setting).Place}).");
        }
    }

    private static string NameOf(Algorithm algorithm, CoinSpec coin) =>
        algorithm == Algorithm.Equihash ? $"equihash:{coin.Equihash}" : algorithm.ToString().ToLowerInvariant();

    private static AlgorithmChoice? FirstEnabled(Configuration configuration) => RigPlan.AlgorithmOf(configuration)
        ?? configuration.Get(Settings.MiningAlgorithms).FirstOrDefault(static a => a.Enabled);

    private static void CheckDifficulties(Configuration configuration, List<string> problems)
    {
        decimal min = configuration.Get(Settings.DifficultyMin);
        foreach (Setting<decimal> setting in (Setting<decimal>[])[Settings.DifficultyStart, Settings.DifficultyMin, Settings.DifficultyFixed])
        {
            decimal value = configuration.Get(setting);
            if (value > 0 && value < Math.Max(PortChoice.DifficultyMin, min))
            {
                problems.Add(string.Create(CultureInfo.InvariantCulture,
                    $"{setting.Key}: {value} is too small ({configuration.Of(setting).Place}). Allowed: 0, or {Math.Max(PortChoice.DifficultyMin, min)} and more."));
            }
        }
        foreach (PortChoice choice in configuration.Get(Settings.PoolPorts))
        {
            if (choice.Difficulty < min)
            {
                problems.Add(string.Create(CultureInfo.InvariantCulture,
                    $"pool.ports: difficulty {choice.Difficulty} of port {choice.Port} is below pool.difficulty_min {min}. Raise the one or lower the other."));
            }
            if (choice.Port == configuration.Get(Settings.PoolPort))
            {
                problems.Add($"pool.ports: {choice.Port} is pool.port itself. Choose another port, or set pool.difficulty.");
            }
        }
    }

    /// <summary>The same chain with the plugin as its proof of work.</summary>
    private static CoinSpec OnPlugin(CoinSpec coin, List<string> problems)
    {
        if (coin.Family != HeaderFamily.Bitcoin)
        {
            problems.Add($"mining.algorithms: plugins hash 80-byte headers, and {coin.DisplayName} has others. Choose a coin of the Bitcoin family.");
        }
        return coin with { Algorithm = Algorithm.Plugin };
    }

    private static Algorithm Chosen(Configuration configuration, List<string> problems)
    {
        AlgorithmChoice? first = FirstEnabled(configuration);
        Algorithm? algorithm = first is null ? null : first.PluginName is not null ? Algorithm.Plugin : first.Algorithm;
        if (algorithm is null)
        {
            problems.Add($"mining.algorithms: no entry is enabled ({configuration.Of(Settings.MiningAlgorithms).Place}). Enable one of {string.Join(", ", AlgorithmChoice.Known)}.");
        }
        return algorithm ?? Algorithm.Sha256d;
    }

    private static (IPAddress Pool, IPAddress Api, IPAddress Metrics) Addresses(Configuration configuration, List<string> problems)
    {
        IPAddress[] found = new IPAddress[3];
        Setting<string>[] settings = [Settings.PoolHost, Settings.ApiHost, Settings.MetricsHost];
        for (int i = 0; i < settings.Length; i++)
        {
            try
            {
                found[i] = Ports.Address(configuration, settings[i]);
            }
            catch (ConfigurationException e)
            {
                problems.Add(e.Message);
            }
        }
        return (found[0], found[1], found[2]);
    }
}
