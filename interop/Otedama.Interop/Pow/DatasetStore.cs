using Otedama.Core;

namespace Otedama.Interop;

/// <summary>
/// The datasets of this process: each is made once, in the background, and shared by workers and checks. At most two
/// are kept per algorithm. KawPow's next one is begun when 95 % of an epoch have passed, so that nobody waits at its
/// end. Any thread.
/// </summary>
public sealed class DatasetStore : IDisposable
{
    /// <summary>Blocks of one KawPow epoch.</summary>
    public const int KawPowEpochBlocks = 7_500;

    /// <summary>The current one and the next.</summary>
    private const int KeptMax = 2;

    private const int AheadBlocks = KawPowEpochBlocks / 20;

    private readonly Lock _gate = new();
    private readonly DatasetStoreOptions _options;
    private readonly List<Entry> _entries = []; // least recently used first
    private bool _disposed;

    public DatasetStore(DatasetStoreOptions? options = null) => _options = options ?? new DatasetStoreOptions();

    public static bool Needs(Algorithm algorithm) => algorithm is Algorithm.KawPow or Algorithm.Verthash;

    /// <summary>Which dataset a block at this height is hashed with.</summary>
    public uint EpochOf(Algorithm algorithm, int height) => algorithm switch
    {
        Algorithm.KawPow => (uint)Math.Max(0, height) / KawPowEpochBlocks,
        Algorithm.Verthash => (uint)_options.VerthashGraph,
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), $"{algorithm} has no dataset"),
    };

    /// <summary>
    /// The dataset for this height, or null while it is being made; asking begins it. Throws NativeException when it
    /// could not be made (no memory, no room on the disk, a damaged file); the next call tries again.
    /// </summary>
    public PowDataset? TryGet(Algorithm algorithm, int height)
    {
        Task<PowDataset> making = Request(algorithm, height);
        return making.IsCompleted ? making.GetAwaiter().GetResult() : null;
    }

    /// <summary>As TryGet, but waits; made for checks, which cannot go on without it.</summary>
    public PowDataset Get(Algorithm algorithm, int height, CancellationToken cancellation = default)
    {
        Task<PowDataset> making = Request(algorithm, height);
        if (!making.IsCompleted)
        {
            Task.WhenAny(making).Wait(cancellation);
        }
        return making.GetAwaiter().GetResult();
    }

    public IReadOnlyList<DatasetState> Snapshot()
    {
        lock (_gate)
        {
            return [.. _entries.Select(entry => entry.State())];
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _entries.ForEach(entry => entry.Release());
            _entries.Clear();
        }
    }

    private Task<PowDataset> Request(Algorithm algorithm, int height)
    {
        uint epoch = EpochOf(algorithm, height);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (algorithm == Algorithm.KawPow && height % KawPowEpochBlocks >= KawPowEpochBlocks - AheadBlocks)
            {
                Ensure(algorithm, epoch + 1);
            }
            Entry entry = Ensure(algorithm, epoch);
            if (entry.Making.IsFaulted)
            {
                _entries.Remove(entry); // the caller hears why; the next one may have more luck
            }
            return entry.Making;
        }
    }

    private Entry Ensure(Algorithm algorithm, uint epoch)
    {
        Entry? entry = _entries.Find(each => each.Algorithm == algorithm && each.Epoch == epoch);
        if (entry is not null)
        {
            _entries.Remove(entry);
            _entries.Add(entry);
            return entry;
        }
        entry = new Entry(algorithm, epoch, _options);
        _entries.Add(entry);
        while (_entries.Count(each => each.Algorithm == algorithm) > KeptMax)
        {
            Entry oldest = _entries.First(each => each.Algorithm == algorithm);
            _entries.Remove(oldest);
            oldest.Release();
        }
        return entry;
    }

    private sealed class Entry
    {
        private readonly PowProgress _progress = new();
        private readonly CancellationTokenSource _stop = new();

        public Entry(Algorithm algorithm, uint epoch, DatasetStoreOptions options)
        {
            (Algorithm, Epoch) = (algorithm, epoch);
            // KawPow light: a pool checks and a CPU mines from the light cache; the full dataset takes minutes to make.
            DatasetKind kind = algorithm == Algorithm.KawPow ? DatasetKind.Light : DatasetKind.Full;
            string path = algorithm == Algorithm.Verthash && options.Folder.Length > 0
                ? Path.Combine(options.Folder, epoch == 0 ? "verthash.dat" : $"verthash-{epoch}.dat")
                : "";
            Making = Task.Factory.StartNew(
                () => PowDataset.Create(algorithm, kind, epoch, path, options.Threads, _progress, _stop.Token),
                CancellationToken.None,
                TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
                TaskScheduler.Default);
        }

        public Algorithm Algorithm { get; }

        public uint Epoch { get; }

        public Task<PowDataset> Making { get; }

        public DatasetState State()
        {
            string problem = Making.IsFaulted ? Making.Exception.InnerException!.Message : "";
            double done = Making.IsCompletedSuccessfully ? 1 : _progress.Total == 0 ? 0 : (double)_progress.Done / _progress.Total;
            ulong bytes = Making.IsCompletedSuccessfully ? Making.Result.Bytes : 0;
            return new DatasetState(Algorithm, Epoch, bytes, done, problem);
        }

        /// <summary>Ends the making or frees the memory; what is in use lives until its user is done.</summary>
        public void Release()
        {
            _stop.Cancel();
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
    }
}
