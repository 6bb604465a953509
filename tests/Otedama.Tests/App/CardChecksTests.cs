using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Otedama.Tests.Interop;
using Otedama.Tests.Pool;
using Xunit;

namespace Otedama.Tests.App;

/// <summary>Shares checked on a card, from the configuration file to the counters, in the whole program.</summary>
public sealed class CardChecksTests
{
    [Fact]
    public async Task A_pool_whose_card_checks_pays_good_shares_and_refuses_bad_ones()
    {
        int card = Pocl.Card().Index;
        using TempFolder folder = new();
        using CancellationTokenSource stop = new();
        int port = FreePort.Next();
        int metrics = FreePort.Next();
        string file = folder.File("otedama.yaml", $$"""
            data_dir: {{folder.Path}}/data
            mining:
              workers: {cpu_threads: 1, gpu_simulator: true}
            pool:
              port: {{port}}
              check_gpus: [{{card}}]
              check_gpus_when: always
            node: {port: {{FreePort.Next()}}, block_seconds: 1}
            api: {port: {{FreePort.Next()}}}
            metrics: {port: {{metrics}}}
            """);
        Task<CliResult> run = Cli.RunAsync(["--config", file], stop: stop.Token);
        try
        {
            PoolView pool = await WaitAsync(file, run, static pool => pool is { Accepted: > 0, Checks.Cards: [{ Checked: > 0 }] });
            CardChecksView before = Assert.Single(pool.Checks!.Cards);
            Assert.Equal(($"gpu{card}", true, (string?)null), (before.Gpu, before.Ready, before.Problem));
            CliResult payouts = await Cli.RunAsync(["pool", "payouts", "--json", "--config", file]);
            await SubmitBad(port, Regex.Match(payouts.Out, "\"address\":\"(ote1[^\"]+)\"").Groups[1].Value);
            pool = await WaitAsync(file, run, one => one.Rejected > 0 && one.Checks!.Cards[0].Checked > before.Checked);
            Assert.True(pool.Accepted > 0);
            Assert.Contains($"checked by gpu{card} ", (await Cli.RunAsync(["pool", "stats", "--config", file])).Out, StringComparison.Ordinal);
            using HttpClient http = new();
            string text = await http.GetStringAsync($"http://127.0.0.1:{metrics}/metrics");
            Assert.Matches($@"\notedama_pool_checks_total{{pool=""main"",by=""gpu{card}""}} [1-9]", text);
        }
        finally
        {
            await stop.CancelAsync();
        }
        CliResult ended = await run.WaitAsync(Patience.Limit);
        Assert.Equal(0, ended.Code);
        Assert.Contains("is ready to check Sha256d shares", ended.Logs, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_card_that_is_none_is_named_with_its_key()
    {
        int card = Pocl.Card().Index;
        using TempFolder folder = new();
        CliResult result = await Cli.RunAsync(
            ["pool", "--data-dir", folder.Path, "--set", "pool.check_gpus=63", "--set", $"pool.port={FreePort.Next()}", "--set", $"node.port={FreePort.Next()}"]);
        Assert.Contains("pool.check_gpus", result.Error, StringComparison.Ordinal);
        Assert.Contains("there is no graphics card 63", result.Error, StringComparison.Ordinal);
        result = await Cli.RunAsync(
            ["pool", "--data-dir", folder.Path, "--set", $"pool.check_gpus={card}", "--set", $"pool.port={FreePort.Next()}", "--set", $"node.port={FreePort.Next()}"]);
        Assert.Contains("gpu_simulator: true", result.Error, StringComparison.Ordinal);
        result = await Cli.RunAsync(
            ["pool", "--data-dir", folder.Path, "--set", $"pool.check_gpus={card},{card}", "--set", $"pool.port={FreePort.Next()}", "--set", $"node.port={FreePort.Next()}"]);
        Assert.Equal(3, result.Code);
        Assert.Contains($"graphics card {card} is named twice", result.Error, StringComparison.Ordinal);
        result = await Cli.RunAsync(["pool", "--data-dir", folder.Path, "--set", $"pool.check_gpus={card}", "--set", "pool.algorithm=scrypt"]);
        Assert.Equal(3, result.Code);
        Assert.Contains("graphics cards check sha256d, kawpow, verthash, and this pool is for scrypt", result.Error, StringComparison.Ordinal);
    }

    /// <summary>
    /// Nonces that nobody searched for, until one was refused for its hash: at any difficulty of the pool it is above the
    /// target but once in billions. What comes after a new block is stale, and tried again on the newest job.
    /// </summary>
    private static async Task SubmitBad(int port, string address)
    {
        using TestMiner miner = await TestMiner.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
        await miner.SendAsync("""{"id":1,"method":"mining.subscribe","params":["test/1"]}""");
        int size = (await miner.ReadReplyAsync()).GetProperty("result")[2].GetInt32();
        await miner.SendAsync("""{"id":2,"method":"mining.authorize","params":["ADDRESS.bad","x"]}""".Replace("ADDRESS", address, StringComparison.Ordinal));
        long started = Stopwatch.GetTimestamp();
        for (int i = 10; Stopwatch.GetElapsedTime(started) < Patience.Limit; i++)
        {
            JsonElement job = (await miner.ReadNotificationAsync("mining.notify")).GetProperty("params");
            string submit = JsonSerializer.Serialize(job[0].GetString());
            string extranonce = i.ToString($"x{2 * size}", CultureInfo.InvariantCulture);
            await miner.SendAsync(
                $$"""{"id":{{i}},"method":"mining.submit","params":["{{address}}.bad",{{submit}},"{{extranonce}}","{{job[7].GetString()}}","{{0x1234_0000 + i:x8}}"]}""");
            JsonElement reply = await miner.ReadReplyAsync();
            while (reply.GetProperty("id").GetInt32() != i)
            {
                reply = await miner.ReadReplyAsync();
            }
            int code = reply.GetProperty("error")[0].GetInt32();
            Assert.True(code is 21 or 23, reply.GetRawText()); // stale, low difficulty
            if (code == 23)
            {
                return;
            }
        }
        Assert.Fail("every bad share was stale");
    }

    private static async Task<PoolView> WaitAsync(string file, Task<CliResult> run, Func<PoolView, bool> wanted)
    {
        long started = Stopwatch.GetTimestamp();
        string last = "";
        while (Stopwatch.GetElapsedTime(started) < Patience.Limit && !run.IsCompleted)
        {
            CliResult stats = await Cli.RunAsync(["stats", "--json", "--config", file]);
            last = stats.Out + stats.Error;
            if (stats.Code == 0 && JsonSerializer.Deserialize(stats.Out, AnswerJson.Default.StatusView) is { Pools: [{ } pool] } && wanted(pool))
            {
                return pool;
            }
            await Task.Delay(200);
        }
        throw new TimeoutException(run.IsCompleted ? (await run).Error : $"it took too long; at last: {last}");
    }
}
