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
        await using BuiltProgram program = new(file);
        StatusView status = await program.UntilAsync(status => status.Rigs is [{ Accepted: > 0 }, { Accepted: > 0 }]
            && status.Rigs[0].Workers.Any(worker => worker.Name == card.Name && worker.Found > 0));
        Assert.Equal(["card sha256d", "cpu verushash"], status.Rigs.Select(static rig => $"{rig.Name} {rig.Algorithm}"));
        Assert.DoesNotContain(status.Rigs[1].Workers, worker => worker.Name == card.Name);

        Assert.Contains("card: stopped", await program.RunAsync("mining", "stop", "--rig", "card"), StringComparison.Ordinal);
        await program.UntilAsync(static status => status.Rigs is [{ Mining: false }, { Mining: true }]);
        Assert.Contains("card: mining", await program.RunAsync("mining", "start", "--rig", "card"), StringComparison.Ordinal);
        int connections = pool.Connections;

        _folder.File("otedama.yaml", Configuration(card.Index, pool.Port, intensity: 12));
        string answer = await program.RunAsync("reload");
        Assert.Contains("gpu_intensity", answer, StringComparison.Ordinal);
        await program.UntilAsync(status => pool.Connections > connections && status.Rigs is [{ Accepted: > 0, Mining: true }, { Mining: true }]);
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
}
