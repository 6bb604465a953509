using Prometheus;

namespace Otedama;

/// <summary>
/// The instance as Prometheus sees it. Values are copied from the status when somebody collects, so that nothing on the
/// share path knows about metrics. The rows here are also the reference page.
/// </summary>
internal sealed class InstanceMetrics
{
    private readonly CollectorRegistry _registry = Prometheus.Metrics.NewCustomRegistry();
    private readonly List<MetricRow> _rows = [];
    private readonly List<Action<StatusView>> _updates = [];

    public InstanceMetrics()
    {
        IMetricFactory factory = Prometheus.Metrics.WithCustomRegistry(_registry);
        Gauge(factory, "otedama_hashrate_total", "Hashes per second of this machine's workers; of the pool's miners when no rig runs here.",
            static s => s.Rig?.HashrateHs ?? s.Pool?.HashrateHs);
        Counter(factory, "otedama_shares_accepted", "Shares accepted by the pool of this process; by the upstream when no pool runs here.",
            static s => s.Pool?.Accepted ?? s.Rig?.Accepted);
        Gauge(factory, "otedama_peers_connected", "Pool nodes connected; 0 in this version, which has no peer-to-peer network.", static _ => 0);
        Gauge(factory, "otedama_mining_efficiency", "Part of the shares this machine sent that was accepted, 0 to 1; NaN before the first reply.",
            static s => s.Rig?.Efficiency);
        Counter(factory, "otedama_blocks_found", "Blocks found by the pool of this process.", static s => s.Pool?.Blocks);
        Labelled(factory, "otedama_shares_rejected", "Shares rejected, by reason.", "reason",
            static s => s.Pool?.RejectedBy.Select(static r => (r.Key, (double)r.Value)));
        Labelled(factory, "otedama_threat_total", "Connections the guard refused and bans it gave, by rule.", "rule",
            static s => s.Pool?.GuardedBy.Select(static r => (r.Key, (double)r.Value)));
        Gauge(factory, "otedama_pool_hashrate_hs", "Hashes per second the pool's accepted shares of the last minute stand for.", static s => s.Pool?.HashrateHs);
        Gauge(factory, "otedama_pool_connections", "Open Stratum connections.", static s => s.Pool?.Connections);
        Gauge(factory, "otedama_pool_miners", "Workers connected to the pool.", static s => s.Pool?.Miners);
        Gauge(factory, "otedama_job_age_seconds", "Age of the job miners work on.", static s => s.Pool?.JobAgeS);
        Labelled(factory, "otedama_submit_latency_seconds", "Reading a submit to writing its reply, over the last minute.", "quantile",
            static s => s.Pool is { SubmitMsP50: { } p50, SubmitMsP99: { } p99 } ? [("0.5", p50 / 1000), ("0.99", p99 / 1000)] : []);
        Gauge(factory, "otedama_node_height", "Height of the coin node's tip.", static s => s.Node?.Height);
        Gauge(factory, "otedama_node_reachable", "1 when a coin node answers.", static s => s.Node is { } node ? (node.Reachable ? 1 : 0) : null);
        Gauge(factory, "otedama_network_difficulty", "Difficulty of the next block.", static s => s.Node?.Difficulty);
        Labelled(factory, "otedama_worker_hashrate_hs", "Hashes per second by worker of this machine.", "worker",
            static s => s.Rig?.Workers.Select(static w => (w.Name, w.HashrateHs)));
        Gauge(factory, "otedama_rig_shares_stale", "Shares of this machine that came too late.", static s => s.Rig?.Stale);
        Counter(factory, "otedama_log_lines_dropped_total", "Log lines lost because their output was full, closed or too slow.",
            static s => s.LogLinesDropped);
        Gauge(factory, "otedama_process_resident_bytes", "Resident memory.", static s => s.RssBytes);
        Gauge(factory, "otedama_uptime_seconds", "Time since start.", static s => s.UptimeS);
        Labelled(factory, "otedama_build_info", "Always 1; the version is in the label.", "version", static s => [(s.Version, 1)]);
    }

    public IReadOnlyList<MetricRow> Rows => _rows;

    public async Task<byte[]> CollectAsync(StatusView status, CancellationToken stop)
    {
        foreach (Action<StatusView> update in _updates)
        {
            update(status);
        }
        using MemoryStream text = new();
        await _registry.CollectAndExportAsTextAsync(text, stop);
        return text.ToArray();
    }

    private void Gauge(IMetricFactory factory, string name, string help, Func<StatusView, double?> value)
    {
        Gauge gauge = factory.CreateGauge(name, help);
        _rows.Add(new MetricRow(name, "gauge", "", help));
        _updates.Add(status => gauge.Set(value(status) ?? double.NaN));
    }

    private void Counter(IMetricFactory factory, string name, string help, Func<StatusView, double?> value)
    {
        Counter counter = factory.CreateCounter(name, help);
        _rows.Add(new MetricRow(name, "counter", "", help));
        _updates.Add(status => counter.IncTo(value(status) ?? 0));
    }

    private void Labelled(
        IMetricFactory factory, string name, string help, string label, Func<StatusView, IEnumerable<(string Label, double Value)>?> values)
    {
        Gauge gauge = factory.CreateGauge(name, help, [label]);
        _rows.Add(new MetricRow(name, "gauge", label, help));
        _updates.Add(status =>
        {
            foreach ((string key, double value) in values(status) ?? [])
            {
                gauge.WithLabels(key).Set(value);
            }
        });
    }
}

/// <summary>One line of the reference page. Label is empty when there is none.</summary>
internal sealed record MetricRow(string Name, string Type, string Label, string Help);
