namespace Otedama.Tests.App;

/// <summary>An instance with invented but plausible figures, for the API and the page.</summary>
internal sealed class FakeInstance : IInstance
{
    private const int Samples = 600;

    private readonly long _now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    public bool Mining { get; private set; } = true;

    public bool HasRig { get; init; } = true;

    public bool HasPool { get; init; } = true;

    /// <summary>The pool is on a share chain, with peers.</summary>
    public bool HasChain { get; init; }

    /// <summary>What its share chain warns of.</summary>
    public IReadOnlyList<ChainAlarmView> Alarms { get; set; } = [];

    /// <summary>Why the share chain lets nobody in; null: it does.</summary>
    public string? Shut { get; init; }

    /// <summary>Why the rig earns nothing.</summary>
    public string? Problem { get; init; }

    /// <summary>Hashes per second that the pool's first sample stands for; 0 = nothing unusual.</summary>
    public double Spike { get; init; }

    public double Uptime { get; set; } = 1300;

    public IFleetView? Fleet { get; init; }

    /// <summary>A second rig and a second pool beside those named main.</summary>
    public bool Several { get; init; }

    public IReadOnlyList<string> PoolNames => [.. Status().Pools.Select(static pool => pool.Name)];

    public IReadOnlyList<string> RigNames => [.. Status().Rigs.Select(static rig => rig.Name)];

    public StatusView Status() => new()
    {
        Version = "0.1.0",
        Pid = 1,
        StartedAt = _now - 1300,
        UptimeS = Uptime,
        DataDir = "/home/miner/.local/share/otedama",
        MetricsUrl = "http://127.0.0.1:9090/metrics",
        RssBytes = 47_000_000,
        Rigs = !HasRig ? [] : Several ? [Rig(), Rig() with { Name = "attic", Algorithm = "scrypt", HashrateHs = 12_400, Upstream = "stratum+tcp://127.0.0.1:3334" }] : [Rig()],
        Pools = !HasPool ? [] : HasChain ? [Pool() with { Scheme = "sharechain", Unit = "OTE", Sharechain = Chain() }] : Several ? [Pool(), Second()] : [Pool()],
        Datasets =
        [
            new DatasetView("kawpow", "light", 618, "KawPow light cache of epoch 618", 97_779_392, 1, 3, null, null),
            new DatasetView("kawpow", "full", 618, "KawPow dataset of epoch 618", 6_257_899_136, 0.25, 65, null, null),
        ],
    };

    private ChainView Chain()
    {
        ChainView view = FakeChain.View() with { Alarms = Alarms };
        return Shut is null ? view : view with { Gate = new ChainGateView(false, Shut) };
    }

    public MinersAnswer Miners(string pool) => pool == "litecoin" ? new MinersAnswer(1, [Miner("barn", "cpuminer/2.5", 12_400, 91)]) { Pool = pool } : new(1,
    [
        Miner("rig1", "otedama/0.1.0", 54_300_000, 2417),
        Miner("garage", "cpuminer-opt/24.5", 27_100_000, 811),
        Miner("<script>alert(1)</script>", "x\"><img src=x>", 1000, 0),
    ])
    {
        Pool = pool,
    };

    public BlocksAnswer Blocks(string pool) => new(1,
    [
        .. Enumerable.Range(0, 12).Select(i => new BlockView
        {
            Height = 128 - i,
            Hash = $"00000000{i:x2}d3c1f6a8b2e47790aa51cc07be6d1f3394e2b8f0c7a1d5e69b3f42{i:x4}",
            Time = _now - (i * 37) - 4,
            Finder = i % 3 == 0 ? "garage" : "rig1",
            Reward = "50.00012",
            Status = i == 3 ? "orphaned" : i < 10 ? "pending" : "confirmed",
            Fee = "0.5000012",
            PaidToMiners = "49.5001188",
            Effort = 0.2 + (i * 0.3),
        }),
    ])
    {
        Pool = pool,
    };

    public PayoutsAnswer Payouts(string pool) => new(1,
    [
        new PayoutView { Address = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", Paid = "5231.4410", Earned = "5231.4822", Balance = "0.0412" },
        new PayoutView { Address = "bcrt1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qzf4jry", Paid = "1210.2", Earned = "1210.2", Balance = "0" },
        new PayoutView { Address = "bcrt1q0000000000000000000000000000000000000", Kind = "operator", Paid = "64", Pending = "1.5", Earned = "65", Balance = "-0.5" },
    ])
    {
        Unit = "OTE",
        History =
        [
            new PayoutEventView
            {
                Time = 1_800_000_000, Height = 128, Hash = new string('0', 60) + "beef", Address = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", Kind = "miner",
                Amount = "1049.5", Earned = "1049.5412", Status = "pending",
            },
            new PayoutEventView
            {
                Time = 1_800_000_000, Height = 128, Hash = new string('0', 60) + "beef", Address = "bcrt1q0000000000000000000000000000000000000", Kind = "operator",
                Amount = "0.5", Earned = "0.5", Status = "pending",
            },
        ],
        Pool = pool,
    };

    public ChainSharesAnswer ChainShares(string pool, int count) => HasChain ? FakeChain.Shares(_now, count) with { Pool = pool } : new(1, []) { Pool = pool };

    public PeersAnswer Peers(string pool) => HasChain ? FakeChain.Peers() with { Pool = pool } : new(1, false, []) { Pool = pool };

    public HistoryView History()
    {
        Random random = new(3);
        long[] accepted = new long[Samples];
        long[] rejected = new long[Samples];
        long[] blocks = new long[Samples];
        for (int i = 1; i < Samples; i++)
        {
            accepted[i] = accepted[i - 1] + random.Next(0, 4);
            rejected[i] = rejected[i - 1] + (random.Next(40) == 0 ? 1 : 0);
            blocks[i] = blocks[i - 1] + (random.Next(18) == 0 ? 1 : 0);
        }
        long[] shift = [3228 - accepted[^1], 17 - rejected[^1], 127 - blocks[^1]];
        return new HistoryView
        {
            StepS = 2,
            Time = [.. Enumerable.Range(0, Samples).Select(i => _now - ((Samples - i) * 2L))],
            Rigs = [.. RigNames.Select(name => Series(name, accepted, rejected, new long[Samples], [.. Enumerable.Range(0, Samples).Select(i => 53e6 + (2e6 * Math.Sin(i / 40.0)) + (random.NextDouble() * 6e5))]))],
            Pools = [.. PoolNames.Select(name => Series(name, [.. accepted.Select(v => v + shift[0])], [.. rejected.Select(v => v + shift[1])], [.. blocks.Select(v => v + shift[2])], [.. Enumerable.Range(0, Samples).Select(i => (i == 0 ? Spike : 0) + 79e6 + (6e6 * Math.Sin(i / 70.0)) + (random.NextDouble() * 3e6))]))],
        };
    }

    private static SeriesView Series(string name, long[] accepted, long[] rejected, long[] blocks, double[] rates) => new()
    {
        Name = name,
        HashrateHs = rates,
        Accepted = accepted,
        Rejected = rejected,
        Blocks = blocks,
        Workers = [.. Enumerable.Repeat(3, Samples)],
    };

    public Task<ReloadAnswer> ReloadAsync(CancellationToken stop) => Task.FromResult(new ReloadAnswer(1, null, [], [], []));

    public Task<string?> SetMiningAsync(bool mining, string? rig, CancellationToken stop)
    {
        Mining = mining;
        return Task.FromResult(HasRig ? null : "this instance has no miner");
    }

    /// <summary>The last switch it was asked for.</summary>
    public MiningSwitch? Switched { get; private set; }

    public Task<SwitchAnswer> SwitchMiningAsync(MiningSwitch wanted, CancellationToken stop)
    {
        Switched = wanted;
        return Task.FromResult(new SwitchAnswer(1, wanted.Rig, wanted.Algorithm, "sha256d", wanted.Pools, true));
    }

    private RigView Rig() => new()
    {
        Name = "main",
        Mining = Mining,
        Algorithm = "sha256d",
        HashrateHs = Mining ? 54_312_000 : 0,
        Upstream = "stratum+tcp://127.0.0.1:3333",
        Connected = Problem is null,
        Problem = Problem,
        LatencyMs = 0.31,
        Pools =
        [
            new UpstreamView("stratum+tcp://127.0.0.1:3333", Problem is null ? "active" : "failed", 0.31, Problem),
            new UpstreamView("stratum+tls://backup.pool-with-a-long-name.example:443", "standby", null, null),
        ],
        Accepted = 2417,
        Rejected = 3,
        Stale = 1,
        RejectedBy = new Dictionary<string, long> { ["low difficulty share"] = 3 },
        Difficulty = 0.064,
        Efficiency = 0.998,
        Workers =
        [
            new WorkerView("cpu0", "avx512", 27_200_000, 1210, "healthy"),
            new WorkerView("cpu1", "avx512", 27_112_000, 1207, "degraded"),
        ],
        Devices =
        [
            new DeviceView("cpu", "cpu", "Some processor", 61, 95, null, 3500) { HashesPerJoule = 571_600 },
            new DeviceView("gpu0", "gpu", "Card in the window", 64, 215, null, 1905)
            {
                FanPercent = 61, MemoryClockMhz = 9501, PowerLimitW = 250, Throttle = ["power"], HashesPerJoule = 4_651_000, HardwareErrors = 0, Lost = 0,
            },
            new DeviceView("gpu1", "gpu", "Card at the wall", 91, 180, 2900, 1200)
            {
                FanPercent = 100, HotspotC = 104, MemoryTemperatureC = 98, Throttle = ["heat"], HashesPerJoule = 2_100_000, HardwareErrors = 3, Lost = 1,
            },
            new DeviceView("gpu2", "gpu", "Card that hangs", null, null, null, null) { Stale = true },
            new DeviceView("gpu3", "gpu", "Card that is silent", null, null, null, null),
        ],
    };

    private static PoolView Second() => Pool() with
    {
        Name = "litecoin",
        Coin = "ltc",
        Algorithm = "scrypt",
        Url = "stratum+tcp://127.0.0.1:3334",
        HashrateHs = 12_400,
        Accepted = 91,
        Miners = 1,
        Blocks = 2,
        Node = Pool().Node with { Mode = "external", Network = "Litecoin", Url = "http://127.0.0.1:9332/", Height = 2_900_000 },
    };

    private static PoolView Pool() => new()
    {
        Name = "main",
        Coin = "otedama",
        Algorithm = "sha256d",
        Node = new NodeView
        {
            Mode = "embedded",
            Network = "Otedama test chain",
            Url = "http://127.0.0.1:18450/",
            Reachable = true,
            Height = 128,
            Difficulty = 0.0417,
        },
        Url = "stratum+tcp://127.0.0.1:3333",
        Scheme = "pplns",
        FeePercent = 1.0m,
        MinPayout = "0.1",
        Connections = 4,
        Miners = 3,
        HashrateHs = 81_400_000,
        Accepted = 3228,
        Rejected = 17,
        RejectedBy = new Dictionary<string, long> { ["stale"] = 9, ["above_target"] = 8 },
        Blocks = 127,
        Height = 129,
        JobAgeS = 3.2,
        NetworkDifficulty = 0.0417,
        SubmitMsP50 = 0.18,
        SubmitMsP99 = 2.4,
    };

    private MinerView Miner(string worker, string agent, double rate, long accepted) => new()
    {
        Address = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080",
        Worker = worker,
        Agent = agent,
        Connections = 1,
        Difficulty = 0.064,
        HashrateHs = rate,
        Accepted = accepted,
        Rejected = 2,
        ConnectedAt = _now - 600,
    };
}
