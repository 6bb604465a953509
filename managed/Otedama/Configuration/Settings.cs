using System.Net;
using Otedama.Core;
using static Otedama.SettingTypes;

namespace Otedama;

/// <summary>The settings registry: one row is one setting, and nothing else needs to know it.</summary>
internal static class Settings
{
    private static readonly List<Setting> s_all = [];

    /// <summary>Every setting, in the order of the sample file.</summary>
    public static IReadOnlyList<Setting> All => s_all;

    public static readonly Setting<string> DataDir = Add(Path("data_dir",
        "Where chain, share log, balances and keys are kept. Empty = $XDG_DATA_HOME/otedama or ~/.local/share/otedama."));

    public static readonly Setting<IReadOnlyList<PluginChoice>> Plugins = Add(PluginChoice.Setting("plugins",
        "WebAssembly algorithms, each trusted by the SHA-256 digest of its file; mined as plugin:NAME."));

    public static readonly Setting<bool> MiningEnabled = Add(Switch("mining.enabled", true, "Mine on this machine."));

    public static readonly Setting<IReadOnlyList<AlgorithmChoice>> MiningAlgorithms =
        Add(AlgorithmChoice.Setting(
            "mining.algorithms", "Algorithms in order of preference; the first enabled one is mined."));

    public static readonly Setting<int> GpuThreads = Add(Integer("mining.workers.gpu_threads", 0, 0, GpuChoice.GpusMax,
        "GPU workers: so many of the first graphics cards of `otedama gpu list`, one worker each; with fewer cards, "
        + "one for each. "
        + "mining.workers.gpus names them instead."));

    public static readonly Setting<IReadOnlyList<string>> Gpus = Add(List("mining.workers.gpus",
        "Graphics cards to mine with, one worker each, by their numbers in `otedama gpu list`. Empty = as many as "
        + "mining.workers.gpu_threads says.",
        "numbers and ranges such as 0, 2-5"));

    public static readonly Setting<int> GpuIntensity = Add(Integer("mining.workers.gpu_intensity", 0,
        GpuChoice.IntensityMin, GpuChoice.IntensityMax,
        "Nonces of one launch of a card as a power of two; 0 = as many as take about 8 ms, which is measured. Less "
        + "makes a desktop smoother, more costs a slow link less.", orZero: true));

    public static readonly Setting<bool> GpuFallback = Add(Switch("mining.workers.gpu_fallback", false,
        "Where a card's driver refuses the compiled kernels of KawPow, mine with the one that reads its program: "
            + "a fifth to an "
        + "eighth of the speed. Without it such a card does not mine, and says why."));

    public static readonly Setting<bool> GpuSimulator = Add(Switch("mining.workers.gpu_simulator", false,
        "Also mine with graphics cards that are this machine's processor in disguise (PoCL, lavapipe). For tests: "
            + "slower "
        + "than CPU workers."));

    public static readonly Setting<int> CpuThreads = Add(IntegerOrNone(
        "mining.workers.cpu_threads", 0, 0, Mining.RigOptions.CpuThreadsMax,
        "CPU workers; 0 = one per hardware thread, none = graphics cards mine alone."));

    public static readonly Setting<string> CpuPriority =
        Add(Choice("mining.workers.cpu_priority", "low", ["idle", "low", "normal"],
        "How CPU workers compete with other programs: idle = only when nothing else runs, low = behind ordinary work, "
            + "normal."));

    public static readonly Setting<IReadOnlyList<string>> CpuAffinity = Add(List("mining.workers.cpu_affinity",
        "Processors to bind CPU workers to, in turn; without mining.workers.cpu_threads one worker each. Empty = the "
            + "system decides.",
        "processor numbers and ranges such as 0, 2-5"));

    public static readonly Setting<IReadOnlyList<Asic.BoardRequest>> Asics = Add(AsicSetting.Setting("mining.asic",
        "ASIC boards on USB and serial ports to mine with (sha256d), one worker each, by their ports in `otedama asic "
            + "list`; auto = every "
        + "board that is recognised by its USB strings, also one that is plugged in later. Clock and voltage stay "
        + "inside of what the chips "
        + "are known to bear, and a board whose temperature cannot be read at its default clock, unless an entry says "
        + "unlocked: true."));

    public static readonly Setting<string> KawPowDataset =
        Add(Choice("mining.kawpow_dataset", "auto", ["auto", "light", "full"],
        "KawPow on CPUs: light = search from the light cache (up to 100 MB, slow); full = only from the whole dataset "
        + "(1 GiB and 8 MiB more each epoch, about a hundred times as fast, minutes to make); auto = light at once, "
        + "then full "
        + "where memory suffices and a block is worth it."));

    public static readonly Setting<string> Wallet = Add(Text("mining.wallet", "",
        "Address that is paid. Empty with the embedded chain = an address of that chain made for this data directory."));

    public static readonly Setting<string> WorkerName = Add(Text("mining.worker", "rig1",
        "Name of this machine on the pool; empty = none. A wallet of the form ADDRESS.NAME brings its own."));

    public static readonly Setting<string> MiningPassword = Add(Text("mining.password", "x",
        "Password for pools that have none of their own; most pools read nothing from it, some options such as d=1024.",
        secret: true));

    public static readonly Setting<IReadOnlyList<UrlEntry>> MiningPools = Add(UrlEntry.Setting("mining.pools",
        "Pools to mine on, in order of preference. Empty = the pool of this process. An entry's user is sent exactly "
            + "as it stands, "
        + "in place of mining.wallet and mining.worker; its algo is the algorithm the pool is for.",
        "stratum+tcp://pool.example:3333", ["user", "password", "algo"], secrets: ["password"]));

    public static readonly Setting<string> MiningPool = Add(Text("mining.pool", "",
        "Name of the pool of this process to mine on where mining.pools is empty. Empty = the only one, or the only "
            + "one of the algorithm.",
        "a name of the list pools"));

    public static readonly Setting<IReadOnlyList<string>> RedirectHosts = Add(List("mining.redirect_hosts",
        "Hosts a pool may send the rig to (client.reconnect) besides its own and those below it.",
        "host names such as pool.example; each stands for the names below it too"));

    public static readonly Setting<bool> PauseOnBattery = Add(Switch("mining.pause_on_battery", false,
        "Pause while the machine runs on its battery (Linux)."));

    public static readonly Setting<int> PauseWhenActive = Add(Integer("mining.pause_when_active", 0, 0, 86_400,
        "Pause while somebody uses the machine: until nobody has typed at a console, a built-in keyboard, in a "
            + "terminal window or over "
        + "SSH for so many seconds (Linux); 0 = never."));

    public static readonly Setting<bool> PoolEnabled = Add(Switch("pool.enabled", true, "Serve miners over Stratum."));

    public static readonly Setting<IReadOnlyList<AlgorithmChoice>> PoolAlgorithm =
        Add(AlgorithmChoice.One("pool.algorithm",
        "Algorithm of the embedded chain. Empty = the one mining.algorithms names; of external nodes it is the coin's."));

    public static readonly Setting<string> PoolHost = Add(Text("pool.host", "127.0.0.1",
        "Address to listen on; 0.0.0.0 = every interface.", "an IP address"));

    public static readonly Setting<int> PoolPort = Add(Integer("pool.port", 3333, 1, 65535, "Stratum port."));

    public static readonly Setting<string> PoolScheme = Add(Choice("pool.scheme", "pplns", ["pplns", "pps", "solo"],
        "Who is paid: everyone by recent work when a block is found (pplns), every share at once by its part of a "
            + "block, at the "
        + "operator's risk (pps), or the finder (solo)."));

    public static readonly Setting<decimal> PoolFee = Add(Number("pool.fee", 1.0m, 0m, 100m,
        "Percent of a block the pool keeps.", decimals: FeeRate.PercentDecimals));

    public static readonly Setting<Amount> PoolMinPayout = Add(Coins("pool.min_payout", "0.1",
        "Smaller amounts wait in the miner's balance."));

    public static readonly Setting<int> AccountsMax = Add(Integer("pool.accounts_max", 65_536, 1, 100_000,
        "Addresses that can have an account, each made by its first accepted share (a better and better one once half "
            + "are taken); and as many worker names besides."));

    public static readonly Setting<int> WorkersMax = Add(Integer("pool.workers_max", 1_000, 1, 65_536,
        "Worker names of one address that are counted apart; further ones are counted together as \"others\"."));

    public static readonly Setting<string> PoolAddress = Add(Text("pool.address", "",
        "Address for the pool's fee. Needed with an external node; empty with the embedded chain = made for this data "
            + "directory."));

    public static readonly Setting<int> PoolLogKeep = Add(Integer("pool.log_keep", 30, 0, 36_500,
        "Days shares stay in the share log after snapshots hold what they amount to; 0 = for ever."));

    public static readonly Setting<decimal> DifficultyStart =
        Add(Number("pool.difficulty", 0m, 0m, PortChoice.DifficultyMax,
        "Difficulty every new connection begins with, exactly; 0 = by the miner's user agent, its earlier speed and "
            + "the network."));

    public static readonly Setting<decimal> DifficultyMin =
        Add(Number("pool.difficulty_min", 0m, 0m, PortChoice.DifficultyMax,
        "No share is easier, whatever a miner asks for; 0 = a tenth of a second to a second of one CPU thread, or a "
            + "smaller pool.difficulty."));

    public static readonly Setting<decimal> DifficultyFixed =
        Add(Number("pool.difficulty_fixed", 0m, 0m, PortChoice.DifficultyMax,
        "Difficulty every connection keeps, without a budget of shares; 0 = it follows the miner's speed."));

    public static readonly Setting<IReadOnlyList<PortChoice>> PoolPorts = Add(PortChoice.Setting("pool.ports",
        "Further Stratum ports, each with a difficulty of its own."));

    public static readonly Setting<decimal> SharesPerMinute = Add(Number("pool.shares_per_minute", 20m, 0.1m, 600m,
        "Shares a minute each miner is steered towards."));

    public static readonly Setting<int> Verifiers = Add(Integer("pool.verifiers", 0, 0, 64,
        "Threads that check shares; 0 = chosen for the algorithm and the processor."));

    public static readonly Setting<string> PoolEngine = Add(Choice("pool.engine", "auto", ["auto", "io_uring", "sockets"],
        "What moves miners' bytes: io_uring = one thread over Linux' ring, which also checks and writes cheap shares; "
        + "sockets = the runtime's own; auto = io_uring where the system lets it and its places suffice."));

    public static readonly Setting<IReadOnlyList<string>> CheckGpus = Add(List("pool.check_gpus",
        "Graphics cards that check shares beside the processor, by their numbers in `otedama gpu list`. Empty = "
            + "none. For "
        + "SHA-256d, Verthash and KawPow.",
        "numbers and ranges such as 0, 2-5"));

    public static readonly Setting<string> CheckGpusWhen = Add(Choice("pool.check_gpus_when", "faster",
        ["faster", "always"],
        "When pool.check_gpus check: faster = batches of a size at which the card was measured to be faster; always = "
        + "whenever a card is ready, which spares the processor."));

    public static readonly Setting<int> MaxConnections = Add(Integer("pool.max_connections", 10_000, 1, 1_000_000,
        "Miners connected at once; more are refused politely."));

    public static readonly Setting<int> TlsPort = Add(Integer("pool.tls_port", 0, 0, 65535,
        "Second Stratum port where only TLS is spoken; 0 = none. On pool.port the first byte decides."));

    public static readonly Setting<string> TlsCertificate = Add(Path("pool.tls_certificate",
        "PEM file with the certificate miners are shown, its chain behind it; read again at SIGHUP. Empty = no TLS."));

    public static readonly Setting<string> TlsKey = Add(Path("pool.tls_key", "PEM file with the certificate's key."));

    public static readonly Setting<IReadOnlyList<IPNetwork>> ProxySources =
        Add(NetworkList.Setting("pool.proxy_sources", [],
        "Load balancers whose PROXY header (version 1 or 2) says who the miner is. With one, loopback is no longer "
            + "exempt from limits."));

    public static readonly Setting<IReadOnlyList<UrlEntry>> PoolRegions = Add(UrlEntry.Setting("pool.regions",
        "Your pools in other regions, this one too if you like: a miner with region=auto (or a label) in its password "
            + "is told of the one "
        + "that suits it better (client.reconnect); countries and continents are codes with spaces between. Others "
        + "are told nothing.",
        "stratum+tcp://eu.pool.example:3333", ["label", "countries", "continents"], secrets: []));

    public static readonly Setting<IReadOnlyList<string>> RegionDomains = Add(List("pool.region_domains",
        "Domains that are yours: every host of pool.regions has to be one of them or below one.",
            "host names such as pool.example"));

    public static readonly Setting<IReadOnlyList<IPNetwork>> GuardAllow =
        Add(NetworkList.Setting("pool.guard.allow", ["127.0.0.0/8", "::1/128"],
        "Addresses no limit applies to and that are never banned."));

    public static readonly Setting<int> GuardConnections =
        Add(Integer("pool.guard.connections_per_address", 0, 0, 1_000_000,
        "Connections without an accepted share of one address (IPv6: one /64); 0 = an eighth of pool.max_connections."));

    public static readonly Setting<int> GuardNotLoggedIn =
        Add(Integer("pool.guard.unauthenticated_per_address", 128, 1, 1_000_000,
        "Connections of one address that have not logged in."));

    public static readonly Setting<decimal> GuardConnectRate =
        Add(Number("pool.guard.connections_per_second", 2m, 0m, 100_000m,
        "New connections a second of one address; grows with its miners that have accepted shares. 0 = no limit."));

    public static readonly Setting<int> GuardConnectBurst = Add(Integer("pool.guard.connection_burst", 20, 1, 1_000_000,
        "New connections of one address at once."));

    public static readonly Setting<decimal> GuardNetworkRate =
        Add(Number("pool.guard.network_connections_per_second", 10m, 0m, 100_000m,
        "New connections a second of one network (/24, IPv6: /48). 0 = no limit."));

    public static readonly Setting<int> GuardNetworkBurst =
        Add(Integer("pool.guard.network_connection_burst", 100, 1, 1_000_000,
        "New connections of one network at once."));

    public static readonly Setting<decimal> GuardMessageRate =
        Add(Number("pool.guard.messages_per_second", 1000m, 0m, 1_000_000m,
        "Messages a second of one connection; ten seconds' worth at once are fine. 0 = no limit."));

    public static readonly Setting<int> GuardBanSeconds = Add(Integer("pool.guard.ban_seconds", 600, 1, 86_400,
        "How long an address is shut out for misbehaviour; each further time twice as long, up to a day."));

    public static readonly Setting<string> NodeMode = Add(Choice("node.mode", "embedded", ["embedded", "external"],
        "The built-in test chain, or nodes of a real coin reached over JSON-RPC."));

    public static readonly Setting<int> NodePort =
        Add(Integer("node.port", 18450, 1, 65535, "JSON-RPC port of the embedded chain."));

    public static readonly Setting<IReadOnlyList<UrlEntry>> NodeUrls = Add(UrlEntry.Setting("node.urls",
        "External nodes; each gets every block, the fastest template wins. An entry's own login counts instead of "
            + "node.user, "
        + "node.password and node.cookie.",
        "http://127.0.0.1:8332", ["user", "password", "cookie", "zmq"], secrets: ["password"]));

    public static readonly Setting<string> NodeUser = Add(Text("node.user", "",
        "JSON-RPC user of the external nodes that have none of their own."));

    public static readonly Setting<string> NodePassword =
        Add(Text("node.password", "", "JSON-RPC password.", secret: true));

    public static readonly Setting<string> NodeCookie = Add(Path("node.cookie",
        "Cookie file of the external nodes that have no login of their own, instead of user and password; read again "
            + "when the node "
        + "has written a new one."));

    public static readonly Setting<string> NodeZmq = Add(Text("node.zmq", "",
        "Where the external node publishes its blocks (bitcoind -zmqpubhashblock): a second ear beside long poll. "
            + "With several "
        + "nodes give each its own in node.urls.",
        "an address such as tcp://127.0.0.1:28332"));

    public static readonly Setting<string> NodeCoin = Add(Choice("node.coin", "btc",
        [.. CoinCatalogue.All.Select(static coin => coin.Name).Distinct()
            .Where(static name => name != CoinCatalogue.Otedama.Name)],
        "Coin of the external nodes. The embedded chain has its own coin."));

    public static readonly Setting<string> NodeNetwork = Add(Choice("node.network", "main",
        [.. CoinCatalogue.All.Where(static coin => coin.Name != CoinCatalogue.Otedama.Name)
            .Select(static coin => coin.Network).Distinct()],
        "Network of the external nodes; decides which addresses are valid."));

    public static readonly Setting<int> BlockSeconds = Add(Integer("node.block_seconds", 10, 1, 3600,
        "Seconds between blocks the embedded chain aims at."));

    public static readonly Setting<bool> P2pEnabled = Add(Switch("p2p.enabled", false,
        "Mine on the share chain of the pool's coin: whom a block pays is decided by all its nodes and paid in the "
            + "block itself."));

    public static readonly Setting<string> P2pChain = Add(Choice("p2p.chain", ChainSets.Standard, [.. ChainSets.Names],
        "Which share chain: std pays for the last 6 hours, wide for 7 days (Bitcoin), nano for 18 hours with harder "
            + "shares left to std."));

    public static readonly Setting<string> P2pPass = Add(Text("p2p.pass", "",
        "Makes the share chain a private one of those who have the same word.",
        "up to 64 printable ASCII characters without |", secret: true));

    public static readonly Setting<bool> P2pSoloOk = Add(Switch("p2p.solo_ok", false,
        "Let miners in although no other node of the share chain is connected: whoever begins a chain has to."));

    public static readonly Setting<int> P2pPort =
        Add(Integer("p2p.port", 30303, 1, 65535, "Port for other pool nodes."));

    public static readonly Setting<int> P2pMaxPeers =
        Add(Integer("p2p.max_peers", 50, 0, 10_000, "Pool nodes connected at once, whoever dialled."));

    public static readonly Setting<IReadOnlyList<string>> BootstrapNodes = Add(List("p2p.bootstrap_nodes",
        "Pool nodes to ask first.", "addresses such as node.example:30303 or otp2p://ID@node.example:30303"));

    public static readonly Setting<IReadOnlyList<string>> P2pDnsSeeds = Add(List("p2p.dns_seeds",
        "Host names whose DNS records name pool nodes (SRV _otedama._tcp.NAME, and its addresses with port 30303); "
        + "asked only while fewer than two nodes are connected. None is ours.", "host names such as seeds.example"));

    public static readonly Setting<string> P2pDnsServer = Add(Text("p2p.dns_server", "",
        "Name server to ask for p2p.dns_seeds; empty = those of the system.", "an address such as 192.0.2.53"));

    public static readonly Setting<string> P2pListen = Add(Text("p2p.listen", "",
        "Address to listen on for other pool nodes; empty = every interface.", "an IP address"));

    public static readonly Setting<string> P2pExternal = Add(Text("p2p.external", "",
        "Where others reach this node when it cannot find out itself; empty = it asks its gateway and its peers.",
        "an address such as 203.0.113.7:30303"));

    public static readonly Setting<int> P2pMaxInbound = Add(Integer("p2p.max_inbound", 117, 0, 10_000,
        "Connections that other nodes may make to this one; 0 = it does not listen."));

    public static readonly Setting<int> P2pMaxOutbound = Add(Integer("p2p.max_outbound", 8, 0, 64,
        "Connections this node makes; two that tell no addresses and one that tests come on top."));

    public static readonly Setting<IReadOnlyList<IPNetwork>> P2pAllow = Add(NetworkList.Setting("p2p.allow", [],
        "Networks whose addresses are never banned nor limited; a node there that misbehaves is still banned by its "
            + "id."));

    public static readonly Setting<int> P2pMemory = Add(Integer("p2p.memory", 256, 16, 65_536,
        "MiB that what waits to be sent and read of all peers may take."));

    public static readonly Setting<int> P2pGossipBudget = Add(Integer("p2p.gossip_budget", 64, 1, 1_048_576,
        "KiB a second of shares sent to everybody; above it most peers get announcements only."));

    public static readonly Setting<bool> P2pAudit = Add(Switch("p2p.audit", false,
        "Ask the sender of one share in a hundred for its block's transactions, and count whether they are its own."));

    public static readonly Setting<string> P2pNat =
        Add(Choice("p2p.nat", "auto", ["auto", "pcp", "natpmp", "upnp", "off"],
        "How the gateway is asked to let other nodes in; auto = one after the other."));

    public static readonly Setting<bool> P2pPrivate = Add(Switch("p2p.private", false,
        "Only the nodes of p2p.bootstrap_nodes, each with its node id: no DHT, no DNS, no addresses from others."));

    public static readonly Setting<string> DhtModeName = Add(Choice("dht.mode", "client", ["client", "server", "off"],
        "The BitTorrent DHT, by which pool nodes find each other (otedama net dht): client = ask and answer nothing, "
            + "server = "
        + "answer others too, off."));

    public static readonly Setting<IReadOnlyList<string>> DhtNodes = Add(List("dht.nodes",
        "Nodes of the DHT to ask first, before the public routers.",
        "addresses such as 198.51.100.7:6881 or [2001:db8::7]:6881"));

    public static readonly Setting<bool> DhtAllowPrivate = Add(Switch("dht.allow_private", false,
        "Take private, loopback and reserved addresses from the DHT, and no public routers: for a test network only."));

    public static readonly Setting<string> RegionDatabase = Add(Path("region.mmdb",
        "MaxMind database of countries, read whole at the start; none is shipped. Empty = regions by label and by "
            + "measured ways."));

    public static readonly Setting<string> RegionLabel = Add(Text("region.label", "",
        "Name of the region this node is in, told to its peers; empty = none.",
            "a country code such as DE, or a name of yours, of up to 32 bytes"));

    public static readonly Setting<string> AsnDatabase = Add(Path("asn.mmdb",
        "MaxMind database of autonomous systems, to tell operators apart; none is shipped. Empty = by network, /16 "
            + "and /32."));

    public static readonly Setting<bool> ZkpEnabled = Add(Switch("security.zkp_enabled", false, "Zero-knowledge login.",
        notYet: "this version has no zero-knowledge login; every miner that reaches the Stratum port can log in"));

    public static readonly Setting<string> Encryption =
        Add(Choice("security.encryption", "aes-256-gcm", ["aes-256-gcm"],
        "Cipher between pool nodes: TLS 1.3 with TLS_AES_256_GCM_SHA384 and nothing else."));

    public static readonly Setting<bool> AllowLoosePermissions = Add(Switch("security.allow_loose_permissions", false,
        "Start although other users can read or write secret files or the data directory."));

    public static readonly Setting<bool> ApiEnabled = Add(Switch("api.enabled", true, "Dashboard and local API."));

    public static readonly Setting<string> ApiHost =
        Add(Text("api.host", "127.0.0.1", "Address to listen on; keep it on loopback.", "an IP address"));

    public static readonly Setting<int> ApiPort = Add(Integer("api.port", 8480, 1, 65535, "Dashboard and API port."));

    public static readonly Setting<IReadOnlyList<string>> ApiAllowedHosts = Add(List("api.allowed_hosts",
        "Names the dashboard may be asked for, besides addresses and localhost; a proxy's name, for example.",
        "host names"));

    public static readonly Setting<bool> MetricsEnabled =
        Add(Switch("metrics.enabled", true, "Serve Prometheus metrics."));

    public static readonly Setting<string> MetricsHost =
        Add(Text("metrics.host", "127.0.0.1", "Address to listen on.", "an IP address"));

    public static readonly Setting<int> MetricsPort = Add(Integer("metrics.port", 9090, 1, 65535, "Prometheus port."));

    public static readonly Setting<IReadOnlyList<string>> MetricsAllowedHosts = Add(List("metrics.allowed_hosts",
        "Names a scraper may ask for, besides addresses and localhost.", "host names"));

    public static readonly Setting<string> LogLevel = Add(Choice("log.level", "info",
        ["trace", "debug", "info", "warn", "error", "none"], "Least important message that is written."));

    public static readonly Setting<string> LogFormat =
        Add(Choice("log.format", "text", ["text", "json"], "One line per message, for people or for programs."));

    public static readonly Setting<string> LogFile = Add(Path("log.file",
        "File that gets the log too; SIGHUP opens it anew. Empty = none."));

    public static readonly Setting<int> LogFileMegabytes = Add(Integer("log.file_mb", 16, 1, 100_000,
        "Size in MB at which the log file is put aside as FILE.1 and begun anew."));

    public static readonly Setting<int> LogFileCount =
        Add(Integer("log.file_count", 5, 0, 1000, "Log files put aside that are kept; 0 = none."));

    public static readonly Setting<IReadOnlyList<string>> WebhookUrls = Add(WebhookSettings.Urls("webhook.urls",
        "Addresses that are told of events by an HTTP POST of JSON; its fields text and content suit chat services."));

    public static readonly Setting<IReadOnlyList<string>> WebhookEvents =
        Add(WebhookSettings.Events("webhook.events", "Events that are told."));

    public static readonly Setting<int> WebhookPatience = Add(Integer("webhook.patience_seconds", 120, 5, 86_400,
        "How long a worker is away, or work is lacking, before it is told."));

    public static readonly Setting<string> AsicCatalogue = Add(Path("asic.catalogue",
        "Signed catalogue of firmware images that may be written to ASIC controllers; its signature is FILE.sig. "
            + "Empty = none: each image's "
        + "hash has to be typed in full."));

    public static readonly Setting<IReadOnlyList<string>> AsicCatalogueKeys = Add(List("asic.catalogue_keys",
        "Public keys (P-256) of those whose catalogues are believed, as `openssl ec -pubout` prints them, the lines "
            + "between the dashes joined.",
        "base64 of public keys"));

    public static readonly Setting<IReadOnlyList<string>> FleetRanges = Add(List("asic.fleet.ranges",
        "Where ASICs are looked for and watched; nothing else is ever asked. Private addresses only, unless "
            + "asic.fleet.allow_public; "
        + "65,536 together at most.", "ranges such as 192.168.1.0/24 or 10.0.0.5-90"));

    public static readonly Setting<IReadOnlyList<UrlEntry>> FleetDevices = Add(UrlEntry.Setting("asic.fleet.devices",
        "ASICs that are watched: their addresses, with ports where those are not the usual ones. group = what "
            + "fails together, such as a switch.",
        "192.168.1.7", FleetChoice.DeviceFields, ["password"], "address"));

    public static readonly Setting<IReadOnlyList<UrlEntry>> FleetCredentials =
        Add(UrlEntry.Setting("asic.fleet.credentials",
        "User and password for all devices of a driver; none is ever tried that does not stand here.",
        "antminer", FleetChoice.SecretFields, ["password"], "driver"));

    public static readonly Setting<bool> FleetAllowPublic = Add(Switch("asic.fleet.allow_public", false,
        "Also ask addresses of the public Internet that are listed."));

    public static readonly Setting<int> FleetInterval = Add(Integer("asic.fleet.interval_seconds", 10, 5, 3600,
        "How often each device is asked; where there are more than 500, those that do as always are asked once a "
            + "minute."));

    public static readonly Setting<IReadOnlyList<UrlEntry>> FleetAlarms = Add(UrlEntry.Setting("asic.fleet.alarms",
        "Alarms with other numbers than docs/operating/asic-fleet.md lists; model = only devices whose family, "
            + "model or board contains it.",
        "\"alarm: hot_chip, limit: 85\"", FleetChoice.AlarmFields, [], "alarm"));

    public static readonly Setting<IReadOnlyList<string>> FleetPayoutUsers = Add(List("asic.fleet.payout_users",
        "Users, or addresses before the dot of a worker's name, that devices may mine for; any other is a "
            + "security finding. "
        + "Empty = whom each device paid when it was seen first.", "users"));

    public static readonly Setting<IReadOnlyList<string>> FleetFirmware = Add(List("asic.fleet.firmware_versions",
        "Versions of firmware that may run; any other is a security finding. Empty = any.", "versions"));

    public static readonly Setting<IReadOnlyList<UrlEntry>> FleetPools = Add(UrlEntry.Setting("asic.fleet.pools",
        "Pools that the action restore_pools writes, in order.", "stratum+tcp://pool.example:3333",
        ["user", "password", "password_file", "password_env"], ["password"]));

    public static readonly Setting<IReadOnlyList<UrlEntry>> FleetActions = Add(UrlEntry.Setting("asic.fleet.actions",
        "What is done by itself when an alarm stays: " + string.Join(", ", Asic.ActionRule.Actions) + ".",
        "\"alarm: hashing_stopped, action: restart, after_seconds: 600\"", ["action", "after_seconds"], [], "alarm"));

    public static readonly Setting<bool> FleetDryRun = Add(Switch("asic.fleet.dry_run", true,
        "Actions are only written down in the audit log and not sent. Orders that people give are sent."));

    public static readonly Setting<int> FleetPerDay = Add(Integer("asic.fleet.actions_per_day", 3, 1, 100, "Most "
        + "actions on one device in 24 hours."));

    public static readonly Setting<int> FleetGap = Add(Integer("asic.fleet.actions_gap_minutes", 60, 1, 1440,
        "Least time between two actions on one device."));

    public static readonly Setting<int> FleetPercent = Add(Integer("asic.fleet.actions_percent", 5, 1, 100,
        "Most devices under an action at once, in percent of the fleet; one always may."));

    public static readonly Setting<int> FleetHoldOff = Add(Integer("asic.fleet.hold_off_minutes", 10, 0, 1440,
        "After a device began anew nothing is done to it for that long."));

    public static readonly Setting<IReadOnlyList<string>> FleetMaintenance = Add(List("asic.fleet.maintenance",
        "Times of the week, in UTC, in which no action is done by itself.", "windows such as sat 02:00-04:00 or "
            + "daily 23:30-00:30"));

    public static readonly Setting<string> FleetExec = Add(Path("asic.fleet.exec",
        "Program that is started for each alarm with the words raised or over, the alarm, its severity, the "
            + "device and the sentence. Empty = none."));

    private static T Add<T>(T setting)
        where T : Setting
    {
        s_all.Add(setting);
        return setting;
    }

    public static Setting? Find(string key) => s_all.Find(setting => setting.Key == key);
}
