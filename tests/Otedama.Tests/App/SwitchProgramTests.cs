using Otedama.Interop;
using Otedama.Tests.Interop;
using Otedama.Tests.Mining;
using Otedama.Tests.Wire;
using Xunit;

namespace Otedama.Tests.App;

/// <summary>The built program turns a rig to another algorithm and back without a restart; the rig beside it does not notice.</summary>
public sealed class SwitchProgramTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly int _api = FreePort.Next();
    private readonly int _pool = FreePort.Next();
    private readonly int _node = FreePort.Next();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_processor_goes_to_verushash_by_reload_and_back_by_command()
    {
        await using ScriptedPool outside = new(ScriptedPool.Ordinary);
        string url = $"stratum+tcp://127.0.0.1:{outside.Port}";
        string atFirst = $"algorithms: sha256d, pools: [\"{url}\"], wallet: wallet, workers: {{cpu_threads: 1}}";
        await using BuiltProgram program = new(Write(atFirst));
        StatusView first = await program.UntilAsync(static status => status.Rigs is [{ Accepted: > 0 }, { Accepted: > 0 }]);
        Assert.Equal(["moving sha256d", "still verushash"], first.Rigs.Select(static rig => $"{rig.Name} {rig.Algorithm}"));

        Write("algorithms: verushash, workers: {cpu_threads: 1}");
        string answer = await program.RunAsync("reload");
        Assert.All(["rigs.moving.algorithms", "rigs.moving.pools", "rigs.moving.wallet"], key => Assert.Contains(key, answer, StringComparison.Ordinal));
        Assert.DoesNotContain("needs a restart", answer, StringComparison.Ordinal);
        StatusView second = await program.UntilAsync(static status => status.Rigs[0] is { Algorithm: "verushash", Accepted: > 0 });
        Assert.Equal(first.Pools[0].Url, second.Rigs[0].Upstream);

        string back = await program.RunAsync("mining", "switch", "--rig", "moving", "--algo", "sha256d", "--pool", url, "--wallet", "wallet");
        Assert.Contains($"moving: sha256d on {url}, was verushash", back, StringComparison.Ordinal);
        Assert.Contains("until the next reload or restart", back, StringComparison.Ordinal);
        StatusView third = await program.UntilAsync(static status => status.Rigs[0] is { Algorithm: "sha256d", Accepted: > 0 });

        string refused = await program.RunAsync("mining", "switch", "--rig", "moving", "--algo", "scrypt");
        Assert.Contains("no pool to mine scrypt on", refused, StringComparison.Ordinal);
        Assert.Contains("Nothing was changed; moving goes on with sha256d", refused, StringComparison.Ordinal);

        Assert.Contains("rigs.moving.algorithms", await program.RunAsync("reload"), StringComparison.Ordinal); // to what the file says
        StatusView last = await program.UntilAsync(static status => status.Rigs[0] is { Algorithm: "verushash", Accepted: > 0 });
        StatusView[] all = [first, second, third, last];
        Assert.Single(all.Select(static status => (status.Pid, status.StartedAt)).Distinct());
        Assert.True(all.Zip(all.Skip(1)).All(static pair => pair.First.Rigs[1].Accepted <= pair.Second.Rigs[1].Accepted), "the other rig was started anew");
        Assert.True(all.Zip(all.Skip(1)).All(static pair => pair.First.Pools[0].Accepted <= pair.Second.Pools[0].Accepted), "the pool was started anew");
        Assert.Equal(2, outside.Connections);
    }

    [Fact]
    public async Task A_card_goes_to_scrypt_by_reload_and_stays_there_when_it_cannot_do_what_a_command_asks()
    {
        GpuInfo card = Pocl.Card();
        await using ScriptedPool one = new(ScriptedPool.Ordinary);
        await using ScriptedPool two = new(ScriptedPool.Ordinary);
        await using BuiltProgram program = new(Write(OnCard(card, "sha256d", one.Port)));
        StatusView first = await program.UntilAsync(status => FoundOn(status, card));

        Write(OnCard(card, "scrypt", two.Port));
        Assert.Contains("rigs.moving.algorithms", await program.RunAsync("reload"), StringComparison.Ordinal);
        StatusView second = await program.UntilAsync(status => status.Rigs[0] is { Algorithm: "scrypt", Accepted: > 0 } && FoundOn(status, card));
        Assert.Equal(first.Pid, second.Pid);

        string refused = await program.RunAsync("mining", "switch", "--rig", "moving", "--algo", "verushash",
            "--pool", $"stratum+tcp://127.0.0.1:{one.Port}");
        Assert.Contains("verushash has no kernel for graphics cards", refused, StringComparison.Ordinal);
        Assert.Contains("moving goes on with scrypt", refused, StringComparison.Ordinal);
        StatusView third = await program.UntilAsync(static status => true);
        Assert.Equal(("scrypt", true), (third.Rigs[0].Algorithm, third.Rigs[0].Mining));
        Assert.Equal((1, 1), (one.Connections, two.Connections));
    }

    private static bool FoundOn(StatusView status, GpuInfo card) => status.Rigs[0].Workers.Any(worker => worker.Name == card.Name && worker.Found > 0);

    private static string OnCard(GpuInfo card, string algorithm, int port) => $"algorithms: {algorithm}, pools: [\"stratum+tcp://127.0.0.1:{port}\"], "
        + $"wallet: wallet, workers: {{cpu_threads: none, gpus: [{card.Index}], gpu_simulator: true}}";

    private string Write(string moving) => _folder.File("otedama.yaml", $$"""
        data_dir: {{Path.Combine(_folder.Path, "data")}}
        api: { port: {{_api}} }
        metrics: {enabled: false}
        rigs:
          - {name: moving, {{moving}}}
          - {name: still, algorithms: verushash, workers: { cpu_threads: 1 } }
        pools:
          - name: main
            algorithm: verushash
            port: {{_pool}}
            node: { port: {{_node}} }
        """);
}
