namespace Otedama;

/// <summary>The whole instance at one moment: what GET /api/v1/status answers and the live stream repeats.</summary>
internal sealed record StatusView
{
    public int Schema { get; init; } = 2;

    public required string Version { get; init; }

    public required int Pid { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long StartedAt { get; init; }

    public required double UptimeS { get; init; }

    public required string DataDir { get; init; }

    public string? DashboardUrl { get; init; }

    public string? MetricsUrl { get; init; }

    /// <summary>Resident memory of the process.</summary>
    public long? RssBytes { get; init; }

    /// <summary>Log lines lost since the start because their output took none.</summary>
    public long LogLinesDropped { get; init; }

    /// <summary>The miners of this machine, in the order of the configuration; empty where none runs.</summary>
    public IReadOnlyList<RigView> Rigs { get; init; } = [];

    /// <summary>The pools of this process, in the order of the configuration; empty where none runs.</summary>
    public IReadOnlyList<PoolView> Pools { get; init; } = [];

    /// <summary>Those that are made, and those being made.</summary>
    public IReadOnlyList<DatasetView> Datasets { get; init; } = [];
}

/// <summary>A miner of this machine.</summary>
internal sealed record RigView
{
    /// <summary>Its name in the configuration; main where no list gives one.</summary>
    public required string Name { get; init; }

    public required bool Mining { get; init; }

    public required string Algorithm { get; init; }

    /// <summary>Over the last 10 seconds; 0 while mining is stopped.</summary>
    public required double HashrateHs { get; init; }

    /// <summary>Over the last minute.</summary>
    public double? Hashrate60sHs { get; init; }

    /// <summary>Over the last quarter of an hour.</summary>
    public double? Hashrate15mHs { get; init; }

    public required string? Upstream { get; init; }

    /// <summary>Why nothing is earned at the moment, in a sentence; null while all is well.</summary>
    public string? Problem { get; init; }

    /// <summary>From the last submit to its reply; null before the first.</summary>
    public double? LatencyMs { get; init; }

    public required bool Connected { get; init; }

    public required long Accepted { get; init; }

    public required long Rejected { get; init; }

    public required long Stale { get; init; }

    /// <summary>Refusals by the pool's reason.</summary>
    public IReadOnlyDictionary<string, long> RejectedBy { get; init; } = new Dictionary<string, long>();

    /// <summary>Difficulty the upstream asks for.</summary>
    public double? Difficulty { get; init; }

    /// <summary>Part of the shares sent that was accepted, 0 to 1. Null before the first reply.</summary>
    public double? Efficiency { get; init; }

    public required IReadOnlyList<WorkerView> Workers { get; init; }

    /// <summary>What the workers run on.</summary>
    public IReadOnlyList<DeviceView> Devices { get; init; } = [];

    /// <summary>In order of preference.</summary>
    public IReadOnlyList<UpstreamView> Pools { get; init; } = [];
}

/// <summary>One worker of the rig.</summary>
internal sealed record WorkerView(string Name, string Flavour, double HashrateHs, long Found, string Health)
{
    /// <summary>Why it is not healthy; null when it is.</summary>
    public string? Reason { get; init; }
}

/// <summary>A piece of hardware that hashes; what it does not tell of itself is null.</summary>
/// <param name="Id">As the metrics name it, such as cpu.</param>
/// <param name="Kind">cpu.</param>
internal sealed record DeviceView(
    string Id, string Kind, string Name, double? TemperatureC, double? PowerW, double? FanRpm, double? ClockMhz);

/// <summary>A pool this machine mines on or would turn to.</summary>
/// <param name="State">standby, connecting, active or failed.</param>
internal sealed record UpstreamView(string Url, string State, double? LatencyMs, string? LastError);

/// <summary>A pool of this process.</summary>
internal sealed record PoolView
{
    /// <summary>Who checks its shares besides the processor; null where no card does.</summary>
    public ChecksView? Checks { get; init; }

    /// <summary>Its name in the configuration; main where no list gives one.</summary>
    public required string Name { get; init; }

    /// <summary>The coin as configurations name it, otedama for the embedded chain.</summary>
    public required string Coin { get; init; }

    public required string Algorithm { get; init; }

    /// <summary>The chain it mines on.</summary>
    public required NodeView Node { get; init; }

    public required string Url { get; init; }

    public required string Scheme { get; init; }

    public required decimal FeePercent { get; init; }

    /// <summary>Coins, as text.</summary>
    public required string MinPayout { get; init; }

    public required int Connections { get; init; }

    public required int Miners { get; init; }

    public required double HashrateHs { get; init; }

    public required long Accepted { get; init; }

    public required long Rejected { get; init; }

    public required IReadOnlyDictionary<string, long> RejectedBy { get; init; }

    /// <summary>Blocks of the ledger that are pending or confirmed.</summary>
    public required long Blocks { get; init; }

    public long BlocksConfirmed { get; init; }

    public long BlocksOrphaned { get; init; }

    /// <summary>Work since the newest block in expected blocks; null before the first template.</summary>
    public double? Effort { get; init; }

    /// <summary>Blocks found over blocks expected, above 1 is lucky; null before any work.</summary>
    public double? Luck { get; init; }

    /// <summary>Symbol of the coin that amounts are in.</summary>
    public string Unit { get; init; } = "";

    /// <summary>Coins of all miners together, as text: earned = pending (immature) + paid + owed.</summary>
    public string Earned { get; init; } = "0";

    public string Pending { get; init; } = "0";

    public string Paid { get; init; } = "0";

    public string Owed { get; init; } = "0";

    /// <summary>Coins the operator earned, as text: fees, or under PPS blocks less what shares earned.</summary>
    public string FeeEarned { get; init; } = "0";

    /// <summary>Height of the block being worked on; null before the first template.</summary>
    public int? Height { get; init; }

    public double? JobAgeS { get; init; }

    /// <summary>Connections the guard refused and bans it gave since the start, by rule.</summary>
    public IReadOnlyDictionary<string, long> GuardedBy { get; init; } = new Dictionary<string, long>();

    public double? NetworkDifficulty { get; init; }

    public double? SubmitMsP50 { get; init; }

    public double? SubmitMsP99 { get; init; }

    /// <summary>The share chain that says whom blocks pay; null where the pool's own ledger does.</summary>
    public ChainView? Sharechain { get; init; }
}

/// <summary>The chain a pool mines on.</summary>
internal sealed record NodeView
{
    public required string Mode { get; init; }

    public required string Network { get; init; }

    public required string Url { get; init; }

    public required bool Reachable { get; init; }

    public int? Height { get; init; }

    public string? BestBlock { get; init; }

    public double? Difficulty { get; init; }

    public int? MempoolTransactions { get; init; }

    /// <summary>Why it cannot be used; null when it can.</summary>
    public string? Problem { get; init; }

    /// <summary>Every node the pool asks, in the order of the configuration.</summary>
    public IReadOnlyList<NodeRowView> Nodes { get; init; } = [];
}

/// <summary>One coin node. Unknown is null.</summary>
internal sealed record NodeRowView
{
    public required string Name { get; init; }

    /// <summary>connecting, ready, not_ready or down.</summary>
    public required string State { get; init; }

    public int? Height { get; init; }

    public string? BestBlock { get; init; }

    public double? LatencyMs { get; init; }

    public required bool LongPoll { get; init; }

    /// <summary>"connected", why not, or null without node.zmq.</summary>
    public string? Zmq { get; init; }

    /// <summary>Null while it serves.</summary>
    public string? Problem { get; init; }

    /// <summary>Unix time; null while it serves.</summary>
    public long? NextAttemptAt { get; init; }
}
