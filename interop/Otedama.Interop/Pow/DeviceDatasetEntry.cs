using Otedama.Core;

namespace Otedama.Interop;

/// <summary>
/// One dataset of a card, made on a thread of its own from the moment it is constructed: first the processor's, which
/// it
/// is made from, comes out of the store.
/// </summary>
internal sealed class DeviceDatasetEntry
{
    private readonly PowProgress _progress = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly DatasetStore _store;
    private readonly DeviceDatasetOptions _options;
    private readonly GpuInfo _gpu;
    private readonly long _began;
    private ulong _bytes;
    private TimeSpan _took = Timeout.InfiniteTimeSpan;

    public DeviceDatasetEntry(
        GpuInfo gpu,
        Algorithm algorithm,
        DatasetKind kind,
        uint epoch,
        DatasetStore store,
        DeviceDatasetOptions options)
    {
        (_gpu, Algorithm, Kind, Epoch, _store, _options) = (gpu, algorithm, kind, epoch, store, options);
        _began = options.Clock.GetTimestamp();
        Making = Task.Factory.StartNew(
            Make,
            CancellationToken.None,
            TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, // a thread of its own
            TaskScheduler.Default);
        Making.ContinueWith(Tell, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    public Algorithm Algorithm { get; }

    /// <summary>A light one serves checks and no search.</summary>
    public DatasetKind Kind { get; }

    public uint Epoch { get; }

    public Task<PowDataset> Making { get; }

    public PowDataset? Made => Making.IsCompletedSuccessfully ? Making.Result : null;

    /// <summary>Why it could not be made; null while it is made or being made.</summary>
    public Exception? Problem => Making.Exception?.InnerException;

    /// <summary>Whether it was for want of memory.</summary>
    public bool LacksMemory => Problem is NativeException { LacksMemory: true };

    /// <summary>Time since it was begun.</summary>
    public TimeSpan Age => _options.Clock.GetElapsedTime(_began);

    /// <summary>Time it took, once it is made.</summary>
    public TimeSpan Took => _took == Timeout.InfiniteTimeSpan ? Age : _took;

    /// <summary>Whether it holds no memory of the card any more: released, and let go of by every engine.</summary>
    public bool IsGone => Making.IsCompleted && Made is null or { IsFreed: true };

    public DatasetState State()
    {
        ulong total = _progress.Total;
        double done = Making.IsCompletedSuccessfully ? 1 : total == 0 ? 0
            : Math.Min((double)_progress.Done / total, 0.999);
        return new DatasetState(
            Algorithm, Kind, Epoch, Volatile.Read(ref _bytes), done, Took.TotalSeconds, Problem?.Message ?? "")
        {
            Place = _gpu.Name,
        };
    }

    /// <summary>Ends the making or frees the memory; what is in use lives until its user is done.</summary>
    public void Release()
    {
        _stop.Cancel();
        if (Made is { } made)
        {
            made.Dispose(); // at once: what is made next may need the memory
            return;
        }
        Making.ContinueWith(
            static making =>
            {
                if (making.IsCompletedSuccessfully)
                {
                    making.Result.Dispose();
                }
                _ = making.Exception; // seen
            },
            TaskScheduler.Default);
    }

    private PowDataset Make()
    {
        try
        {
            Volatile.Write(ref _bytes, PowDataset.SizeOf(Algorithm, Kind, Epoch, _gpu.Device.Index));
            int height = checked((int)Epoch * Algorithm.Facts.EpochBlocks);
            while (true)
            {
                PowDataset source = _store.Get(Algorithm, height, _stop.Token);
                try
                {
                    return _options.Make(_gpu.Device.Index, Kind, source, _progress, _stop.Token);
                }
                catch (ObjectDisposedException)
                {
                    // Two newer epochs pushed the source out between the two lines; the store makes it again, or
                    // says that it is closed.
                }
            }
        }
        finally
        {
            _took = Age;
        }
    }

    private void Tell(Task<PowDataset> making)
    {
        if (making.IsCompletedSuccessfully || (making.IsFaulted && !_stop.IsCancellationRequested))
        {
            _options.Finished?.Invoke(State());
        }
    }
}
