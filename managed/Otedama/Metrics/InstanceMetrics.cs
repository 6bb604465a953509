using Otedama.Core;
using Otedama.Pool;

namespace Otedama;

/// <summary>
/// The instance as Prometheus sees it. Values are read when somebody collects, so that nothing on the share path knows about
/// metrics. The rows here are also the reference page.
/// </summary>
internal static class InstanceMetrics
{
    /// <summary>Up to 2^24 microseconds, 17 s.</summary>
    private const int LatencyBuckets = 24;

    public static IReadOnlyList<Metric> Rows { get; } =
    [
        .. Fixed(), .. PoolRows(), .. ShareLogRows(), .. NodeRows(), .. ChainMetrics.Rows(), .. PeerMetrics.Rows(),
        .. RigRows(), .. DeviceRows(), .. AsicMetrics.Rows(),
        .. ProcessRows(),
    ];

    public static byte[] Collect(MetricsInput input)
    {
        MetricsText text = new();
        foreach (Metric row in Rows)
        {
            row.Write(text, input);
        }
        return text.ToBytes();
    }

    /// <summary>
    /// Names that every version keeps, always present and without a label: what all rigs or all pools add up to.
    /// </summary>
    private static IEnumerable<Metric> Fixed() =>
    [
        Gauge("otedama_hashrate_total", "Hashes per second of this machine's workers; of the pools' miners when no rig runs here.",
            static m => Hashrate(StatusTotals.Of(m.Status))),
        Counter("otedama_shares_accepted", "Shares accepted by the pools of this process; by the upstreams when no pool runs here.",
            static m => StatusTotals.Of(m.Status).Accepted),
        Gauge("otedama_peers_connected", "Pool nodes connected, of all pools on a share chain.",
            static m => m.Pools.Sum(static p => p.Pool.Chain?.Network.Peers.Count ?? 0)),
        Gauge("otedama_mining_efficiency", "Part of the shares this machine sent that was accepted, 0 to 1; NaN before the first reply.",
            static m => Efficiency(m.Status.Rigs)),
    ];

    private static double Hashrate(StatusTotals all) => all.RigHashrateHs ?? all.PoolHashrateHs ?? double.NaN;

    private static double Efficiency(IReadOnlyList<RigView> rigs)
    {
        long accepted = rigs.Sum(static rig => rig.Accepted);
        long answered = accepted + rigs.Sum(static rig => rig.Rejected + rig.Stale);
        return answered == 0 ? double.NaN : (double)accepted / answered;
    }

    private static IEnumerable<Metric> PoolRows() =>
    [
        new ValueMetric("otedama_pool_info", "gauge", ["pool", "coin", "algorithm", "scheme"], "Always 1; what the pool is for is in the labels.",
            static m => m.Pools.Select(static p => new Sample([p.View.Name, p.View.Coin, p.View.Algorithm, p.View.Scheme], 1))),
        OfPool("otedama_shares_rejected_total", "counter", "reason", "Shares the pool refused, by reason.",
            static p => Enum.GetValues<Rejection>().Where(static r => r != Rejection.None)
                .Select(r => (Views.Snake(r.ToString()), (double)p.Pool.Shares.Reasons.GetValueOrDefault(r)))),
        OfPool("otedama_pool_shares_accepted_total", "counter", "Shares the pool accepted.",
            static p => p.View.Accepted),
        OfPool("otedama_blocks_found_total", "counter", "Blocks of this pool in the ledger, whatever became of them.",
            static p => p.Ledger.BlocksFound + p.Ledger.BlocksOrphaned),
        OfPool("otedama_blocks_confirmed_total", "counter", "Blocks of this pool that matured.",
            static p => p.Ledger.BlocksConfirmed),
        OfPool("otedama_blocks_orphaned_total", "counter", "Blocks of this pool that lost their place in the chain or were refused.", static p => p.Ledger.BlocksOrphaned),
        OfPool("otedama_pool_hashrate_hs", "gauge", "Hashes per second the pool's accepted shares of the last minute stand for.", static p => p.View.HashrateHs),
        OfPool("otedama_pool_connections", "gauge", "Open Stratum connections.", static p => p.View.Connections),
        OfPool("otedama_pool_connections_refused_total", "counter", "Stratum connections closed at the door: a limit was reached or the address is shut out.",
            static p => p.Pool.ConnectionsRefused),
        OfPool("otedama_pool_banned_addresses", "gauge", "Addresses shut out at the moment.",
            static p => p.Pool.Banned),
        OfPool("otedama_threat_total", "counter", "rule", "Connections the guard refused and bans it gave, by rule.",
            static p => p.View.GuardedBy.Select(static r => (r.Key, (double)r.Value))),
        OfPool("otedama_pool_miners", "gauge", "Workers connected to the pool.", static p => p.View.Miners),
        OfPool("otedama_pool_malformed_lines_total", "counter", "Lines of miners that were no JSON.",
            static p => p.MalformedLines),
        OfPool("otedama_pool_checks_total", "counter", "by",
            "Proofs of shares and blocks by who checked them, of pools whose shares cards check.",
            static p => p.View.Checks is not { } checks ? []
                : checks.Cards.Select(static card => (card.Gpu, (double)card.Checked)).Prepend(("cpu",
                    (double)checks.Processor))),
        OfPool("otedama_job_age_seconds", "gauge", "Age of the job miners work on; NaN before the first.",
            static p => p.View.JobAgeS ?? double.NaN),
        new HistogramMetric("otedama_submit_latency_seconds", "Reading a submit to handing over its answer.", static p => Latency(p.Pool.Replies)),
    ];

    private static IEnumerable<Metric> ShareLogRows() =>
    [
        OfPool("otedama_share_queue_depth", "gauge", "Candidates that wait for a validator.", static p => p.QueueDepth),
        OfPool("otedama_share_log_commits_total", "counter", "Writes of the share log that the disk confirmed.",
            static p => p.Commits.Commits),
        OfPool("otedama_share_log_commit_seconds_total", "counter", "Time spent waiting for those.",
            static p => p.Commits.CommitMicroseconds / 1e6),
        OfPool("otedama_share_log_commit_failures_total", "counter", "Writes of the share log that the disk refused; each is repeated.", static p => p.Commits.CommitFailures),
        OfPool("otedama_share_log_stalled", "gauge", "1 while the disk refuses the share log and shares wait for their answer.", static p => p.LogStalled ? 1 : 0),
    ];

    private static IEnumerable<Metric> NodeRows() =>
    [
        OfPool("otedama_node_height", "gauge", "Height of the coin node's tip; NaN when it never answered.",
            static p => p.View.Node.Height ?? double.NaN),
        OfPool("otedama_node_reachable", "gauge", "1 when a coin node answers.", static p => p.View.Node.Reachable ? 1 : 0),
        OfPool("otedama_network_difficulty", "gauge", "Difficulty of the next block.", static p => p.View.Node.Difficulty ?? double.NaN),
    ];

    private static IEnumerable<Metric> RigRows() =>
    [
        new ValueMetric("otedama_rig_info", "gauge", ["rig", "algorithm"], "Always 1; what the rig mines is in the label.",
            static m => m.Rigs.Select(static r => new Sample([r.View.Name, r.View.Algorithm], 1))),
        OfRig("otedama_rig_hashrate_hs", "gauge", "Hashes per second of the rig's workers.", static r => r.View.HashrateHs),
        OfRig("otedama_rig_shares_accepted_total", "counter", "Shares of this machine that its pool accepted.", static r => r.Rig.Shares.Accepted),
        OfRig("otedama_rig_shares_rejected_total", "counter", "Shares of this machine that its pool refused for another reason than being late.", static r => r.Rig.Shares.Rejected),
        OfRig("otedama_rig_shares_stale_total", "counter", "Shares of this machine that came too late.", static r => r.Rig.Shares.Stale),
        OfRig("otedama_rig_shares_dropped_total", "counter", "Shares of this machine that were never answered: the connection went away first.", static r => r.Rig.Shares.Dropped),
        OfRig("otedama_rig_difficulty", "gauge", "Difficulty the upstream pool asks for; NaN without a job.", static r => r.View.Difficulty ?? double.NaN),
        OfRig("otedama_upstream_latency_seconds", "gauge", "Last submit to its reply; NaN before the first.", static r => r.View.LatencyMs / 1000 ?? double.NaN),
        OfRig("otedama_upstream_connected", "gauge", "1 while a pool gives the rig work.", static r => r.View.Connected ? 1 : 0),
        OfRig("otedama_upstream_failures", "gauge", "upstream", "Failed attempts in a row, by upstream pool in the order of the configuration, from 0.",
            static r => r.Rig.Pools.Select(static (pool, n) => (n.ToString(System.Globalization.CultureInfo.InvariantCulture), (double)pool.Failures))),
        OfRig("otedama_worker_hashrate_hs", "gauge", "worker", "Hashes per second by worker of this machine.",
            static r => r.View.Workers.Select(static w => (w.Name, w.HashrateHs))),
        OfRig("otedama_worker_healthy", "gauge", "worker", "1 while the worker works as it should, or has nothing to do.",
            static r => r.View.Workers.Select(static w => (w.Name, w.Health is "healthy" or "idle" ? 1.0 : 0.0))),
        OfRig("otedama_worker_restarts_total", "counter", "worker", "Times the worker was started again.",
            static r => r.Rig.Workers.Select(static w => (w.Name, (double)w.Restarts))),
    ];

    /// <summary>A device has a series where it tells the value.</summary>
    private static IEnumerable<Metric> DeviceRows() =>
    [
        OfDevice("otedama_device_temperature_celsius", "gauge",
            "Temperature of hardware that mines, where it tells.",
            static d => d.TemperatureC),
        OfDevice("otedama_device_power_watts", "gauge",
            "Power of hardware that mines, where it tells.",
            static d => d.PowerW),
        OfDevice("otedama_device_fan_percent", "gauge",
            "Speed of its fan in percent of the highest, where it tells.",
            static d => d.FanPercent),
        OfDevice("otedama_device_clock_mhz", "gauge",
            "Clock of its compute units in MHz, where it tells.",
            static d => d.ClockMhz),
        OfDevice("otedama_device_hashes_per_joule", "gauge",
            "Hashes for each joule it drew, where it tells its power.",
            static d => d.HashesPerJoule),
        OfDevice("otedama_device_throttled", "gauge",
            "1 while heat or its hardware slows it, where it tells; the power limit that was set does not count.",
            static d => d.Throttle is { } reasons ? reasons.Any(static reason => reason != "power") ? 1 : 0 : null),
        OfDevice("otedama_device_telemetry_stale", "gauge",
            "1 while its driver does not answer, so that nothing is known of it.",
            static d => d.Stale ? 1 : 0),
        OfDevice("otedama_device_hardware_errors_total", "counter",
            "Answers of a graphics card the processor found wrong.",
            static d => d.HardwareErrors),
        OfDevice("otedama_device_lost_total", "counter",
            "Times a graphics card was given up as lost.",
            static d => d.Lost),
    ];

    private static IEnumerable<Metric> ProcessRows() =>
    [
        Counter("otedama_log_lines_dropped_total", "Log lines lost because their output was full, closed or too slow.", static m => m.Status.LogLinesDropped),
        Gauge("otedama_process_resident_bytes", "Resident memory.", static m => m.Status.RssBytes ?? double.NaN),
        Counter("otedama_process_cpu_seconds_total", "Processor time of this process, all threads.", static _ => Environment.CpuUsage.TotalTime.TotalSeconds),
        new ValueMetric("otedama_gc_collections_total", "counter", ["generation"], "Garbage collections.",
            static _ => Enumerable.Range(0, GC.MaxGeneration + 1).Select(static g => new Sample([$"{g}"], GC.CollectionCount(g)))),
        Counter("otedama_gc_pause_seconds_total", "Time all threads stood still for garbage collections.", static _ => GC.GetTotalPauseDuration().TotalSeconds),
        Gauge("otedama_gc_heap_bytes", "Managed memory in use.", static _ => GC.GetTotalMemory(forceFullCollection: false)),
        Gauge("otedama_process_threads", "Threads of the shared thread pool.", static _ => ThreadPool.ThreadCount),
        Gauge("otedama_uptime_seconds", "Time since start.", static m => m.Status.UptimeS),
        new ValueMetric("otedama_build_info", "gauge", ["version"], "Always 1; the version is in the label.", static m => [new Sample([m.Status.Version], 1)]),
    ];

    private static Histogram Latency(LatencyTotals replies)
    {
        List<(double, long)> buckets = [.. replies.Octaves.Take(LatencyBuckets).Select(static (count, i) => ((2L << i) / 1e6, count))];
        buckets.Add((double.PositiveInfinity, replies.Octaves.Skip(LatencyBuckets).Sum()));
        return new Histogram(buckets, replies.SumSeconds);
    }

    private static ValueMetric Gauge(string name, string help, Func<MetricsInput, double> value) => Alone(name, "gauge", help, value);

    private static ValueMetric Counter(string name, string help, Func<MetricsInput, double> value) => Alone(name, "counter", help, value);

    private static ValueMetric Alone(string name, string type, string help, Func<MetricsInput, double> value) =>
        new(name, type, [], help, m => [new Sample([], value(m))]);

    private static ValueMetric OfPool(string name, string type, string help, Func<PoolInput, double> value) =>
        new(name, type, ["pool"], help, m => m.Pools.Select(pool => new Sample([pool.View.Name], value(pool))));

    private static ValueMetric OfPool(
        string name, string type, string label, string help, Func<PoolInput, IEnumerable<(string Label, double Value)>> values) =>
        new(name, type, ["pool", label], help,
            m => m.Pools.SelectMany(pool => values(pool).Select(row => new Sample([pool.View.Name, row.Label], row.Value))));

    private static ValueMetric OfDevice(string name, string type, string help, Func<DeviceView, double?> value) =>
        OfRig(
        name,
        type,
        "device",
        help,
        r => r.View.Devices.Select(device => (device.Id, Value: value(device)))
            .Where(static one => one.Value is not null).Select(static one => (one.Id, one.Value!.Value)));

    private static ValueMetric OfRig(string name, string type, string help, Func<RigInput, double> value) =>
        new(name, type, ["rig"], help, m => m.Rigs.Select(rig => new Sample([rig.View.Name], value(rig))));

    private static ValueMetric OfRig(
        string name, string type, string label, string help, Func<RigInput, IEnumerable<(string Label, double Value)>> values) =>
        new(name, type, ["rig", label], help,
            m => m.Rigs.SelectMany(rig => values(rig).Select(row => new Sample([rig.View.Name, row.Label], row.Value))));
}
