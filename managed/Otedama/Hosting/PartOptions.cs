using System.Net;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Mining;
using Otedama.Node;
using Otedama.Pool;

namespace Otedama;

/// <summary>The plan in the words of each part.</summary>
internal static class PartOptions
{
    public static PoolOptions Pool(PoolPlan plan, int port, EmbeddedNode? node)
    {
        Configuration configuration = plan.Configuration;
        string operatorAddress = configuration.Get(Settings.PoolAddress);
        VardiffOptions vardiff = Vardiff(configuration, node is not null ? plan.Work.Facts.ShareOnEmbedded : 0);
        Dictionary<int, VardiffOptions> ports = Ports(configuration, vardiff);
        return new PoolOptions
        {
            Coin = plan.Coin,
            Nodes = node is not null ? [Embedded(node)] : External(configuration),
            OwnChain = node is not null,
            DataDirectory = plan.Folder,
            OperatorAddress = operatorAddress.Length > 0 ? operatorAddress : node!.MiningAddress,
            Listen = [new IPEndPoint(plan.Address, port), .. ports.Keys.Select(further => new IPEndPoint(plan.Address, further))],
            FeePercent = configuration.Get(Settings.PoolFee),
            PayoutMin = configuration.Get(Settings.PoolMinPayout),
            AccountsMax = configuration.Get(Settings.AccountsMax),
            WorkersMax = configuration.Get(Settings.WorkersMax),
            Verifiers = configuration.Get(Settings.Verifiers),
            Scheme = plan.Chain is null
                ? Enum.Parse<PayoutScheme>(configuration.Get(Settings.PoolScheme), ignoreCase: true) : PayoutScheme.ShareChain,
            Chain = plan.Chain,
            Peers = plan.Chain is null ? null : ChainChoice.Peers(plan, configuration),
            Regions = RegionPools.Of(configuration),
            Region = configuration.Get(Settings.RegionLabel),
            SoftwareVersion = ThisProgram.VersionNumber,
            LogKeep = TimeSpan.FromDays(configuration.Get(Settings.PoolLogKeep)),
            Vardiff = vardiff,
            PortVardiff = ports,
            Limits = new StratumLimits { ConnectionsMax = configuration.Get(Settings.MaxConnections) },
            Guard = Guard(configuration),
            ProxySources = configuration.Get(Settings.ProxySources),
            Identity = PoolTls.Load(configuration),
            ListenTls = configuration.Get(Settings.TlsPort) is int tls and > 0 ? [new IPEndPoint(plan.Address, tls)] : [],
        };
    }

    /// <summary>What the pool's parts check themselves; each throws ArgumentException.</summary>
    public static IEnumerable<Action> Checks(Configuration configuration) =>
    [
        Vardiff(configuration, usual: 0).Check,
        new StratumLimits { ConnectionsMax = configuration.Get(Settings.MaxConnections) }.Check,
        Guard(configuration).Check,
    ];

    /// <summary>
    /// Behind a proxy on this machine every miner comes from loopback as far as the socket tells, so then loopback is
    /// exempt only when somebody says so.
    /// </summary>
    private static GuardOptions Guard(Configuration configuration)
    {
        bool behindProxy = configuration.Get(Settings.ProxySources).Count > 0 && configuration.IsDefault(Settings.GuardAllow);
        int perAddress = configuration.Get(Settings.GuardConnections);
        return new GuardOptions
        {
            Exempt = behindProxy ? [] : configuration.Get(Settings.GuardAllow),
            ConnectionsPerAddressMax = perAddress > 0 ? perAddress : Math.Max(1, configuration.Get(Settings.MaxConnections) / 8),
            Places = configuration.Get(Settings.MaxConnections),
            NotLoggedInPerAddressMax = configuration.Get(Settings.GuardNotLoggedIn),
            ConnectionsPerSecond = (double)configuration.Get(Settings.GuardConnectRate),
            ConnectionBurst = configuration.Get(Settings.GuardConnectBurst),
            NetworkConnectionsPerSecond = (double)configuration.Get(Settings.GuardNetworkRate),
            NetworkConnectionBurst = configuration.Get(Settings.GuardNetworkBurst),
            MessagesPerSecond = (double)configuration.Get(Settings.GuardMessageRate),
            BanTime = TimeSpan.FromSeconds(configuration.Get(Settings.GuardBanSeconds)),
        };
    }

    /// <param name="note">Takes a sentence about what differs from what the settings ask for.</param>
    public static RigOptions Rig(
        RigPlan plan,
        string? ownPool,
        EmbeddedNode? node,
        DatasetStore datasets,
        TimeProvider clock,
        Action<string> note)
    {
        Configuration configuration = plan.Configuration;
        if (configuration.Get(Settings.Wallet).Length == 0 && node is null && RigPools.NeedsWallet(configuration))
        {
            throw new ConfigurationException($"{configuration.KeyOf(Settings.Wallet)}: no address to be paid to. Give one with --wallet, mining.wallet or OTEDAMA_MINING_WALLET.");
        }
        _ = CpuSet.TryParse(configuration.Get(Settings.CpuAffinity), out IReadOnlyList<int> cpus, out _);
        bool chosen = !configuration.IsDefault(Settings.CpuThreads) || cpus.Count > 0;
        TuningEntry? tuned = Tuning.For(plan.DataRoot, plan.Work.Name);
        IReadOnlyList<GpuInfo> gpus = GpuChoice.Of(configuration, plan.Work, plan.DataRoot, note);
        return new RigOptions
        {
            Pools = RigPools.Endpoints(plan, ownPool, node?.MiningAddress),
            RedirectHosts = configuration.Get(Settings.RedirectHosts),
            Algorithm = plan.Work.Algorithm,
            Equihash = plan.Work.Coin.Equihash,
            Datasets = datasets,
            KawPowDataset = Enum.Parse<KawPowDatasetMode>(configuration.Get(Settings.KawPowDataset), ignoreCase: true),
            CpuThreads = plan.Threads ?? (chosen || tuned is null ? configuration.Get(Settings.CpuThreads) : tuned.Threads),
            CpuAffinity = cpus,
            CpuPriority = Enum.Parse<CpuPriority>(configuration.Get(Settings.CpuPriority), ignoreCase: true),
            Flavour = tuned?.Flavour ?? "",
            Gpus = gpus,
            ReadsCardSensors = gpus.Count == 0 || GpuProbe.OfThisProcess is null or { HasSensors: true },
            GpuIntensity = configuration.Get(Settings.GpuIntensity),
            GpuFallback = configuration.Get(Settings.GpuFallback),
            BlockTime = TimeSpan.FromSeconds(Math.Max(1, plan.Work.Coin.BlockSeconds)),
            Watch = new MachineWatch(
                configuration.Get(Settings.PauseOnBattery), TimeSpan.FromSeconds(configuration.Get(Settings.PauseWhenActive)), clock),
            UserAgent = $"otedama/{ThisProgram.Version}",
        };
    }

    private static PoolNode Embedded(EmbeddedNode node) => new(node.RpcUri) { Name = "embedded", CookiePath = node.CookiePath };

    private static IReadOnlyList<PoolNode> External(Configuration configuration) =>
    [
        .. configuration.Get(Settings.NodeUrls).Select(entry => External(configuration, entry)),
    ];

    /// <summary>
    /// One login a node: its own cookie, else its own user (also in the URL), else what all nodes share.
    /// </summary>
    internal static PoolNode External(Configuration configuration, UrlEntry entry)
    {
        PoolNode node = new(new Uri(entry.Url));
        string zmq = entry["zmq"].Length > 0 ? entry["zmq"] : configuration.Get(Settings.NodeZmq);
        node = node with { Zmq = zmq.Length > 0 ? new Uri(zmq) : null };
        if (entry["cookie"].Length > 0)
        {
            return node with { Uri = new Uri(UrlEntry.HideLogin(entry.Url)), CookiePath = entry["cookie"] };
        }
        if (entry["user"].Length > 0 || entry["password"].Length > 0 || node.Uri.UserInfo.Length > 0)
        {
            return node with { User = entry["user"], Password = entry["password"] };
        }
        return node with
        {
            CookiePath = configuration.Get(Settings.NodeCookie),
            User = configuration.Get(Settings.NodeUser),
            Password = configuration.Get(Settings.NodePassword),
        };
    }

    private static VardiffOptions Vardiff(Configuration configuration, double usual)
    {
        return new VardiffOptions
        {
            TargetSeconds = (double)(60 / configuration.Get(Settings.SharesPerMinute)),
            Start = (double)configuration.Get(Settings.DifficultyStart),
            Min = (double)configuration.Get(Settings.DifficultyMin),
            Fixed = (double)configuration.Get(Settings.DifficultyFixed),
            Usual = usual,
        };
    }

    private static Dictionary<int, VardiffOptions> Ports(Configuration configuration, VardiffOptions usual) =>
        configuration.Get(Settings.PoolPorts).ToDictionary(
            static choice => choice.Port,
            choice => usual with
            {
                Start = choice.IsFixed ? 0 : (double)choice.Difficulty,
                Fixed = choice.IsFixed ? (double)choice.Difficulty : 0,
            });
}
