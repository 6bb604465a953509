using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Mining;
using Otedama.Tests.Interop;
using Xunit;

namespace Otedama.Tests.Mining;

/// <summary>A graphics card beside the processor in one rig.</summary>
public sealed class GpuRigTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_card_and_the_processor_both_find_shares_a_pool_accepts()
    {
        GpuInfo card = Pocl.Card();
        await using ScriptedPool pool = new(ScriptedPool.Ordinary);
        RigOptions options = new() { CpuThreads = 1, Gpus = [card], CardLockFolders = [_folder.Path], Pools = [pool.Endpoint] };
        await using Rig rig = await Rig.StartAsync(options, NullLoggerFactory.Instance, TimeProvider.System, default);
        await Patience.UntilAsync(
            () => rig.Snapshot().Workers is { Count: 2 } workers && workers.All(static worker => worker.Shares.Accepted > 0), "shares of both");
        RigSnapshot snapshot = rig.Snapshot();
        Assert.Equal(["CPU", "GPU"], snapshot.Devices.Select(static device => device.Kind));
        Assert.Equal(["cpu0", $"gpu{card.Index}"], snapshot.Workers.Select(static worker => worker.Name));
        Assert.Equal(0, snapshot.Shares.Rejected);
    }

    [Fact]
    public void A_worker_begins_with_the_geometry_that_is_remembered_and_says_so()
    {
        GpuInfo card = Pocl.Card();
        string last = card.Flavours(Algorithm.Sha256d)[^1].Name;
        RigOptions options = new() { Gpus = [card], CardLockFolders = [_folder.Path], GpuTuning = new Remembers(last) };
        using DatasetStore store = new(new DatasetStoreOptions());
        using DeviceDatasets datasets = new(store);
        GpuWorkers source = new(options, datasets, LateEnd.OfCard, TimeProvider.System, NullLogger.Instance);
        using IWorker worker = Assert.Single(source.Find()).Make(0);
        Assert.Equal(last, worker.Read().Flavour); // before it has an engine, which is when the start line is written
        source.End(new Dictionary<string, Action>());
    }

    private sealed class Remembers(string flavour) : IGpuTuning
    {
        public string? Find(GpuInfo gpu, string algorithm) => flavour;

        public void Remember(GpuInfo gpu, string algorithm, string flavour, double rate)
        {
        }
    }

    [Fact]
    public async Task A_card_alone_is_a_rig()
    {
        GpuInfo card = Pocl.Card();
        await using ScriptedPool pool = new(ScriptedPool.Ordinary);
        RigOptions options = new() { CpuThreads = -1, Gpus = [card], CardLockFolders = [_folder.Path], Pools = [pool.Endpoint] };
        await using Rig rig = await Rig.StartAsync(options, NullLoggerFactory.Instance, TimeProvider.System, default);
        await Patience.UntilAsync(() => rig.Snapshot().Shares.Accepted >= 5, "five shares of the card");
        WorkerSnapshot worker = Assert.Single(rig.Snapshot().Workers);
        Assert.Equal((card.Device.Name, WorkerState.Healthy), (worker.Device, worker.State));
    }

    [Fact]
    public async Task A_card_mines_with_a_dataset_in_its_memory_which_a_rig_that_is_started_anew_finds()
    {
        GpuInfo card = Pocl.Card();
        await using ScriptedPool pool = new(ScriptedPool.Ordinary);
        using DatasetStore store = new(new DatasetStoreOptions { VerthashGraph = 2 });
        using DeviceDatasets datasets = new(store);
        RigOptions options = new()
        {
            Algorithm = Algorithm.Verthash,
            CpuThreads = -1,
            Gpus = [card],
            CardLockFolders = [_folder.Path],
            Pools = [pool.Endpoint],
            Datasets = store,
            DeviceDatasets = datasets,
        };
        double made = 0;
        for (int start = 0; start < 2; start++)
        {
            await using Rig rig = await Rig.StartAsync(options, NullLoggerFactory.Instance, TimeProvider.System, default);
            await Patience.UntilAsync(() => rig.Snapshot().Shares.Accepted >= 3, "three shares of the card");
            DatasetState state = Assert.Single(datasets.Snapshot());
            Assert.Equal(($"Verthash data on {card.Name}", 1.0), (state.Name, state.Done));
            made = start == 0 ? state.Seconds : made;
            Assert.Equal(made, state.Seconds); // the same one
            rig.Pause();
            await Patience.UntilAsync(() => rig.Snapshot().State == RigState.Paused);
            rig.Resume();
            long before = rig.Snapshot().Shares.Accepted;
            await Patience.UntilAsync(() => rig.Snapshot().Shares.Accepted > before, "shares after a pause");
        }
    }

    [Fact]
    public async Task A_card_that_another_has_is_said_to_be_and_the_processor_mines_without_it()
    {
        GpuInfo card = Pocl.Card();
        await using ScriptedPool pool = new(ScriptedPool.Ordinary);
        RigOptions options = new() { CpuThreads = 1, Gpus = [card], CardLockFolders = [_folder.Path], Pools = [pool.Endpoint] };
        CardLock other = CardLock.Take(card, [_folder.Path])!;
        await using Rig rig = await Rig.StartAsync(options, NullLoggerFactory.Instance, TimeProvider.System, default);
        await Patience.UntilAsync(() => rig.Snapshot().Shares.Accepted > 0, "a share of the processor");
        WorkerSnapshot refused = rig.Snapshot().Workers[1];
        Assert.Equal(WorkerState.Failed, refused.State);
        Assert.Contains($"is in use by process {Environment.ProcessId}", refused.Reason, StringComparison.Ordinal);
        other.Dispose();
        await Patience.UntilAsync(() => rig.Snapshot().Workers[1].Hashes > 0, "the card once it is free");
        Assert.Throws<IOException>(() => CardLock.Take(card, [_folder.Path]));
        await rig.StopAsync();
        CardLock.Take(card, [_folder.Path])!.Dispose(); // the end of a rig lets go
    }

    [Fact]
    public async Task An_algorithm_without_a_kernel_is_refused_before_anything_starts()
    {
        GpuInfo card = Pocl.Card();
        RigOptions options = new() { CpuThreads = -1, Gpus = [card], Algorithm = Algorithm.VerusHash };
        ArgumentException refused = await Assert.ThrowsAsync<ArgumentException>(
            () => Rig.StartAsync(options, new FakeSource(), NullLoggerFactory.Instance, TimeProvider.System, default));
        Assert.Contains("VerusHash has no kernel for graphics card", refused.Message, StringComparison.Ordinal);
    }
}
