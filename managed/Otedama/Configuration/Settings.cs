using Otedama.Core;
using static Otedama.SettingTypes;

namespace Otedama;

/// <summary>The settings registry: one row is one setting, and nothing else needs to know it.</summary>
internal static class Settings
{
    private const string PeersLater = "this version has no peer-to-peer network, so the value is checked and has no effect";

    private static readonly List<Setting> s_all = [];

    /// <summary>Every setting, in the order of the sample file.</summary>
    public static IReadOnlyList<Setting> All => s_all;

    public static readonly Setting<string> DataDir = Add(Path("data_dir",
        "Where chain, share log, balances and keys are kept. Empty = $XDG_DATA_HOME/otedama or ~/.local/share/otedama."));

    public static readonly Setting<IReadOnlyList<PluginChoice>> Plugins = Add(PluginChoice.Setting("plugins",
        "WebAssembly algorithms, each trusted by the SHA-256 digest of its file; mined as plugin:NAME."));

    public static readonly Setting<bool> MiningEnabled = Add(Switch("mining.enabled", true, "Mine on this machine."));

    public static readonly Setting<IReadOnlyList<AlgorithmChoice>> MiningAlgorithms =
        Add(AlgorithmChoice.Setting("mining.algorithms", "Algorithms in order of preference; the first enabled one is mined."));

    public static readonly Setting<int> GpuThreads = Add(Integer("mining.workers.gpu_threads", 0, 0, 1024,
        "GPU workers.", notYet: "this version mines on CPUs only, so no GPU worker is started"));

    public static readonly Setting<int> CpuThreads = Add(Integer("mining.workers.cpu_threads", 0, 0, 4096,
        "CPU workers; 0 = one per hardware thread."));

    public static readonly Setting<string> KawPowDataset = Add(Choice("mining.kawpow_dataset", "auto", ["auto", "light", "full"],
        "KawPow on CPUs: light = search from the light cache (up to 100 MB, slow); full = only from the whole dataset "
        + "(1 GiB and 8 MiB more each epoch, about a hundred times as fast, minutes to make); auto = light at once, then full "
        + "where memory suffices and a block is worth it."));

    public static readonly Setting<string> Wallet = Add(Text("mining.wallet", "",
        "Address that is paid. Empty with the embedded chain = an address of that chain made for this data directory."));

    public static readonly Setting<string> WorkerName = Add(Text("mining.worker", "rig1", "Name of this machine on the pool."));

    public static readonly Setting<IReadOnlyList<string>> MiningPools = Add(List("mining.pools",
        "Pools to mine on, in order of preference. Empty = the pool of this process.",
        "addresses such as stratum+tcp://pool.example:3333"));

    public static readonly Setting<bool> PoolEnabled = Add(Switch("pool.enabled", true, "Serve miners over Stratum."));

    public static readonly Setting<string> PoolHost = Add(Text("pool.host", "127.0.0.1",
        "Address to listen on; 0.0.0.0 = every interface.", "an IP address"));

    public static readonly Setting<int> PoolPort = Add(Integer("pool.port", 3333, 1, 65535, "Stratum port."));

    public static readonly Setting<string> PoolScheme = Add(Choice("pool.scheme", "pplns", ["pplns", "solo"],
        "Who is paid by a block: everyone by recent shares, or the finder."));

    public static readonly Setting<decimal> PoolFee = Add(Number("pool.fee", 1.0m, 0m, 100m,
        "Percent of a block the pool keeps.", decimals: FeeRate.PercentDecimals));

    public static readonly Setting<Amount> PoolMinPayout = Add(Coins("pool.min_payout", "0.1",
        "Smaller amounts wait in the miner's balance."));

    public static readonly Setting<int> AccountsMax = Add(Integer("pool.accounts_max", 65_536, 1, 262_144,
        "Addresses that can have an account, each made by its first accepted share; and as many worker names besides."));

    public static readonly Setting<int> WorkersMax = Add(Integer("pool.workers_max", 1_000, 1, 65_536,
        "Worker names of one address that are counted apart; further ones are counted together as \"others\"."));

    public static readonly Setting<string> PoolAddress = Add(Text("pool.address", "",
        "Address for the pool's fee. Needed with an external node; empty with the embedded chain = made for this data directory."));

    public static readonly Setting<decimal> DifficultyStart = Add(Number("pool.difficulty", 0m, 0m, 1_000_000_000_000m,
        "Difficulty of a new connection; 0 = chosen for the network."));

    public static readonly Setting<decimal> SharesPerMinute = Add(Number("pool.shares_per_minute", 20m, 0.1m, 600m,
        "Shares a minute each miner is steered towards."));

    public static readonly Setting<int> MaxConnections = Add(Integer("pool.max_connections", 10_000, 1, 1_000_000,
        "Miners connected at once; more are refused politely."));

    public static readonly Setting<string> NodeMode = Add(Choice("node.mode", "embedded", ["embedded", "external"],
        "The built-in test chain, or nodes of a real coin reached over JSON-RPC."));

    public static readonly Setting<int> NodePort = Add(Integer("node.port", 18450, 1, 65535, "JSON-RPC port of the embedded chain."));

    public static readonly Setting<IReadOnlyList<UrlEntry>> NodeUrls = Add(UrlEntry.Setting("node.urls",
        "External nodes; each gets every block, the fastest template wins. An entry's own login counts instead of node.user, "
        + "node.password and node.cookie.",
        "http://127.0.0.1:8332", ["user", "password", "cookie", "zmq"], secrets: ["password"]));

    public static readonly Setting<string> NodeUser = Add(Text("node.user", "",
        "JSON-RPC user of the external nodes that have none of their own."));

    public static readonly Setting<string> NodePassword = Add(Text("node.password", "", "JSON-RPC password.", secret: true));

    public static readonly Setting<string> NodeCookie = Add(Path("node.cookie",
        "Cookie file of the external nodes that have no login of their own, instead of user and password; read again when the node "
        + "has written a new one."));

    public static readonly Setting<string> NodeZmq = Add(Text("node.zmq", "",
        "Where the external node publishes its blocks (bitcoind -zmqpubhashblock): a second ear beside long poll. With several "
        + "nodes give each its own in node.urls.",
        "an address such as tcp://127.0.0.1:28332"));

    public static readonly Setting<string> NodeCoin = Add(Choice("node.coin", "btc",
        [.. CoinCatalogue.All.Select(static coin => coin.Name).Distinct().Where(static name => name != CoinCatalogue.Otedama.Name)],
        "Coin of the external nodes. The embedded chain has its own coin."));

    public static readonly Setting<string> NodeNetwork = Add(Choice("node.network", "main",
        [.. CoinCatalogue.All.Where(static coin => coin.Name != CoinCatalogue.Otedama.Name).Select(static coin => coin.Network).Distinct()],
        "Network of the external nodes; decides which addresses are valid."));

    public static readonly Setting<int> BlockSeconds = Add(Integer("node.block_seconds", 10, 1, 3600,
        "Seconds between blocks the embedded chain aims at."));

    public static readonly Setting<int> P2pPort = Add(Integer("p2p.port", 30303, 1, 65535, "Port for other pool nodes.", PeersLater));

    public static readonly Setting<int> P2pMaxPeers = Add(Integer("p2p.max_peers", 50, 0, 10_000, "Pool nodes connected at once.", PeersLater));

    public static readonly Setting<IReadOnlyList<string>> BootstrapNodes = Add(List("p2p.bootstrap_nodes",
        "Pool nodes to ask first.", "addresses such as node.example:30303", PeersLater));

    public static readonly Setting<bool> ZkpEnabled = Add(Switch("security.zkp_enabled", false, "Zero-knowledge login.",
        notYet: "this version has no zero-knowledge login; every miner that reaches the Stratum port can log in"));

    public static readonly Setting<string> Encryption = Add(Choice("security.encryption", "aes-256-gcm", ["aes-256-gcm"],
        "Cipher between pool nodes.", PeersLater));

    public static readonly Setting<bool> ApiEnabled = Add(Switch("api.enabled", true, "Dashboard and local API."));

    public static readonly Setting<string> ApiHost = Add(Text("api.host", "127.0.0.1", "Address to listen on; keep it on loopback.", "an IP address"));

    public static readonly Setting<int> ApiPort = Add(Integer("api.port", 8480, 1, 65535, "Dashboard and API port."));

    public static readonly Setting<bool> MetricsEnabled = Add(Switch("metrics.enabled", true, "Serve Prometheus metrics."));

    public static readonly Setting<string> MetricsHost = Add(Text("metrics.host", "127.0.0.1", "Address to listen on.", "an IP address"));

    public static readonly Setting<int> MetricsPort = Add(Integer("metrics.port", 9090, 1, 65535, "Prometheus port."));

    public static readonly Setting<string> LogLevel = Add(Choice("log.level", "info",
        ["trace", "debug", "info", "warn", "error", "none"], "Least important message that is written."));

    public static readonly Setting<string> LogFormat = Add(Choice("log.format", "text", ["text", "json"], "One line per message, for people or for programs."));

    private static T Add<T>(T setting)
        where T : Setting
    {
        s_all.Add(setting);
        return setting;
    }

    public static Setting? Find(string key) => s_all.Find(setting => setting.Key == key);
}
