using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Node;
using Otedama.Tests.App;
using Otedama.Tests.Wire;
using Xunit;

namespace Otedama.Tests.Published;

/// <summary>The program with a file that lists two rigs and two pools: two algorithms, two coins, two ports, one process.</summary>
public sealed class SeveralTests
{
    private static readonly TimeSpan s_patience = Patience.Limit;

    [Fact]
    public async Task Two_rigs_mine_two_coins_on_two_pools_of_one_process()
    {
        string program = PublishedProgram.PathOrSkip();
        using TempFolder folder = new();
        CoinSpec coin = CoinCatalogue.Find("ltc", "regtest")!;
        await using EmbeddedNode chain = await ChainAsync(coin, Path.Combine(folder.Path, "ltc"));
        using HttpClient inner = new() { BaseAddress = chain.RpcUri };
        inner.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(File.ReadAllText(chain.CookiePath))));
        await using FakeNode node = FakeNode.Answering(call => AnswerAsync(call, coin, inner));
        string file = folder.File("otedama.yaml", Configuration(folder.Path, coin, node.Port));
        ConcurrentQueue<string> said = [];
        using Process run = Start(program, file, said);
        try
        {
            StatusView status = await UntilAsync(program, file, run, said, static s =>
                s is { Pools: [{ Accepted: > 0 }, { Accepted: > 0, Blocks: > 0 }], Rigs: [{ Accepted: > 0 }, { Accepted: > 0 }] });
            Assert.Equal(["verus verushash", "scrypt scrypt"], status.Rigs.Select(static rig => $"{rig.Name} {rig.Algorithm}"));
            Assert.Equal(["main otedama verushash", "litecoin ltc scrypt"], status.Pools.Select(static pool => $"{pool.Name} {pool.Coin} {pool.Algorithm}"));
            Assert.NotEqual(status.Pools[0].Url, status.Pools[1].Url);
            Assert.All(status.Rigs, static rig => Assert.Single(rig.Workers)); // one takes what the other leaves of two threads
            Assert.Contains("name one with ?pool=NAME", (await RunAsync(program, file, "pool", "miners")).Error);
            (int code, string miners, _) = await RunAsync(program, file, "pool", "miners", "--pool", "litecoin");
            Assert.Equal(0, code);
            Assert.Contains("scrypt-rig", miners);
            Assert.DoesNotContain("verus-rig", miners);
            Assert.True(Directory.Exists(Path.Combine(folder.Path, "data", "pools", "litecoin", "pool")));
            Assert.True(Directory.Exists(Path.Combine(folder.Path, "data", "pool-verushash")));
        }
        finally
        {
            run.Kill();
            await run.WaitForExitAsync().WaitAsync(s_patience);
        }
    }

    private static string Configuration(string folder, CoinSpec coin, int nodePort)
    {
        Assert.True(Address.TryEncode([0x00, 0x14, .. new byte[20]], coin, out string address));
        return $$"""
            data_dir: {{Path.Combine(folder, "data")}}
            api: { port: {{FreePort.Next()}} }
            metrics: {enabled: false}
            rigs:
              - {name: verus, algorithms: verushash, worker: verus-rig, workers: { cpu_threads: 1 } }
              - {name: scrypt, algorithms: scrypt, worker: scrypt-rig, wallet: {{address}}, workers: { cpu_threads: 1 } }
            pools:
              - name: main
                algorithm: verushash
                port: {{FreePort.Next()}}
                node: { port: {{FreePort.Next()}} }
              - name: litecoin
                port: {{FreePort.Next()}}
                address: {{address}}
                difficulty_fixed: 0.0001
                node: {mode: external, coin: ltc, network: regtest, urls: ["http://user:password@127.0.0.1:{{nodePort}}"]}
            """;
    }

    /// <summary>A chain with Litecoin's rules, so that blocks of the second pool are checked by somebody.</summary>
    private static Task<EmbeddedNode> ChainAsync(CoinSpec coin, string folder) => EmbeddedNode.StartAsync(
        new EmbeddedNodeOptions { DataDirectory = folder, Coin = coin, Retarget = RetargetMode.Off, SyncToDisk = false },
        new NativeProofChecker(), NullLoggerFactory.Instance, TimeProvider.System, CancellationToken.None);

    /// <summary>What the chain answers; only its first block is not Litecoin's, so that is what the real one is.</summary>
    private static async Task<string?> AnswerAsync(FakeCall call, CoinSpec coin, HttpClient inner)
    {
        if (call.Method == "getblockhash" && call.Body.Contains("[0]", StringComparison.Ordinal))
        {
            return $"\"{coin.Genesis}\"";
        }
        using StringContent body = new(call.Body, Encoding.UTF8, MediaTypeHeaderValue.Parse("application/json"));
        using HttpResponseMessage answer = await inner.PostAsync("", body);
        using JsonDocument reply = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        JsonElement error = reply.RootElement.GetProperty("error");
        return error.ValueKind == JsonValueKind.Null ? reply.RootElement.GetProperty("result").GetRawText() : "ERROR" + error.GetRawText();
    }

    private static Process Start(string program, string file, ConcurrentQueue<string> said)
    {
        Process run = Process.Start(new ProcessStartInfo(program, ["--config", file]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        run.OutputDataReceived += (_, line) => said.Enqueue(line.Data ?? "");
        run.ErrorDataReceived += (_, line) => said.Enqueue(line.Data ?? "");
        run.BeginOutputReadLine();
        run.BeginErrorReadLine();
        return run;
    }

    private static async Task<StatusView> UntilAsync(
        string program, string file, Process run, ConcurrentQueue<string> said, Func<StatusView, bool> wanted)
    {
        long began = Stopwatch.GetTimestamp();
        string last = "";
        while (Stopwatch.GetElapsedTime(began) < s_patience)
        {
            Assert.False(run.HasExited, "it ended: " + string.Join('\n', said));
            (int code, last, _) = await RunAsync(program, file, "stats", "--json");
            if (code == 0 && JsonSerializer.Deserialize(last, AnswerJson.Default.StatusView) is { } status && wanted(status))
            {
                return status;
            }
            await Task.Delay(200);
        }
        throw new TimeoutException($"{last}\n{string.Join('\n', said)}");
    }

    private static async Task<(int Code, string Out, string Error)> RunAsync(string program, string file, params string[] words)
    {
        ProcessStartInfo start = new(program, [.. words, "--config", file]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process verb = Process.Start(start)!;
        Task<string> output = verb.StandardOutput.ReadToEndAsync(), error = verb.StandardError.ReadToEndAsync();
        await verb.WaitForExitAsync().WaitAsync(s_patience);
        return (verb.ExitCode, await output, await error);
    }
}
