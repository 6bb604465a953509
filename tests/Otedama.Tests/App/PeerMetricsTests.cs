using System.Globalization;
using Xunit;

namespace Otedama.Tests.App;

/// <summary>What Prometheus sees of two programs that are nodes of one share chain and of one DHT.</summary>
public sealed class PeerMetricsTests
{
    [Fact]
    public async Task Two_programs_tell_of_each_other_in_their_metrics()
    {
        using TempFolder one = new(), two = new();
        int port = FreePort.Next(), other = FreePort.Next(), metrics = FreePort.Next();
        using CancellationTokenSource stop = new();
        Task<CliResult> first = Cli.RunAsync(Arguments(one, port, metrics, "p2p.solo_ok=true"), stop: stop.Token);
        await UntilAsync(metrics, first, static m => m.ContainsKey("otedama_p2p_peers{pool=\"main\",direction=\"in\",state=\"connected\"}"));
        Task<CliResult> second = Cli.RunAsync(Arguments(two, other, FreePort.Next(), $"p2p.bootstrap_nodes=127.0.0.1:{port}", $"dht.nodes=127.0.0.1:{port}"), stop: stop.Token);
        Dictionary<string, double> seen;
        try
        {
            seen = await UntilAsync(metrics, first, static m => m["otedama_peers_connected"] == 1
                && m.GetValueOrDefault("otedama_p2p_dht_nodes{pool=\"main\",family=\"ipv4\"}") == 1
                && m["otedama_p2p_bytes_total{pool=\"main\",direction=\"in\",type=\"share\"}"] > 0
                && m["otedama_p2p_share_propagation_seconds_count{pool=\"main\"}"] > 0);
        }
        finally
        {
            await stop.CancelAsync();
        }
        Assert.Equal((0, 0), ((await first).Code, (await second).Code));
        Check(seen);
    }

    /// <summary>
    /// A KiB a second, which the first shares of a new chain exceed: the other node, which may use a GiB, hears of them by
    /// INV and goes on pushing its own.
    /// </summary>
    [Fact]
    public async Task A_small_budget_in_the_file_has_most_shares_announced()
    {
        using TempFolder one = new(), two = new();
        int port = FreePort.Next(), metrics = FreePort.Next(), others = FreePort.Next();
        string small = one.File("otedama.yaml", "p2p:\n  gossip_budget: 1\n");
        using CancellationTokenSource stop = new();
        Task<CliResult> first = Cli.RunAsync([.. Arguments(one, port, metrics, "p2p.solo_ok=true"), "--config", small], stop: stop.Token);
        Task<CliResult> second = Cli.RunAsync(
            Arguments(two, FreePort.Next(), others, $"p2p.bootstrap_nodes=127.0.0.1:{port}", "p2p.gossip_budget=1048576"), stop: stop.Token);
        try
        {
            await UntilAsync(metrics, first, static m => m.GetValueOrDefault("otedama_sharechain_relay_hybrid{pool=\"main\"}") == 1
                && m["otedama_p2p_frames_total{pool=\"main\",direction=\"out\",type=\"inv\"}"] > 0);
            Dictionary<string, double> seen = await UntilAsync(others, second, static m =>
                m.GetValueOrDefault("otedama_p2p_frames_total{pool=\"main\",direction=\"in\",type=\"inv\"}") > 0);
            Assert.Equal(0, seen["otedama_sharechain_relay_hybrid{pool=\"main\"}"]);
        }
        finally
        {
            await stop.CancelAsync();
        }
        Assert.Equal((0, 0), ((await first).Code, (await second).Code));
    }

    private static void Check(Dictionary<string, double> seen)
    {
        double Of(string name, string labels) => seen[$"otedama_p2p_{name}{{pool=\"main\"{(labels.Length > 0 ? "," + labels : "")}}}"];
        // Whoever finds the other first, by the DHT or because he was told; of two links one stays.
        Assert.Equal(1, Of("peers", "direction=\"in\",state=\"connected\"") + Of("peers", "direction=\"out\",state=\"connected\""));
        Assert.InRange(Of("peers", "direction=\"in\",state=\"handshake\"") + Of("peers", "direction=\"in\",state=\"greeting\""), 0, 4);
        Assert.True(Of("handshakes_total", "result=\"ok\"") >= 1);
        Assert.Equal((0, 0), (Of("handshakes_total", "result=\"old_tls\""), Of("handshakes_total", "result=\"puzzle_missing\"")));
        Assert.InRange(Of("bytes_total", "direction=\"in\",type=\"hello\""), 228, 10 * 524);
        Assert.InRange(Of("frames_total", "direction=\"out\",type=\"hello\""), 1, 10);
        Assert.True(Of("frames_total", "direction=\"in\",type=\"share\"") * 76 < Of("bytes_total", "direction=\"in\",type=\"share\""));
        Assert.Equal(4, seen.Keys.Count(static key => key.StartsWith("otedama_p2p_queue_bytes{", StringComparison.Ordinal)));
        Assert.InRange(Of("queue_bytes", "prio=\"share\""), 0, 8 << 20);
        Assert.Equal(0, Of("ban_total", "reason=\"bad_frame\""));
        Assert.Equal(0, Of("dht_bep42_invalid_total", ""));
        Assert.InRange(Of("addr_entries", "table=\"tried\""), 0, 1);
        Assert.InRange(Of("addr_entries", "table=\"new\""), 0, 64);
        Assert.True(Of("dht_queries_total", "method=\"find_node\",result=\"answered\"")
            + Of("dht_queries_total", "method=\"ping\",result=\"answered\"") + Of("dht_queries_total", "method=\"get_peers\",result=\"answered\"") >= 1);
        Assert.Equal(Of("share_propagation_seconds_bucket", "le=\"+Inf\""), Of("share_propagation_seconds_count", ""));
        Assert.True(Of("share_propagation_seconds_count", "") <= Of("frames_total", "direction=\"in\",type=\"share\""));
        Assert.InRange(Of("share_propagation_seconds_sum", "") / Of("share_propagation_seconds_count", ""), 0, Patience.Limit.TotalSeconds);
        Assert.Equal((1, 0), (Of("reachable", "method=\"assumed\""), Of("reachable", "method=\"upnp\"")));
    }

    private static string[] Arguments(TempFolder folder, int port, int metrics, params string[] more) =>
    [
        .. (string[])["--data-dir", folder.Path], .. ((string[])
        [
            $"pool.port={FreePort.Next()}", $"node.port={FreePort.Next()}", $"api.port={FreePort.Next()}", $"metrics.port={metrics}",
            "mining.workers.cpu_threads=1", "p2p.enabled=true", "p2p.listen=127.0.0.1", $"p2p.port={port}", "p2p.nat=off", "dht.mode=server",
            "dht.allow_private=true", "p2p.allow=127.0.0.0/8", .. more,
        ]).SelectMany(static setting => (string[])["--set", setting]),
    ];

    /// <summary>Scrapes until the condition holds; the samples by name and labels.</summary>
    private static async Task<Dictionary<string, double>> UntilAsync(int metrics, Task<CliResult> run, Func<Dictionary<string, double>, bool> wanted)
    {
        using HttpClient http = new();
        using CancellationTokenSource patience = new(Patience.Limit);
        Dictionary<string, double> seen = [];
        while (!patience.IsCancellationRequested && !run.IsCompleted)
        {
            try
            {
                string text = await http.GetStringAsync($"http://127.0.0.1:{metrics}/metrics", patience.Token);
                seen = text.Split('\n').Where(static line => line.Length > 0 && line[0] != '#').ToDictionary(
                    static line => line[..line.LastIndexOf(' ')], static line => double.Parse(line[(line.LastIndexOf(' ') + 1)..].Replace("+Inf", "Infinity", StringComparison.Ordinal), CultureInfo.InvariantCulture));
                if (wanted(seen))
                {
                    return seen;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
            await Task.Delay(100);
        }
        string reason = run.IsCompleted ? (await run).Error : string.Join('\n', seen.Where(static one => one.Key.Contains("p2p", StringComparison.Ordinal) && one.Value != 0));
        throw new TimeoutException($"not what was waited for: {reason}");
    }
}
