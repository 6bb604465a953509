using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Otedama.Core;
using Xunit;

namespace Otedama.Tests.App;

/// <summary>`otedama pool --algo` and `otedama mine --algo` as two programs would meet, in this process.</summary>
public sealed class AlgorithmTests
{
    private static readonly TimeSpan s_patience = 3 * Patience.Limit; // blocks come by chance, and light caches are made first

    [Theory]
    [InlineData("scrypt", "chain-scrypt")]
    [InlineData("kawpow", "chain-kawpow")]
    [InlineData("verushash", "chain-verushash")]
    [InlineData("equihash:96,5", "chain-equihash-96-5-ZcashPoW")]
    public async Task A_rig_of_its_own_finds_blocks_of_a_pool_on_the_embedded_chain(string algorithm, string chain)
    {
        using TempFolder ofPool = new();
        using TempFolder ofRig = new();
        int port = FreePort.Next();
        Assert.True(Address.TryEncode([0x00, 0x14, .. new byte[20]], CoinCatalogue.Otedama, out string wallet));
        using CancellationTokenSource stop = new();
        Task<CliResult> pool = Cli.RunAsync(
            ["pool", "--algo", algorithm, "--port", $"{port}", .. Quiet(ofPool), "--set", $"node.port={FreePort.Next()}", "--set", $"api.port={FreePort.Next()}"],
            stop: stop.Token);
        Task<CliResult> rig = Task.FromResult(new CliResult(0, "", "", ""));
        try
        {
            await WaitAsync(ofPool, pool, static status => status.Pools.Count > 0);
            rig = Cli.RunAsync(
                ["mine", "--algo", algorithm, "--wallet", wallet, "--threads", "2", "--pool", $"stratum+tcp://127.0.0.1:{port}", .. Quiet(ofRig), "--set", $"api.port={FreePort.Next()}"],
                stop: stop.Token);
            await WaitAsync(ofPool, pool, static status => status is { Pools: [{ Accepted: > 0, Blocks: > 0, Node.Height: > 0 }] });
            Assert.True(Directory.Exists(Path.Combine(ofPool.Path, chain)));
            Assert.False(Directory.Exists(Path.Combine(ofPool.Path, "chain")));
        }
        finally
        {
            await stop.CancelAsync();
        }
        Assert.Equal(0, (await rig.WaitAsync(s_patience)).Code);
        Assert.Equal(0, (await pool.WaitAsync(s_patience)).Code);
    }

    [Fact]
    public async Task Flux_main_net_is_explained_and_what_remains_is_named()
    {
        using TempFolder folder = new();
        CliResult result = await Cli.RunAsync(["mine", "--algo", "flux", "--wallet", "t1abc", .. Quiet(folder)]);
        Assert.NotEqual(0, result.Code);
        Assert.Contains("2,020,000", result.Error, StringComparison.Ordinal);
        Assert.Contains("regtest", result.Error, StringComparison.Ordinal);
        Assert.Contains("otedama pool --algo flux", result.Error, StringComparison.Ordinal);
        CliResult regtest = await Cli.RunAsync(["mine", "--algo", "flux", "--wallet", "t1abc", "--set", "node.network=regtest", .. Quiet(folder)], stop: new CancellationToken(true));
        Assert.DoesNotContain("2,020,000", regtest.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rig_that_cannot_solve_a_set_says_so_before_it_starts()
    {
        using TempFolder folder = new();
        CliResult result = await Cli.RunAsync(["mine", "--algo", "equihash:200,9", "--wallet", "t1abc", "--pool", "stratum+tcp://127.0.0.1:1", .. Quiet(folder)]);
        Assert.Equal(3, result.Code);
        Assert.Contains("Equihash 200,9 is checked for other miners", result.Error, StringComparison.Ordinal);
        Assert.Contains("otedama pool", result.Error, StringComparison.Ordinal);
    }

    private static string[] Quiet(TempFolder folder) => ["--data-dir", folder.Path, "--set", "metrics.enabled=false", "--set", "node.block_seconds=1"];

    private static async Task WaitAsync(TempFolder folder, Task<CliResult> run, Func<StatusView, bool> wanted)
    {
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < s_patience && !run.IsCompleted)
        {
            CliResult stats = await Cli.RunAsync(["stats", "--json", "--data-dir", folder.Path]);
            if (stats.Code == 0 && JsonSerializer.Deserialize(stats.Out, AnswerJson.Default.StatusView) is { } status && wanted(status))
            {
                return;
            }
            await Task.Delay(200);
        }
        throw new TimeoutException(run.IsCompleted ? (await run).Error : "it took too long");
    }
}
