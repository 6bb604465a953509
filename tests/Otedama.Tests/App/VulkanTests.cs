using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Mining;
using Otedama.Tests.Interop;
using Otedama.Tests.Mining;
using Xunit;

namespace Otedama.Tests.App;

/// <summary>Cards behind Vulkan, from the command line to shares of a pool, on lavapipe.</summary>
public sealed class VulkanTests : IDisposable
{
    private const string Vectors = """
        search algorithm=sha256d header=0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c nonce_first=0x7c2bac00 nonce_count=512 bits=1d00ffff hit=7c2bac1d

        """;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_is_listed_with_what_its_driver_tells_and_is_no_other_card()
    {
        GpuInfo card = Lavapipe.Card();
        CliResult result = await Cli.RunAsync(["gpu", "list", "--json"]);
        using JsonDocument answer = JsonDocument.Parse(result.Out);
        JsonElement listed = answer.RootElement.GetProperty("gpus")[card.Index];
        Assert.Equal("vulkan", listed.GetProperty("interface").GetString());
        Assert.Equal("simulator", listed.GetProperty("kind").GetString());
        Assert.StartsWith("Mesa", listed.GetProperty("driver").GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, listed.GetProperty("same_board_as").ValueKind);
        Assert.Equal(JsonValueKind.Null, listed.GetProperty("pci").ValueKind);
        Assert.InRange(listed.GetProperty("compute_units").GetInt32(), 1, 4096);
        Assert.InRange(listed.GetProperty("memory_bytes").GetInt64(), 1L << 28, 1L << 44);
        Assert.Contains("sha256d", listed.GetProperty("algorithms").EnumerateArray().Select(static name => name.GetString()));
    }

    [Fact]
    public async Task Vectors_run_on_it()
    {
        GpuInfo card = Lavapipe.Card();
        string file = _folder.File("v.txt", Vectors);
        CliResult result = await Verify(file, card);
        Assert.Equal((0, "1 passed, 0 failed, 0 skipped"), (result.Code, result.Out.Trim()));
        file = _folder.File("w.txt", Vectors.Replace("hit=7c2bac1d", "hit=7c2bac1e", StringComparison.Ordinal));
        result = await Verify(file, card);
        Assert.Equal((1, "0 passed, 1 failed, 0 skipped"), (result.Code, result.Out.Trim().Split('\n')[^1]));
    }

    private Task<CliResult> Verify(string file, GpuInfo card) => Cli.RunAsync(
        ["verify", "--vectors", file, "--device", $"{card.Index}", "--data-dir", _folder.Path], new() { [CardLock.Variable] = _folder.Path });

    [Fact]
    public async Task It_is_used_only_when_that_is_said()
    {
        GpuInfo card = Lavapipe.Card();
        CliResult result = await Cli.RunAsync(
        [
            "mine", "--wallet", "x", "--pool", "stratum+tcp://127.0.0.1:1", "--gpu", $"{card.Index}", "--data-dir", Path.Combine(_folder.Path, "data"),
            "--set", "api.enabled=false", "--set", "metrics.enabled=false", "--threads", "1",
        ]);
        Assert.Equal(4, result.Code);
        Assert.Contains("Give --gpu-simulator", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_finds_shares_a_pool_accepts_beside_the_processor()
    {
        GpuInfo card = Lavapipe.Card();
        await using ScriptedPool pool = new(ScriptedPool.Ordinary);
        RigOptions options = new() { CpuThreads = 1, Gpus = [card], Pools = [pool.Endpoint] };
        await using Rig rig = await Rig.StartAsync(options, NullLoggerFactory.Instance, TimeProvider.System, default);
        await Patience.UntilAsync(
            () => rig.Snapshot().Workers is { Count: 2 } workers && workers.All(static worker => worker.Shares.Accepted > 0), "shares of both");
        Assert.Equal(["cpu0", $"gpu{card.Index}"], rig.Snapshot().Workers.Select(static worker => worker.Name));
        Assert.Equal(0, rig.Snapshot().Shares.Rejected);
    }

    [Fact]
    public async Task OpenCl_and_Vulkan_work_at_the_same_time()
    {
        GpuInfo[] cards = [Pocl.Card(), Lavapipe.Card()];
        await using ScriptedPool pool = new(ScriptedPool.Ordinary);
        RigOptions options = new() { CpuThreads = -1, Gpus = cards, Pools = [pool.Endpoint] };
        await using Rig rig = await Rig.StartAsync(options, NullLoggerFactory.Instance, TimeProvider.System, default);
        await Patience.UntilAsync(
            () => rig.Snapshot().Workers is { Count: 2 } workers && workers.All(static worker => worker.Shares.Accepted > 0), "shares of both cards");
        Assert.Equal(cards.Select(static card => card.Device.Name), rig.Snapshot().Workers.Select(static worker => worker.Device));
        Assert.Equal(0, rig.Snapshot().Shares.Rejected);
    }
}
