using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Otedama.Tests.Interop;
using Xunit;

namespace Otedama.Tests.App;

/// <summary>The whole program in this process, with a data directory and ports of its own.</summary>
public sealed class EndToEndTests
{
    private static readonly TimeSpan s_patience = Patience.Limit;

    [Fact]
    public async Task Without_configuration_it_mines_blocks_shows_them_everywhere_and_stops_cleanly()
    {
        using TempFolder folder = new();
        int metrics = FreePort.Next();
        using CancellationTokenSource stop = new();
        Task<CliResult> run = Cli.RunAsync([.. Arguments(folder, metrics)], stop: stop.Token);
        try
        {
            StatusView status = await WaitAsync(folder, run, static s => s is { Pools: [{ Accepted: > 0, Blocks: > 0, Node.Height: > 0 }], Rigs: [{ Accepted: > 0 }] });
            Assert.True(status.Pools[0].Node.Reachable);
            Assert.True(status.Pools[0].Node.Height >= 1);
            CliResult blocks = await Cli.RunAsync(["pool", "blocks", "--data-dir", folder.Path]);
            Assert.Matches(@"\n\d+ +0", blocks.Out);
            CliResult payouts = await Cli.RunAsync(["pool", "payouts", "--json", "--data-dir", folder.Path]);
            Assert.Contains("\"address\":\"ote1", payouts.Out);
            Assert.Contains("\"unit\":\"OTE\"", payouts.Out);
            Assert.Contains("\"kind\":\"operator\"", payouts.Out);
            Assert.Matches("\"history\":\\[{\"time\":[0-9]+,\"height\":[0-9]+,\"hash\":\"0", payouts.Out);
            using HttpClient http = new();
            string text = await http.GetStringAsync($"http://127.0.0.1:{metrics}/metrics");
            Assert.Matches(@"\notedama_blocks_found_total{pool=""main""} [1-9]", text);
            Assert.Matches(@"\notedama_shares_accepted [1-9]", text);
            Assert.Matches(@"\notedama_hashrate_total [1-9]", text);
            CliResult second = await Cli.RunAsync([.. Arguments(folder, FreePort.Next())]);
            Assert.Equal(3, second.Code);
            Assert.Contains("in use by another otedama", second.Error);
            CliResult paused = await Cli.RunAsync(["mining", "stop", "--data-dir", folder.Path]);
            Assert.Equal("stopped", paused.Out.Trim());
            CliResult resumed = await Cli.RunAsync(["mining", "start", "--data-dir", folder.Path]);
            Assert.Equal("mining", resumed.Out.Trim());
        }
        finally
        {
            await stop.CancelAsync();
        }
        CliResult result = await run.WaitAsync(s_patience);
        Assert.Equal(0, result.Code);
        Assert.Contains("dashboard", result.Error);
        Assert.False(File.Exists(Path.Combine(folder.Path, "instance.json")));
    }

    [Fact]
    public async Task A_card_named_in_the_configuration_finds_shares_on_the_embedded_chain_beside_the_processor()
    {
        int card = Pocl.Card().Index;
        using TempFolder folder = new();
        using CancellationTokenSource stop = new();
        string[] cards = ["--set", $"mining.workers.gpus={card}", "--set", "mining.workers.gpu_simulator=true"];
        Task<CliResult> run = Cli.RunAsync([.. Arguments(folder, FreePort.Next()), .. cards], stop: stop.Token);
        try
        {
            StatusView status = await WaitAsync(folder, run, static s =>
                s is { Rigs: [{ Accepted: > 0, Workers.Count: 2 }] } && s.Rigs[0].Workers.All(static worker => worker.Found > 0));
            Assert.Equal(["cpu0", $"gpu{card}"], status.Rigs[0].Workers.Select(static worker => worker.Name));
            Assert.Equal(["cpu", "gpu"], status.Rigs[0].Devices.Select(static device => device.Kind));
            Assert.Equal(0, status.Rigs[0].Rejected);
        }
        finally
        {
            await stop.CancelAsync();
        }
        Assert.Equal(0, (await run.WaitAsync(s_patience)).Code);
    }

    [Fact]
    public async Task A_port_that_was_asked_for_and_is_taken_names_its_key()
    {
        using TempFolder folder = new();
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        int port = ((IPEndPoint)taken.LocalEndPoint!).Port;
        CliResult result = await Cli.RunAsync(["--data-dir", folder.Path, "--set", $"node.port={FreePort.Next()}", "--set", $"pool.port={port}"]);
        Assert.Equal(3, result.Code);
        Assert.Contains($"pool.port: port {port}", result.Error);
    }

    private static string[] Arguments(TempFolder folder, int metrics) =>
    [
        "--data-dir", folder.Path, "--set", $"pool.port={FreePort.Next()}", "--set", $"node.port={FreePort.Next()}", "--set", $"api.port={FreePort.Next()}",
        "--set", $"metrics.port={metrics}", "--set", "mining.workers.cpu_threads=1", "--set", "node.block_seconds=1",
    ];

    private static async Task<StatusView> WaitAsync(TempFolder folder, Task<CliResult> run, Func<StatusView, bool> wanted)
    {
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < s_patience && !run.IsCompleted)
        {
            CliResult stats = await Cli.RunAsync(["stats", "--json", "--data-dir", folder.Path]);
            if (stats.Code == 0 && System.Text.Json.JsonSerializer.Deserialize(stats.Out, AnswerJson.Default.StatusView) is { } status && wanted(status))
            {
                return status;
            }
            await Task.Delay(200);
        }
        string reason = run.IsCompleted ? (await run).Error : "it took too long";
        throw new TimeoutException($"no accepted share and block: {reason}");
    }
}
