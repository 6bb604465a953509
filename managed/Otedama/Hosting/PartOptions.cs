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
    public static PoolOptions Pool(InstancePlan plan, int port, EmbeddedNode? node)
    {
        Configuration configuration = plan.Configuration;
        string operatorAddress = configuration.Get(Settings.PoolAddress);
        return new PoolOptions
        {
            Coin = plan.Coin,
            Nodes = node is not null ? [Embedded(node)] : External(configuration),
            OwnChain = node is not null,
            DataDirectory = PoolDirectory(plan),
            OperatorAddress = operatorAddress.Length > 0 ? operatorAddress : node!.MiningAddress,
            Listen = [new IPEndPoint(plan.PoolAddress, port)],
            FeePercent = configuration.Get(Settings.PoolFee),
            PayoutMin = configuration.Get(Settings.PoolMinPayout),
            Scheme = configuration.Get(Settings.PoolScheme) == "solo" ? PayoutScheme.Solo : PayoutScheme.Pplns,
            LogKeep = TimeSpan.FromDays(configuration.Get(Settings.PoolLogKeep)),
            Vardiff = Vardiff(plan, node is not null && plan.Algorithm == Algorithm.Sha256d),
            Limits = new StratumLimits { ConnectionsMax = configuration.Get(Settings.MaxConnections) },
            Guard = Guard(configuration),
            ProxySources = configuration.Get(Settings.ProxySources),
            Identity = PoolTls.Load(configuration),
            ListenTls = configuration.Get(Settings.TlsPort) is int tls and > 0 ? [new IPEndPoint(plan.PoolAddress, tls)] : [],
        };
    }

    /// <summary>What the pool's parts check themselves; each throws ArgumentException.</summary>
    public static IEnumerable<Action> Checks(InstancePlan plan) =>
    [
        Vardiff(plan, embeddedSha256d: false).Check,
        new StratumLimits { ConnectionsMax = plan.Configuration.Get(Settings.MaxConnections) }.Check,
        Guard(plan.Configuration).Check,
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
            NotLoggedInPerAddressMax = configuration.Get(Settings.GuardNotLoggedIn),
            ConnectionsPerSecond = (double)configuration.Get(Settings.GuardConnectRate),
            ConnectionBurst = configuration.Get(Settings.GuardConnectBurst),
            NetworkConnectionsPerSecond = (double)configuration.Get(Settings.GuardNetworkRate),
            NetworkConnectionBurst = configuration.Get(Settings.GuardNetworkBurst),
            MessagesPerSecond = (double)configuration.Get(Settings.GuardMessageRate),
            BanTime = TimeSpan.FromSeconds(configuration.Get(Settings.GuardBanSeconds)),
        };
    }

    /// <summary>Where the pool of this plan keeps its share log and found blocks.</summary>
    public static string PoolDirectory(InstancePlan plan) => Path.Combine(plan.DataRoot, "pool" + plan.ChainSuffix);

    public static RigOptions Rig(InstancePlan plan, string? ownPool, EmbeddedNode? node, DatasetStore datasets)
    {
        Configuration configuration = plan.Configuration;
        string wallet = configuration.Get(Settings.Wallet);
        string user = $"{(wallet.Length > 0 ? wallet : node?.MiningAddress)}.{configuration.Get(Settings.WorkerName)}";
        IReadOnlyList<string> pools = configuration.Get(Settings.MiningPools);
        if (pools.Count == 0)
        {
            pools = [ownPool ?? $"stratum+tcp://127.0.0.1:{configuration.Get(Settings.PoolPort)}"];
        }
        if (wallet.Length == 0 && node is null)
        {
            throw new ConfigurationException("mining.wallet: no address to be paid to. Give one with --wallet, mining.wallet or OTEDAMA_MINING_WALLET.");
        }
        return new RigOptions
        {
            Pools = [.. pools.Select(url => new PoolEndpoint(PoolUrl.Parse(url), user))],
            Algorithm = plan.Algorithm,
            Equihash = plan.Coin.Equihash,
            Datasets = datasets,
            KawPowDataset = Enum.Parse<KawPowDatasetMode>(configuration.Get(Settings.KawPowDataset), ignoreCase: true),
            CpuThreads = configuration.Get(Settings.CpuThreads),
            UserAgent = $"otedama/{ThisProgram.Version}",
        };
    }

    private static PoolNode Embedded(EmbeddedNode node) => new(node.RpcUri) { Name = "embedded", CookiePath = node.CookiePath };

    private static IReadOnlyList<PoolNode> External(Configuration configuration) =>
    [
        .. configuration.Get(Settings.NodeUrls).Select(entry => External(configuration, entry)),
    ];

    /// <summary>One login a node: its own cookie, else its own user (also in the URL), else what all nodes share.</summary>
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

    private static VardiffOptions Vardiff(InstancePlan plan, bool embeddedSha256d)
    {
        Configuration configuration = plan.Configuration;
        decimal start = configuration.Get(Settings.DifficultyStart);
        VardiffOptions vardiff = new() { TargetSeconds = (double)(60 / configuration.Get(Settings.SharesPerMinute)) };
        if (start > 0)
        {
            return vardiff with { Start = (double)start };
        }
        if (plan.Algorithm == Algorithm.Plugin)
        {
            // Nobody knows how slow the hash is: begin at about 4,000 hashes a share and let it rise.
            return vardiff with { Usual = 1e-6 };
        }
        // Miners of the embedded chain are CPUs: 0.0002 is about 0.9 million hashes, so that the first share comes at once.
        return embeddedSha256d ? vardiff with { Usual = 0.0002 } : vardiff;
    }
}
