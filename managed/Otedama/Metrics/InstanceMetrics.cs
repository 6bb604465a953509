using Otedama.Core;
using Otedama.Pool;

namespace Otedama;

/// <summary>
/// The instance as Prometheus sees it. Values are read when somebody collects, so that nothing on the share path knows about
/// metrics. The rows here are also the reference page.
/// </summary>
internal static class InstanceMetrics
{
    public static IReadOnlyList<Metric> Rows { get; } = [.. Fixed(), .. PoolRows(), .. ShareLogRows(), .. NodeRows(), .. RigRows(), .. ProcessRows()];

    public static byte[] Collect(MetricsInput input)
    {
        MetricsText text = new();
        foreach (Metric row in Rows)
        {
            row.Write(text, input);
        }
        return text.ToBytes();
    }

    /// <summary>Names that every version keeps, always present.</summary>
    /// <summary>Up to 2^24 microseconds, 17 s.</summary>
    private const int LatencyBuckets = 24;

    private static IEnumerable<Metric> Fixed() =>
    [
        Gauge("otedama_hashrate_total", "Hashes per second of this machine's workers; of the pool's miners when no rig runs here.",
            static m => m.Status.Rig?.HashrateHs ?? m.Status.Pool?.HashrateHs ?? double.NaN),
        Counter("otedama_shares_accepted", "Shares accepted by the pool of this process; by the upstream when no pool runs here.",
            static m => m.Status.Pool?.Accepted ?? m.Status.Rig?.Accepted ?? 0),
        Gauge("otedama_peers_connected", "Pool nodes connected; 0 in this version, which has no peer-to-peer network.", static _ => 0),
        Gauge("otedama_mining_efficiency", "Part of the shares this machine sent that was accepted, 0 to 1; NaN before the first reply.",
            static m => m.Status.Rig?.Efficiency ?? double.NaN),
    ];

    private static IEnumerable<Metric> PoolRows() =>
    [
        Labelled("otedama_shares_rejected_total", "counter", "reason", "Shares the pool refused, by reason.",
            static m => m.Pool is { } pool ? Enum.GetValues<Rejection>().Where(static r => r != Rejection.None)
                .Select(r => (Views.Snake(r.ToString()), (double)pool.Shares.Reasons.GetValueOrDefault(r))) : null),
        Counter("otedama_blocks_found_total", "Blocks of this pool in the ledger, whatever became of them.", static m => m.Ledger is { } l ? l.BlocksFound + l.BlocksOrphaned : null),
        Counter("otedama_blocks_confirmed_total", "Blocks of this pool that matured.", static m => m.Ledger?.BlocksConfirmed),
        Counter("otedama_blocks_orphaned_total", "Blocks of this pool that lost their place in the chain or were refused.", static m => m.Ledger?.BlocksOrphaned),
        Gauge("otedama_pool_hashrate_hs", "Hashes per second the pool's accepted shares of the last minute stand for.", static m => m.Status.Pool?.HashrateHs),
        Gauge("otedama_pool_connections", "Open Stratum connections.", static m => m.Status.Pool?.Connections),
        Counter("otedama_pool_connections_refused_total", "Stratum connections closed at the door: a limit was reached or the address is shut out.",
            static m => m.Pool?.ConnectionsRefused),
        Gauge("otedama_pool_banned_addresses", "Addresses shut out at the moment.", static m => m.Pool?.Banned),
        Labelled("otedama_threat_total", "counter", "rule", "Connections the guard refused and bans it gave, by rule.",
            static m => m.Status.Pool?.GuardedBy.Select(static r => (r.Key, (double)r.Value))),
        Gauge("otedama_pool_miners", "Workers connected to the pool.", static m => m.Status.Pool?.Miners),
        Counter("otedama_pool_malformed_lines_total", "Lines of miners that were no JSON.", static m => m.Pool is null ? null : m.MalformedLines),
        Gauge("otedama_job_age_seconds", "Age of the job miners work on; NaN before the first.", static m => m.Pool is null ? null : m.Status.Pool?.JobAgeS ?? double.NaN),
        new HistogramMetric("otedama_submit_latency_seconds", "Reading a submit to handing over its answer.", static m => Latency(m.Pool?.Replies)),
    ];

    private static IEnumerable<Metric> ShareLogRows() =>
    [
        Gauge("otedama_share_queue_depth", "Candidates that wait for a validator.", static m => m.Commits is null ? null : m.QueueDepth),
        Counter("otedama_share_log_commits_total", "Writes of the share log that the disk confirmed.", static m => m.Commits?.Commits),
        Counter("otedama_share_log_commit_seconds_total", "Time spent waiting for those.", static m => m.Commits?.CommitMicroseconds / 1e6),
        Counter("otedama_share_log_commit_failures_total", "Writes of the share log that the disk refused; each is repeated.", static m => m.Commits?.CommitFailures),
        Gauge("otedama_share_log_stalled", "1 while the disk refuses the share log and shares wait for their answer.",
            static m => m.Commits is null ? null : m.LogStalled ? 1 : 0),
    ];

    private static IEnumerable<Metric> NodeRows() =>
    [
        Gauge("otedama_node_height", "Height of the coin node's tip; NaN when it never answered.", static m => m.Status.Node is { } node ? node.Height ?? double.NaN : null),
        Gauge("otedama_node_reachable", "1 when a coin node answers.", static m => m.Status.Node is { } node ? (node.Reachable ? 1 : 0) : null),
        Gauge("otedama_network_difficulty", "Difficulty of the next block.", static m => m.Status.Node is { } node ? node.Difficulty ?? double.NaN : null),
    ];

    private static IEnumerable<Metric> RigRows() =>
    [
        Counter("otedama_rig_shares_accepted_total", "Shares of this machine that its pool accepted.", static m => m.Rig?.Shares.Accepted),
        Counter("otedama_rig_shares_rejected_total", "Shares of this machine that its pool refused for another reason than being late.", static m => m.Rig?.Shares.Rejected),
        Counter("otedama_rig_shares_stale_total", "Shares of this machine that came too late.", static m => m.Rig?.Shares.Stale),
        Counter("otedama_rig_shares_dropped_total", "Shares of this machine that were never answered: the connection went away first.", static m => m.Rig?.Shares.Dropped),
        Gauge("otedama_rig_difficulty", "Difficulty the upstream pool asks for; NaN without a job.", static m => m.Rig is { } rig ? rig.Difficulty ?? double.NaN : null),
        Gauge("otedama_upstream_latency_seconds", "Last submit to its reply; NaN before the first.",
            static m => m.Rig is null ? null : m.Status.Rig?.LatencyMs / 1000 ?? double.NaN),
        Gauge("otedama_upstream_connected", "1 while a pool gives this machine work.", static m => m.Status.Rig is { } rig ? (rig.Connected ? 1 : 0) : null),
        Labelled("otedama_upstream_failures", "gauge", "pool", "Failed attempts in a row, by pool in the order of the configuration.",
            static m => m.Rig?.Pools.Select(static (pool, n) => (n.ToString(System.Globalization.CultureInfo.InvariantCulture), (double)pool.Failures))),
        Labelled("otedama_device_temperature_celsius", "gauge", "device", "Temperature of hardware that mines, where it tells.",
            static m => m.Rig?.Devices.Where(static d => d.Telemetry.TemperatureC is not null).Select(static d => (d.Id, d.Telemetry.TemperatureC!.Value))),
        Labelled("otedama_device_power_watts", "gauge", "device", "Power of hardware that mines, where it tells.",
            static m => m.Rig?.Devices.Where(static d => d.Telemetry.PowerW is not null).Select(static d => (d.Id, d.Telemetry.PowerW!.Value))),
        Labelled("otedama_worker_hashrate_hs", "gauge", "worker", "Hashes per second by worker of this machine.",
            static m => m.Status.Rig?.Workers.Select(static w => (w.Name, w.HashrateHs))),
        Labelled("otedama_worker_healthy", "gauge", "worker", "1 while the worker works as it should, or has nothing to do.",
            static m => m.Status.Rig?.Workers.Select(static w => (w.Name, w.Health is "healthy" or "idle" ? 1.0 : 0.0))),
        Labelled("otedama_worker_restarts_total", "counter", "worker", "Times the worker was started again.",
            static m => m.Rig?.Workers.Select(static w => (w.Name, (double)w.Restarts))),
    ];

    private static IEnumerable<Metric> ProcessRows() =>
    [
        Counter("otedama_log_lines_dropped_total", "Log lines lost because their output was full, closed or too slow.", static m => m.Status.LogLinesDropped),
        Gauge("otedama_process_resident_bytes", "Resident memory.", static m => m.Status.RssBytes),
        Counter("otedama_process_cpu_seconds_total", "Processor time of this process, all threads.", static _ => Environment.CpuUsage.TotalTime.TotalSeconds),
        Labelled("otedama_gc_collections_total", "counter", "generation", "Garbage collections.",
            static _ => Enumerable.Range(0, GC.MaxGeneration + 1).Select(static g => ($"{g}", (double)GC.CollectionCount(g)))),
        Counter("otedama_gc_pause_seconds_total", "Time all threads stood still for garbage collections.", static _ => GC.GetTotalPauseDuration().TotalSeconds),
        Gauge("otedama_gc_heap_bytes", "Managed memory in use.", static _ => GC.GetTotalMemory(forceFullCollection: false)),
        Gauge("otedama_process_threads", "Threads of the shared thread pool.", static _ => ThreadPool.ThreadCount),
        Gauge("otedama_uptime_seconds", "Time since start.", static m => m.Status.UptimeS),
        Labelled("otedama_build_info", "gauge", "version", "Always 1; the version is in the label.", static m => [(m.Status.Version, 1)]),
    ];

    private static Histogram? Latency(LatencyTotals? replies)
    {
        if (replies is null)
        {
            return null;
        }
        List<(double, long)> buckets = [.. replies.Octaves.Take(LatencyBuckets).Select(static (count, i) => ((2L << i) / 1e6, count))];
        buckets.Add((double.PositiveInfinity, replies.Octaves.Skip(LatencyBuckets).Sum()));
        return new Histogram(buckets, replies.SumSeconds);
    }

    private static NumberMetric Gauge(string name, string help, Func<MetricsInput, double?> value) => new(name, "gauge", help, value);

    private static NumberMetric Counter(string name, string help, Func<MetricsInput, double?> value) => new(name, "counter", help, value);

    private static LabelledMetric Labelled(
        string name, string type, string label, string help, Func<MetricsInput, IEnumerable<(string Label, double Value)>?> values) =>
        new(name, type, label, help, values);
}
