using System.Collections.Concurrent;
using Otedama.Core;
using Otedama.Interop;
using Xunit;

namespace Otedama.Tests.Interop;

/// <summary>
/// Which dataset is in a card's memory, and when. Small Verthash files of the processor stand in for KawPow's
/// datasets, graph n for
/// epoch n - 1, and the card's memory is counted here.
/// </summary>
public sealed class DeviceDatasetsTests : IDisposable
{
    private const int EpochBlocks = 7_500;

    private static readonly TimeSpan s_blockTime = TimeSpan.FromMinutes(1);

    private readonly HeldClock _time = new();
    private readonly DatasetStore _store;
    private readonly DeviceDatasets _datasets;
    private readonly ConcurrentQueue<uint> _begun = new();
    private readonly ConcurrentQueue<string> _said = new();
    private readonly List<PowDataset> _held = []; // in the card's memory, or once there
    private readonly ManualResetEventSlim _finish = new(true);
    private readonly GpuInfo _card = new(3, new DeviceInfo(7, DeviceBackend.OpenCl, 1, 1 << 30, "a card", []), null);
    private int _room = 2;
    private NativeException? _problem;

    public DeviceDatasetsTests()
    {
        _store = new DatasetStore(new DatasetStoreOptions
        {
            Clock = _time,
            Make = (_, _, epoch, _, _, _, stop) =>
            PowDataset.Create(Algorithm.Verthash, DatasetKind.Full, epoch + 1, cancellation: stop)
        });
        _datasets = new DeviceDatasets(_store, new DeviceDatasetOptions { Clock = _time, Make = Make, Says = _said.Enqueue });
    }

    public void Dispose()
    {
        _finish.Set();
        _datasets.Dispose();
        _store.Dispose();
    }

    [Fact]
    public void A_dataset_is_made_once_and_shared_by_all_who_work_on_a_card()
    {
        using DeviceDatasetLease one = Open();
        using DeviceDatasetLease other = Open();
        PowDataset made = Wait(one, 10);
        Assert.Same(made, other.TryGet(20, out _));
        Assert.Equal([0u], _begun);
        DatasetState state = Assert.Single(_datasets.Snapshot());
        Assert.Equal(("KawPow dataset of epoch 0 on gpu3", 1.0), (state.Name, state.Done));
        one.Dispose();
        _time.Advance(3600);
        Assert.Same(made, other.TryGet(30, out _)); // the other one still works
    }

    [Fact]
    public void Nothing_is_made_before_it_is_asked_for_and_what_is_being_made_is_cancelled_at_the_end()
    {
        _finish.Reset();
        DeviceDatasetLease lease = Open();
        Assert.Empty(_datasets.Snapshot());
        Assert.Null(lease.TryGet(10, out bool letGo));
        Assert.False(letGo);
        Patience.Until(() => !_begun.IsEmpty);
        _datasets.Dispose(); // returns though nothing was let finish
        Assert.Throws<ObjectDisposedException>(() => lease.TryGet(10, out _));
    }

    [Theory]
    [InlineData(7_494, false)]
    [InlineData(7_495, true)] // five minutes of blocks
    public void The_next_epoch_is_begun_by_height_some_minutes_before_its_first_block(int height, bool begins)
    {
        using DeviceDatasetLease lease = Open();
        PowDataset first = Wait(lease, height);
        Assert.Same(first, lease.TryGet(height, out _));
        if (!begins)
        {
            Assert.Equal([0u], _begun);
            return;
        }
        Patience.Until(() => _begun.Count == 2 && _datasets.Snapshot().All(static state => state.Done == 1));
        Assert.Same(first, lease.TryGet(height, out _)); // and is not used before
        PowDataset next = lease.TryGet(EpochBlocks, out bool letGo)!;
        Assert.Equal((1u, false), (EpochOf(next), letGo));
        Assert.Same(first, lease.TryGet(height, out _)); // a pool that is a block behind
        Assert.Same(next, lease.TryGet(EpochBlocks, out _));
        _time.Advance(31);
        Assert.Same(next, lease.TryGet(EpochBlocks, out _));
        Assert.True(first.IsFreed);
        Assert.Equal([0u, 1u], _begun);
    }

    [Fact]
    public void A_slow_card_begins_earlier()
    {
        _finish.Reset();
        using DeviceDatasetLease lease = Open();
        Assert.Null(lease.TryGet(7_000, out _));
        Patience.Until(() => !_begun.IsEmpty);
        _time.Advance(TimeSpan.FromMinutes(40));
        _finish.Set();
        Wait(lease, 7_500 - 119);
        lease.TryGet(7_500 - 119, out _);
        Patience.Until(() => _begun.Count == 2); // three times forty minutes
    }

    [Fact]
    public void Where_two_do_not_fit_the_old_one_goes_at_the_change_and_not_before_its_engine()
    {
        _room = 1;
        using DeviceDatasetLease lease = Open();
        PowDataset first = Wait(lease, 7_499);
        Patience.Until(() => lease.TryGet(7_499, out _) == first && !_said.IsEmpty);
        Assert.Contains("not the memory for the KawPow dataset of epoch 1 beside that of epoch 0", Assert.Single(_said), StringComparison.Ordinal);
        Assert.Same(first, lease.TryGet(7_499, out _));
        Assert.Equal([0u, 1u], _begun); // tried once

        using PowEngine engine = PowEngine.Create(Algorithm.Verthash, dataset: first);
        Assert.Null(lease.TryGet(EpochBlocks, out bool letGo));
        Assert.True(letGo);
        Assert.Contains("that of epoch 0 is given up", _said.Last(), StringComparison.Ordinal);
        Assert.Null(lease.TryGet(EpochBlocks, out letGo));
        Assert.True(letGo); // as long as the engine holds it
        Assert.Equal(2, _begun.Count);
        engine.Dispose();
        Assert.True(first.IsFreed);
        Assert.Equal(1u, EpochOf(Wait(lease, EpochBlocks)));
        Assert.Equal([0u, 1u, 1u], _begun);
        Assert.Equal(2, _said.Count);
    }

    [Fact]
    public void Too_little_memory_is_said_in_the_native_words_and_tried_again_after_a_while()
    {
        _room = 0;
        using DeviceDatasetLease lease = Open();
        NativeException said = WaitForProblem(lease, 10);
        Assert.Contains("needs 5 MiB, 4 are free", said.Message, StringComparison.Ordinal);
        Assert.Throws<NativeException>(() => lease.TryGet(10, out _));
        Assert.Equal([0u], _begun);
        Assert.Contains("needs 5 MiB", Assert.Single(_datasets.Snapshot()).Problem, StringComparison.Ordinal);
        _room = 1;
        _time.Advance(61);
        Assert.Equal(0u, EpochOf(Wait(lease, 10)));
        Assert.Empty(_said);
    }

    [Fact]
    public void After_a_loss_the_dataset_is_made_anew()
    {
        using DeviceDatasetLease lease = Open();
        PowDataset first = Wait(lease, 10);
        lease.OnLost();
        Assert.True(first.IsFreed);
        Assert.Empty(_datasets.Snapshot());
        Assert.NotSame(first, Wait(lease, 10));
        Assert.Equal([0u, 0u], _begun);
    }

    [Fact]
    public void A_loss_while_it_is_made_is_told_once_and_the_next_one_asks_the_card_again()
    {
        _problem = new NativeException("build", "OTD_E_DEVICE_LOST", "it fell off the bus", "");
        using DeviceDatasetLease lease = Open();
        Assert.True(WaitForProblem(lease, 10).IsDeviceLost);
        _problem = null;
        Assert.Equal(0u, EpochOf(Wait(lease, 10)));
    }

    [Fact]
    public void What_nobody_uses_stays_for_a_restart_and_goes_after_that()
    {
        DeviceDatasetLease lease = Open();
        PowDataset first = Wait(lease, 10);
        lease.Dispose();
        _time.Advance(29);
        lease = Open();
        Assert.Same(first, lease.TryGet(10, out _));
        lease.Dispose();
        _time.Advance(29);
        Assert.False(first.IsFreed);
        _time.Advance(2);
        Assert.True(first.IsFreed);
        Assert.Empty(_datasets.Snapshot());
    }

    [Fact]
    public void Another_algorithm_on_the_card_frees_what_it_does_not_need()
    {
        DeviceDatasetLease lease = Open();
        PowDataset first = Wait(lease, 10);
        lease.Dispose();
        using DeviceDatasetLease other = _datasets.Open(_card, Algorithm.Sha256d, s_blockTime);
        Assert.True(first.IsFreed);
    }

    [Fact]
    public void Where_a_whole_one_does_not_fit_checks_get_a_light_one_until_somebody_searches()
    {
        _room = 0;
        using DeviceDatasetLease checks = _datasets.Open(_card, Algorithm.KawPow, s_blockTime, checksOnly: true);
        PowDataset light = Wait(checks, 10);
        Assert.Equal([0u, 0u], _begun);
        Assert.Equal("KawPow light cache of epoch 0 on gpu3", Assert.Single(_datasets.Snapshot()).Name);
        Assert.Contains("it checks shares from the light cache", Assert.Single(_said), StringComparison.Ordinal);
        using DeviceDatasetLease search = Open();
        Assert.True(light.IsFreed);
        Assert.Contains("needs 5 MiB", WaitForProblem(search, 10).Message, StringComparison.Ordinal);
        Assert.Throws<NativeException>(() => checks.TryGet(10, out _));
    }

    private static uint EpochOf(PowDataset standIn) => standIn.Epoch - 1;

    private DeviceDatasetLease Open() => _datasets.Open(_card, Algorithm.KawPow, s_blockTime);

    private PowDataset Make(
        int device, DatasetKind kind, PowDataset source, PowProgress? progress, CancellationToken stop)
    {
        Assert.Equal(_card.Device.Index, device);
        _begun.Enqueue(EpochOf(source));
        _finish.Wait(Patience.Limit, stop);
        if (_problem is { } problem)
        {
            throw problem;
        }
        lock (_held)
        {
            _held.RemoveAll(static dataset => dataset.IsFreed);
            if (kind == DatasetKind.Full && _held.Count >= _room)
            {
                throw new NativeException("build", "OTD_E_MEMORY", "needs 5 MiB, 4 are free", "Free memory.");
            }
            PowDataset made = PowDataset.Create(source.Algorithm, DatasetKind.Full, source.Epoch, cancellation: stop);
            _held.Add(made);
            return made;
        }
    }

    private static PowDataset Wait(DeviceDatasetLease lease, int height)
    {
        PowDataset? made = null;
        Patience.Until(() => (made = lease.TryGet(height, out _)) is not null);
        return made!;
    }

    private static NativeException WaitForProblem(DeviceDatasetLease lease, int height)
    {
        NativeException? problem = null;
        Patience.Until(() => (problem = (NativeException?)Record.Exception(() => lease.TryGet(height, out _))) is not null);
        return problem!;
    }
}
