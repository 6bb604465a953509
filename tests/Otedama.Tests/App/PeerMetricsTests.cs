using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Otedama.Wire;
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
                && m["otedama_p2p_bytes_total{pool=\"main\",direction=\"in\",type=\"share\"}"] > 0);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(first, second); // their folders are theirs until then
        }
        Assert.Equal((0, 0), ((await first).Code, (await second).Code));
        Check(seen);
    }

    /// <summary>
    /// A thousand addresses of 250 networks connect again and again and say nothing; a node that knows the first one's
    /// address alone finds its place all the same, and without a puzzle.
    /// </summary>
    [Fact]
    public async Task A_crowd_that_says_nothing_keeps_no_node_out()
    {
        using TempFolder one = new(), two = new();
        int port = FreePort.Next(), metrics = FreePort.Next();
        using CancellationTokenSource stop = new(), enough = new();
        List<Task<CliResult>> runs = [Cli.RunAsync(Counted(Arguments(one, port, metrics, "p2p.solo_ok=true")), stop: stop.Token)];
        await UntilAsync(metrics, runs[0], static m => m.ContainsKey("otedama_p2p_peers{pool=\"main\",direction=\"in\",state=\"connected\"}"));
        Task crowd = CrowdAsync(port, enough.Token);
        try
        {
            await UntilAsync(metrics, runs[0], static m => m["otedama_p2p_handshakes_total{pool=\"main\",result=\"gave_way\"}"] > 500);
            runs.Add(Cli.RunAsync(Arguments(two, FreePort.Next(), FreePort.Next(), $"p2p.bootstrap_nodes=127.0.0.1:{port}"), stop: stop.Token));
            Dictionary<string, double> seen = await UntilAsync(metrics, runs[0], static m => m["otedama_peers_connected"] == 1);
            Assert.False(crowd.IsCompleted);
            Assert.InRange(seen["otedama_p2p_peers{pool=\"main\",direction=\"in\",state=\"handshake\"}"], 1,
                HandshakeGate.SilentMax + HandshakeGate.ConcurrentMax);
            Assert.Equal(0, seen["otedama_p2p_handshakes_total{pool=\"main\",result=\"too_many_handshakes\"}"]);
        }
        finally
        {
            await enough.CancelAsync();
            await crowd;
            await stop.CancelAsync();
        }
        Assert.All(await Task.WhenAll(runs), static run => Assert.Equal(0, run.Code));
    }

    /// <summary>With the limits of addresses as they are for strangers.</summary>
    private static string[] Counted(string[] arguments) =>
        [.. arguments.Select(static one => one == "p2p.allow=127.0.0.0/8" ? "p2p.allow=192.0.2.0/24" : one)];

    private static async Task CrowdAsync(int port, CancellationToken enough)
    {
        Queue<Socket> silent = new();
        try
        {
            for (int i = 0; ; i = (i + 1) % 1_000)
            {
                Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                silent.Enqueue(socket);
                socket.Bind(new IPEndPoint(IPAddress.Parse($"127.{1 + (i / 4)}.0.{9 + (i % 4)}"), 0));
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), enough);
                await Task.Delay(i % 4 == 0 ? 5 : 0, enough);
                if (silent.Count > 1_000)
                {
                    silent.Dequeue().Dispose();
                }
            }
        }
        catch (OperationCanceledException)
        {
            silent.ToList().ForEach(static socket => socket.Dispose());
        }
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
        // A share on the other's own coin comes in with a history only, so that there may be none.
        Assert.InRange(Of("share_propagation_seconds_sum", ""), 0, Of("share_propagation_seconds_count", "") * Patience.Limit.TotalSeconds);
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
