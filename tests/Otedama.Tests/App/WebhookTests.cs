using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.App;

public sealed class WebhookTests
{
    private static readonly StatusView s_well = new FakeInstance().Status();

    [Fact]
    public void What_was_there_at_the_first_look_is_no_news_and_each_block_is_told_once()
    {
        Watch watch = new(TimeSpan.FromSeconds(60));
        FakeInstance instance = new();
        BlocksAnswer blocks = instance.Blocks("main");
        Assert.Empty(watch.Look(s_well, [instance.Miners("main")], [blocks], 0));
        BlocksAnswer more = new(1, [blocks.Blocks[0] with { Height = 129, Hash = "00ff", Finder = "garage" }, .. blocks.Blocks]);
        Alert alert = Assert.Single(watch.Look(s_well, [instance.Miners("main")], [more], 5));
        Assert.Equal((AlertKind.BlockFound, 129, "00ff"), (alert.Event, alert.Height!.Value, alert.Hash));
        Assert.Contains("Block 129 found by garage", alert.Text);
        Assert.Empty(watch.Look(s_well, [instance.Miners("main")], [more], 10));
    }

    [Fact]
    public void A_worker_that_is_away_is_told_once_and_again_when_it_is_back()
    {
        Watch watch = new(TimeSpan.FromSeconds(60));
        StatusView poolOnly = s_well with { Rigs = [] };
        MinersAnswer all = new FakeInstance().Miners("main"), fewer = new(1, [.. all.Miners.Skip(1)]);
        BlocksAnswer none = new(1, []);
        Assert.Empty(watch.Look(poolOnly, [all], [none], 0));
        Assert.Empty(watch.Look(poolOnly, [fewer], [none], 59));
        Alert down = Assert.Single(watch.Look(poolOnly, [fewer], [none], 60));
        Assert.Equal(AlertKind.WorkerDown, down.Event);
        Assert.EndsWith(".rig1", down.Worker);
        Assert.Empty(watch.Look(poolOnly, [fewer], [none], 600));
        Assert.Equal(AlertKind.WorkerUp, Assert.Single(watch.Look(poolOnly, [all], [none], 660)).Event);
    }

    [Fact]
    public void A_device_of_this_machine_that_fails_is_told_but_not_when_mining_was_stopped()
    {
        Watch watch = new(TimeSpan.FromSeconds(60));
        MinersAnswer nobody = new(1, []);
        BlocksAnswer none = new(1, []);
        StatusView With(bool mining, string health) => s_well with
        {
            Rigs = [s_well.Rigs[0] with { Mining = mining, Workers = [new WorkerView("cpu0", "avx512", 1, 1, health)] }],
        };
        Assert.Empty(watch.Look(With(true, "healthy"), [nobody], [none], 0));
        Assert.Empty(watch.Look(With(false, "stopped"), [nobody], [none], 100));
        Assert.Contains("cpu0", Assert.Single(watch.Look(With(true, "failed"), [nobody], [none], 160)).Worker);
    }

    [Fact]
    public void Lack_of_work_is_told_after_a_while_with_its_reason()
    {
        Watch watch = new(TimeSpan.FromSeconds(60));
        MinersAnswer nobody = new(1, []);
        BlocksAnswer none = new(1, []);
        StatusView well = s_well with { Rigs = [] }, ill = well with { Pools = [well.Pools[0] with { Node = well.Pools[0].Node with { Reachable = false } }] };
        Assert.Empty(watch.Look(well, [nobody], [none], 0));
        Assert.Empty(watch.Look(ill, [nobody], [none], 10));
        Assert.Empty(watch.Look(ill, [nobody], [none], 69));
        Alert alert = Assert.Single(watch.Look(ill, [nobody], [none], 70));
        Assert.Equal(AlertKind.NoWork, alert.Event);
        Assert.Contains("no coin node answers", alert.Text);
        Assert.Empty(watch.Look(ill, [nobody], [none], 100));
        Assert.Equal(AlertKind.WorkAgain, Assert.Single(watch.Look(well, [nobody], [none], 110)).Event);
        Assert.Empty(watch.Look(well, [nobody], [none], 120));
    }

    [Fact]
    public void Which_of_several_pools_is_meant_is_said()
    {
        Watch watch = new(TimeSpan.FromSeconds(60));
        FakeInstance instance = new() { Several = true, HasRig = false };
        StatusView well = instance.Status(), ill = well with { Pools = [well.Pools[0], well.Pools[1] with { JobAgeS = null }] };
        BlocksAnswer[] none = [new(1, []) { Pool = "main" }, new(1, []) { Pool = "litecoin" }];
        Assert.Empty(watch.Look(well, [], none, 0));
        BlocksAnswer found = new(1, [instance.Blocks("litecoin").Blocks[0] with { Height = 7 }]) { Pool = "litecoin" };
        Alert block = Assert.Single(watch.Look(ill, [], [none[0], found], 10));
        Assert.StartsWith("litecoin: Block 7 found", block.Text);
        Alert lack = Assert.Single(watch.Look(ill, [], [none[0], found], 70));
        Assert.Equal(("litecoin: No work since 60 s: the pool has no job.", "litecoin"), (lack.Text, lack.Pool));
    }

    [Fact]
    public void Miners_cannot_fill_the_memory_with_names()
    {
        Watch watch = new(TimeSpan.FromSeconds(60));
        MinerView miner = new FakeInstance().Miners("main").Miners[0];
        StatusView status = s_well with { Rigs = [] };
        for (int i = 0; i < 3; i++)
        {
            watch.Look(status, [new MinersAnswer(1, [.. Enumerable.Range(i * 10_000, 10_000).Select(n => miner with { Worker = $"w{n}" })])], [], i);
        }
        int told = watch.Look(status, [], [], 100).Count(static a => a.Event == AlertKind.WorkerDown);
        Assert.Equal(10_000, told);
    }

    [Theory]
    [InlineData("webhook.urls=[ftp://x/secret]", "http://")]
    [InlineData("webhook.urls=[nonsense-secret]", "http://")]
    [InlineData("webhook.events=[block_lost]", "block_found")]
    public async Task Wrong_values_are_refused_without_showing_an_address(string assignment, string said)
    {
        CliResult result = await Cli.RunAsync(["config", "show", "--set", assignment]);
        Assert.Equal(3, result.Code);
        Assert.Contains(said, result.Error);
        Assert.DoesNotContain("secret", result.Error);
    }

    [Fact]
    public async Task Addresses_are_shown_as_stars()
    {
        CliResult result = await Cli.RunAsync(["config", "show", "--set", "webhook.urls=[https://chat.example/hooks/KEY]"]);
        Assert.Equal(0, result.Code);
        Assert.DoesNotContain("KEY", result.Out);
    }

    [Fact]
    public async Task A_running_pool_tells_the_address_of_its_settings_of_a_block()
    {
        TaskCompletionSource<string> told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int asked = 0;
        HttpRoutes routes = new HttpRoutes().Post("/hook", async (context, _) =>
        {
            string body = await new StreamReader(context.Request.Body).ReadToEndAsync();
            if (Interlocked.Increment(ref asked) == 1)
            {
                await HttpReply.TextAsync(context, 503, "busy\n"); // the second try brings it
                return;
            }
            told.TrySetResult(body);
            await HttpReply.TextAsync(context, 200, "ok\n");
        });
        await using HttpHost host = await HttpHost.StartAsync(
            new HttpHostOptions { Name = "hook", Address = IPAddress.Loopback, Port = 0 }, routes.HandleAsync, NullLoggerFactory.Instance, default);
        using TempFolder folder = new();
        string config = folder.File("otedama.yaml", $"webhook:\n  urls:\n    - http://127.0.0.1:{host.Port}/hook\n  events: [block_found]\n"
            + "node:\n  block_seconds: 1\nmining:\n  workers:\n    cpu_threads: 1\napi:\n  enabled: false\nmetrics:\n  enabled: false\n");
        using CancellationTokenSource stop = new();
        Task<CliResult> run = Cli.RunAsync(
            ["--config", config, "--data-dir", folder.Path, "--set", $"pool.port={FreePort.Next()}", "--set", $"node.port={FreePort.Next()}"],
            stop: stop.Token);
        string json;
        try
        {
            await Task.WhenAny(told.Task, run).WaitAsync(Patience.Limit);
            json = await told.Task.WaitAsync(Patience.Limit);
        }
        finally
        {
            await stop.CancelAsync();
        }
        Assert.Equal(0, (await run).Code);
        using JsonDocument alert = JsonDocument.Parse(json);
        Assert.Equal("block_found", alert.RootElement.GetProperty("event").GetString());
        Assert.Equal(alert.RootElement.GetProperty("text").GetString(), alert.RootElement.GetProperty("content").GetString());
        Assert.Equal(64, alert.RootElement.GetProperty("hash").GetString()!.Length);
    }
}
