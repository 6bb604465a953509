using System.Text;
using System.Text.RegularExpressions;
using Otedama.Core;
using Otedama.Mining;
using Otedama.Pool;
using Xunit;

namespace Otedama.Tests.App;

public sealed partial class InstanceMetricsTests
{
    [Fact]
    public void Names_follow_the_rules_of_prometheus_but_for_the_two_that_are_promised()
    {
        Assert.All(InstanceMetrics.Rows, static row =>
        {
            Assert.Matches("^otedama_[a-z0-9_]+$", row.Name);
            if (row.Name is not ("otedama_hashrate_total" or "otedama_shares_accepted"))
            {
                Assert.Equal(row.Type == "counter", row.Name.EndsWith("_total", StringComparison.Ordinal));
            }
            Assert.EndsWith(".", row.Help);
        });
        Assert.Equal(InstanceMetrics.Rows.Count, InstanceMetrics.Rows.Select(static row => row.Name).Distinct().Count());
    }

    [Fact]
    public void Every_line_is_a_sample_or_a_comment_and_every_series_stands_once()
    {
        string[] lines = Collect(Full()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] samples = [.. lines.Where(static line => line[0] != '#')];
        Assert.All(samples, static line => Assert.Matches(SampleLine(), line));
        string[] series = [.. samples.Select(static line => line[..line.LastIndexOf(' ')])];
        Assert.Equal(series.Length, series.Distinct().Count());
    }

    [Fact]
    public void Counters_are_there_before_their_first_event()
    {
        string text = Collect(Full());
        Assert.Contains("\notedama_shares_rejected_total{pool=\"main\",reason=\"duplicate\"} 0\n", text);
        Assert.Contains("\notedama_shares_rejected_total{pool=\"main\",reason=\"stale\"} 9\n", text);
        Assert.Contains("\notedama_blocks_found_total{pool=\"main\"} 4\n", text);
        Assert.Contains("\notedama_blocks_orphaned_total{pool=\"main\"} 1\n", text);
        Assert.Contains("\notedama_share_log_commit_failures_total{pool=\"main\"} 0\n", text);
        Assert.DoesNotContain("reason=\"none\"", text);
    }

    [Fact]
    public void Latency_is_a_histogram_whose_buckets_add_up()
    {
        LatencyMeter meter = new();
        double[] microseconds = [3, 1_000_000, 1e9];
        for (int i = 0; i < microseconds.Length; i++)
        {
            meter.Add(TimeSpan.FromMicroseconds(microseconds[i]), now: 40 * i); // each in another half-minute
        }
        MetricsInput input = Full();
        PoolInput pool = input.Pools[0];
        string text = Collect(input with { Pools = [pool with { Pool = pool.Pool with { Replies = meter.Totals() } }] });
        Assert.Contains("# TYPE otedama_submit_latency_seconds histogram\n", text);
        Assert.Contains("otedama_submit_latency_seconds_bucket{pool=\"main\",le=\"2E-06\"} 0\n", text);
        Assert.Contains("otedama_submit_latency_seconds_bucket{pool=\"main\",le=\"4E-06\"} 1\n", text);
        Assert.Contains("otedama_submit_latency_seconds_bucket{pool=\"main\",le=\"1.048576\"} 2\n", text);
        Assert.Contains("otedama_submit_latency_seconds_bucket{pool=\"main\",le=\"+Inf\"} 3\n", text);
        Assert.Contains("otedama_submit_latency_seconds_sum{pool=\"main\"} 1001.000003\n", text);
        Assert.Contains("otedama_submit_latency_seconds_count{pool=\"main\"} 3\n", text);
    }

    [Fact]
    public void A_worker_that_is_gone_takes_its_series_along()
    {
        MetricsInput input = Full();
        Assert.Contains("otedama_worker_hashrate_hs{rig=\"main\",worker=\"cpu1\"}", Collect(input));
        RigInput rig = input.Rigs[0];
        string after = Collect(input with { Rigs = [rig with { View = rig.View with { Workers = [rig.View.Workers[0]] } }] });
        Assert.Contains("otedama_worker_hashrate_hs{rig=\"main\",worker=\"cpu0\"}", after);
        Assert.DoesNotContain("cpu1", after);
    }

    [Fact]
    public void A_plain_rig_has_no_series_of_a_pool_but_all_promised_names()
    {
        StatusView status = new FakeInstance { HasPool = false }.Status();
        string text = Collect(new MetricsInput { Status = status });
        Assert.DoesNotContain("otedama_pool_", text);
        Assert.DoesNotContain("otedama_share_log", text);
        foreach (string name in (string[])["otedama_hashrate_total", "otedama_shares_accepted", "otedama_peers_connected", "otedama_mining_efficiency"])
        {
            Assert.Matches($"(?m)^{name} [0-9]", text);
        }
    }

    [Fact]
    public void Several_rigs_and_pools_have_series_of_their_own_and_promised_names_add_up()
    {
        string text = Collect(Full(several: true));
        Assert.Contains("\notedama_hashrate_total 54324400\n", text);
        Assert.Contains("\notedama_shares_accepted 3319\n", text);
        Assert.Contains("\notedama_pool_hashrate_hs{pool=\"litecoin\"} 12400\n", text);
        Assert.Contains("\notedama_rig_hashrate_hs{rig=\"attic\"} 12400\n", text);
        Assert.Contains("\notedama_pool_info{pool=\"litecoin\",coin=\"ltc\",algorithm=\"scrypt\",scheme=\"pplns\"} 1\n", text);
        Assert.Contains("otedama_submit_latency_seconds_count{pool=\"main\"} 0\notedama_submit_latency_seconds_bucket{pool=\"litecoin\"", text);
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(lines.Length, lines.Distinct().Count());
    }

    [Fact]
    public void A_device_has_a_series_for_what_it_tells_and_none_for_the_rest()
    {
        string text = Collect(Full());
        Assert.Contains("\notedama_device_hashes_per_joule{rig=\"main\",device=\"gpu0\"} 4651000\n", text);
        Assert.Contains("\notedama_device_throttled{rig=\"main\",device=\"gpu0\"} 0\n", text); // its power limit is no throttling
        Assert.Contains("\notedama_device_throttled{rig=\"main\",device=\"gpu1\"} 1\n", text);
        Assert.Contains("\notedama_device_fan_percent{rig=\"main\",device=\"gpu1\"} 100\n", text);
        Assert.Contains("\notedama_device_hardware_errors_total{rig=\"main\",device=\"gpu1\"} 3\n", text);
        Assert.Contains("\notedama_device_lost_total{rig=\"main\",device=\"gpu1\"} 1\n", text);
        Assert.Contains("\notedama_device_telemetry_stale{rig=\"main\",device=\"gpu2\"} 1\n", text);
        Assert.DoesNotMatch("temperature_celsius.*gpu[23]", text);
    }

    [Fact]
    public void Efficiency_is_the_rate_of_a_devices_own_workers_over_its_power()
    {
        WorkerSnapshot worker = new()
        {
            Id = 1,
            Name = "gpu0",
            Device = "Card",
            DeviceId = "gpu0",
            Flavour = "kernel",
            State = WorkerState.Healthy,
            Reason = "",
            Hashrate = new global::Otedama.Mining.HashRates(4_000_000, 0, 0),
            Hashes = 1,
            Shares = default,
            Restarts = 0,
        };
        DeviceSnapshot card = new("gpu0", "GPU", "Card", new DeviceTelemetry(null, 200, null, null));
        Assert.Equal(20_000, DeviceView.Of(card, [worker, worker with { DeviceId = "gpu1" }]).HashesPerJoule);
        Assert.Null(DeviceView.Of(card, []).HashesPerJoule); // it rests
        Assert.Null(DeviceView.Of(card with { Telemetry = default }, [worker]).HashesPerJoule);
    }

    [Fact]
    public void A_label_cannot_end_its_line()
    {
        MetricsText text = new();
        text.Sample("x", ["name"], ["a\"} 1\nevil 2\\"], 3);
        Assert.Equal("x{name=\"a\\\"} 1\\nevil 2\\\\\"} 3\n", Encoding.UTF8.GetString(text.ToBytes()));
    }

    private static string Collect(MetricsInput input) => Encoding.UTF8.GetString(InstanceMetrics.Collect(input));

    private static MetricsInput Full(bool several = false)
    {
        StatusView status = new FakeInstance { Several = several }.Status();
        return new MetricsInput
        {
            Status = status,
            Pools = [.. status.Pools.Select(PoolOf)],
            Rigs = [.. status.Rigs.Select(static rig => new RigInput(rig, SomeRig()))],
        };
    }

    private static PoolInput PoolOf(PoolView view) => new()
    {
        View = view,
        Commits = new CommitCounters(),
        Ledger = new LedgerTotals
        {
            Shares = 5,
            Work = 9,
            Accounts = 2,
            BlocksFound = 3,
            BlocksConfirmed = 1,
            BlocksOrphaned = 1,
            HashRate = default,
            BlocksExpected = 4,
            Effort = 0.5,
            Miners = default,
            Operator = default,
        },
        Pool = new global::Otedama.Pool.PoolSnapshot
        {
            Time = default,
            StartedAt = default,
            Scheme = PayoutScheme.Pplns,
            FeePercent = 1,
            Listen = [],
            Connections = 4,
            ConnectionsRefused = 2,
            Banned = 1,
            HashRate = default,
            Shares = new global::Otedama.Pool.ShareCounts(10, 9, new Dictionary<Rejection, long> { [Rejection.Stale] = 9 }),
            BlocksFound = 3,
            Blocks = [],
            Miners = [],
            Job = null,
            Nodes = [],
            ReplyP50 = default,
            ReplyP99 = default,
            Replies = new LatencyMeter().Totals(),
        },
    };

    internal static RigSnapshot SomeRig() => new()
    {
        State = RigState.Mining,
        Algorithm = Algorithm.Sha256d,
        Uptime = default,
        Hashes = 0,
        Hashrate = default,
        EffectiveHashrate = null,
        Shares = default,
        Difficulty = null,
        Height = null,
        JobId = null,
        Workers = [],
        Pools = [],
    };

    [GeneratedRegex("^[a-z0-9_]+(\\{[a-z]+=\"[^\"\\\\\\n]*\"(,[a-z]+=\"[^\"\\\\\\n]*\")*\\})? (NaN|[+-]Inf|-?[0-9.]+(E[+-][0-9]+)?)$")]
    private static partial Regex SampleLine();
}
