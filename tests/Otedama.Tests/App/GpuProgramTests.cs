using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Otedama.Interop;
using Otedama.Tests.Interop;
using Otedama.Tests.Mining;
using Otedama.Tests.Wire;
using Xunit;

namespace Otedama.Tests.App;

/// <summary>
/// The built program with two rigs, each with an algorithm and a pool of its own: a card (PoCL) and a processor.
/// Commands and a
/// reload reach the one and not the other.
/// </summary>
public sealed class GpuProgramTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ConcurrentQueue<string> _said = [];
    private readonly int _api = FreePort.Next();
    private readonly int _pool = FreePort.Next();
    private readonly int _node = FreePort.Next();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_card_and_a_processor_mine_two_algorithms_and_a_reload_restarts_one_of_them()
    {
        GpuInfo card = Pocl.Card();
        await using ScriptedPool pool = new(ScriptedPool.Ordinary);
        string file = _folder.File("otedama.yaml", Configuration(card.Index, pool.Port, intensity: 0));
        using Process run = Start(file);
        try
        {
            StatusView status = await UntilAsync(file, run, status => status.Rigs is [{ Accepted: > 0 }, { Accepted: > 0 }]
                && status.Rigs[0].Workers.Any(worker => worker.Name == card.Name && worker.Found > 0));
            Assert.Equal(["card sha256d", "cpu verushash"], status.Rigs.Select(static rig => $"{rig.Name} {rig.Algorithm}"));
            Assert.DoesNotContain(status.Rigs[1].Workers, worker => worker.Name == card.Name);

            Assert.Contains("card: stopped", await RunAsync(file, "mining", "stop", "--rig", "card"), StringComparison.Ordinal);
            await UntilAsync(file, run, static status => status.Rigs is [{ Mining: false }, { Mining: true }]);
            Assert.Contains("card: mining", await RunAsync(file, "mining", "start", "--rig", "card"), StringComparison.Ordinal);
            int connections = pool.Connections;

            _folder.File("otedama.yaml", Configuration(card.Index, pool.Port, intensity: 12));
            string answer = await RunAsync(file, "reload");
            Assert.Contains("gpu_intensity", answer, StringComparison.Ordinal);
            await UntilAsync(file, run, status => pool.Connections > connections && status.Rigs is [{ Accepted: > 0, Mining: true }, { Mining: true }]);
        }
        finally
        {
            run.Kill();
            await run.WaitForExitAsync().WaitAsync(Patience.Limit);
        }
    }

    private string Configuration(int card, int pool, int intensity) => $$"""
        data_dir: {{Path.Combine(_folder.Path, "data")}}
        api: { port: {{_api}} }
        metrics: {enabled: false}
        rigs:
          - name: card
            algorithms: sha256d
            pools: ["stratum+tcp://127.0.0.1:{{pool}}"]
            wallet: wallet
            workers: { cpu_threads: 1, gpus: [{{card}}], gpu_simulator: true, gpu_intensity: {{intensity}} }
          - {name: cpu, algorithms: verushash, workers: { cpu_threads: 1 } }
        pools:
          - name: main
            algorithm: verushash
            port: {{_pool}}
            node: { port: {{_node}} }
        """;

    private static ProcessStartInfo Program(IEnumerable<string> words) =>
        new("dotnet", [Path.Combine(AppContext.BaseDirectory, "otedama.dll"), .. words]) { RedirectStandardOutput = true, RedirectStandardError = true };

    private Process Start(string file)
    {
        Process run = Process.Start(Program(["--config", file]))!;
        run.OutputDataReceived += (_, line) => _said.Enqueue(line.Data ?? "");
        run.ErrorDataReceived += (_, line) => _said.Enqueue(line.Data ?? "");
        run.BeginOutputReadLine();
        run.BeginErrorReadLine();
        return run;
    }

    private async Task<StatusView> UntilAsync(string file, Process run, Func<StatusView, bool> wanted)
    {
        long began = Stopwatch.GetTimestamp();
        string last = "";
        while (Stopwatch.GetElapsedTime(began) < Patience.Limit)
        {
            Assert.False(run.HasExited, "it ended: " + string.Join('\n', _said));
            last = await RunAsync(file, "stats", "--json");
            if (last.Contains("\"uptime_s\"", StringComparison.Ordinal) && JsonSerializer.Deserialize(last, AnswerJson.Default.StatusView) is { } status && wanted(status))
            {
                return status;
            }
            await Task.Delay(200);
        }
        throw new TimeoutException($"{last}\n{string.Join('\n', _said)}");
    }

    /// <summary>What a verb says, errors included.</summary>
    private static async Task<string> RunAsync(string file, params string[] words)
    {
        using Process verb = Process.Start(Program([.. words, "--config", file]))!;
        Task<string> output = verb.StandardOutput.ReadToEndAsync(), error = verb.StandardError.ReadToEndAsync();
        await verb.WaitForExitAsync().WaitAsync(Patience.Limit);
        return await output + await error;
    }
}
