using Otedama.Core;

namespace Otedama.Interop;

/// <summary>One dataset of a store, made on a thread of its own from the moment it is constructed.</summary>
internal sealed class DatasetEntry
{
    /// <summary>
    /// Whole KawPow datasets are made behind ordinary work, but before hashing from the light cache (nice 10), which
    /// finds a hundredth of what they will.
    /// </summary>
    private const int FullNice = 5;

    private readonly PowProgress _progress = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly DatasetStoreOptions _options;
    private readonly string _path;
    private readonly int _threads;
    private readonly long _began;
    private ulong _bytes;
    private TimeSpan _took = Timeout.InfiniteTimeSpan;

    /// <summary>threads: 0 = as the options say.</summary>
    public DatasetEntry(Algorithm algorithm, DatasetKind kind, uint epoch, int threads, DatasetStoreOptions options)
    {
        (Algorithm, Kind, Epoch, _options) = (algorithm, kind, epoch, options);
        _threads = threads == 0 ? options.Threads : threads;
        _path = algorithm.Facts.HasFile && options.Folder.Length > 0
            ? Path.Combine(options.Folder, epoch == 0 ? $"{algorithm.Name}.dat" : $"{algorithm.Name}-{epoch}.dat")
            : "";
        _began = options.Clock.GetTimestamp();
        Making = Task.Factory.StartNew(
            Make,
            CancellationToken.None,
            TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, // a thread of its own
            TaskScheduler.Default);
        if (options.Finished is not null)
        {
            Making.ContinueWith(Tell, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    public Algorithm Algorithm { get; }

    public DatasetKind Kind { get; }

    public uint Epoch { get; }

    public Task<PowDataset> Making { get; }

    /// <summary>Time since it was begun.</summary>
    public TimeSpan Age => _options.Clock.GetElapsedTime(_began);

    public DatasetState State()
    {
        string problem = Making.IsFaulted ? Making.Exception.InnerException!.Message : "";
        ulong total = _progress.Total;
        double done = Making.IsCompletedSuccessfully ? 1 : total == 0 ? 0 : Math.Min((double)_progress.Done / total, 0.999);
        TimeSpan took = _took == Timeout.InfiniteTimeSpan ? Age : _took;
        return new DatasetState(Algorithm, Kind, Epoch, Volatile.Read(ref _bytes), done, took.TotalSeconds, problem);
    }

    /// <summary>Ends the making or frees the memory; what is in use lives until its user is done.</summary>
    public void Release()
    {
        _stop.Cancel();
        if (Making.IsCompletedSuccessfully)
        {
            Making.Result.Dispose(); // at once: what is made next may need the memory
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
            Volatile.Write(ref _bytes, PowDataset.SizeOf(Algorithm, Kind, Epoch));
            if (Algorithm.Facts.HasEpochs && Kind == DatasetKind.Full)
            {
                StepBack();
            }
            return _options.Make(Algorithm, Kind, Epoch, _path, _threads, _progress, _stop.Token);
        }
        finally
        {
            _took = Age;
        }
    }

    /// <summary>The threads that build are begun by this one and inherit it.</summary>
    private static void StepBack()
    {
        try
        {
            NativeThread.SetPriority(FullNice);
        }
        catch (NativeException)
        {
            // A system without nice values shares the processors as it likes.
        }
    }

    private void Tell(Task<PowDataset> making)
    {
        if (making.IsCompletedSuccessfully || !_stop.IsCancellationRequested)
        {
            _options.Finished!(State());
        }
    }
}
