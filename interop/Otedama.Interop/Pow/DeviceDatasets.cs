using Otedama.Core;

namespace Otedama.Interop;

/// <summary>
/// The datasets in the memory of graphics cards: each is made once a card, in the background, from the processor's in a
/// store, and shared by whoever works on that card. The next epoch's is made ahead where both fit. Any thread.
/// </summary>
public sealed class DeviceDatasets(DatasetStore store, DeviceDatasetOptions? options = null) : IDisposable
{
    /// <summary>
    /// For the drivers' sake nothing may be under way when the process ends; a launch lasts milliseconds.
    /// </summary>
    private static readonly TimeSpan s_endWait = TimeSpan.FromSeconds(5);

    private readonly DeviceDatasetOptions _options = options ?? new DeviceDatasetOptions();
    private readonly Lock _gate = new(); // held for everything below and in the shelves
    private readonly Dictionary<int, DeviceShelf> _shelves = []; // by index of Catalogue.Devices
    private bool _disposed;

    /// <summary>
    /// Begins to use a card for an algorithm. What the card holds for others goes at once; nothing is made before a
    /// height is
    /// asked for.
    /// </summary>
    /// <param name="blockTime">Usual time between two blocks, from which the height where the next epoch's is begun
    /// follows.</param>
    /// <param name="checksOnly">
    /// It is to check proofs: a light one will do where there is no room for the whole one and nobody searches there.
    /// </param>
    public DeviceDatasetLease Open(GpuInfo gpu, Algorithm algorithm, TimeSpan blockTime, bool checksOnly = false)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_shelves.TryGetValue(gpu.Device.Index, out DeviceShelf? shelf))
            {
                _shelves.Add(gpu.Device.Index, shelf = new DeviceShelf(gpu, store, _options));
            }
            shelf.Enter(algorithm, checksOnly);
            return new DeviceDatasetLease(this, shelf, algorithm, blockTime, checksOnly);
        }
    }

    public IReadOnlyList<DatasetState> Snapshot()
    {
        lock (_gate)
        {
            return [.. _shelves.Values.SelectMany(static shelf => shelf.Snapshot())];
        }
    }

    /// <summary>Before the store is. Waits some seconds at most for what is being made.</summary>
    public void Dispose()
    {
        Task[] making;
        lock (_gate)
        {
            _disposed = true;
            making = [.. _shelves.Values.SelectMany(static shelf => shelf.Clear())];
            _shelves.Clear();
        }
        Task.WhenAll(making).ContinueWith(static all => _ = all.Exception, TaskScheduler.Default).Wait(s_endWait);
    }

    internal PowDataset? TryGet(DeviceShelf shelf, Algorithm algorithm, int height, TimeSpan blockTime, out bool letGo)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return shelf.TryGet(algorithm, height, blockTime, out letGo);
        }
    }

    internal void OnLost(DeviceShelf shelf)
    {
        lock (_gate)
        {
            shelf.Clear();
        }
    }

    internal void Leave(DeviceShelf shelf, bool checksOnly)
    {
        lock (_gate)
        {
            if (shelf.Leave(checksOnly) == 0 && !_disposed)
            {
                shelf.Linger(_options.Clock.CreateTimer(_ =>
                    Expire(shelf), null, _options.Linger, Timeout.InfiniteTimeSpan));
            }
        }
    }

    private void Expire(DeviceShelf shelf)
    {
        lock (_gate)
        {
            if (shelf.IsUnused)
            {
                shelf.Clear();
            }
        }
    }
}

/// <summary>The use of a card's datasets by one worker. Owned by one thread; disposed when it stops.</summary>
public sealed class DeviceDatasetLease : IDisposable
{
    private readonly DeviceDatasets _datasets;
    private readonly DeviceShelf _shelf;
    private readonly Algorithm _algorithm;
    private readonly TimeSpan _blockTime;
    private readonly bool _checksOnly;
    private bool _disposed;

    internal DeviceDatasetLease(
        DeviceDatasets datasets, DeviceShelf shelf, Algorithm algorithm, TimeSpan blockTime, bool checksOnly) =>
        (_datasets, _shelf, _algorithm, _blockTime, _checksOnly) = (datasets, shelf, algorithm, blockTime, checksOnly);

    /// <summary>
    /// The dataset for this height, or null while it is being made; asking begins it. Throws NativeException when it
    /// could
    /// not be made; it is tried again after a while.
    /// </summary>
    /// <param name="letGo">
    /// The memory does not hold two: engines that use another have to be given up before this one can be made.
    /// </param>
    public PowDataset? TryGet(int height, out bool letGo) =>
        _datasets.TryGet(_shelf, _algorithm, height, _blockTime, out letGo);

    /// <summary>The card was lost, and what it held with it.</summary>
    public void OnLost() => _datasets.OnLost(_shelf);

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _datasets.Leave(_shelf, _checksOnly);
        }
    }
}
