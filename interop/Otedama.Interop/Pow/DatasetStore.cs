using Otedama.Core;

namespace Otedama.Interop;

/// <summary>
/// The datasets of this process: each is made once, in the background, and shared by workers and checks. At most two
/// are kept per algorithm. KawPow's next light cache is begun when 95 % of an epoch have passed, so that nobody waits
/// at its end; a whole KawPow dataset is made only for whoever asks for that, and one is kept. Any thread.
/// </summary>
public sealed class DatasetStore : IDisposable
{
    /// <summary>The current one and the next.</summary>
    private const int KeptMax = 2;

    /// <summary>Whole KawPow datasets are gigabytes.</summary>
    private const int FullKeptMax = 1;

    /// <summary>The next light cache is begun when this part of an epoch is left.</summary>
    private const int AheadPart = 20;

    private readonly Lock _gate = new();
    private readonly DatasetStoreOptions _options;
    private readonly List<DatasetEntry> _entries = []; // least recently used first
    private bool _disposed;

    public DatasetStore(DatasetStoreOptions? options = null) => _options = options ?? new DatasetStoreOptions();

    /// <summary>
    /// Which dataset a block at this height is hashed with. Throws ArgumentOutOfRangeException where there is none.
    /// </summary>
    public uint EpochOf(Algorithm algorithm, int height)
    {
        AlgorithmFacts facts = algorithm.Facts;
        return facts.HasEpochs ? facts.EpochOf(height)
            : facts.HasFile ? (uint)_options.VerthashGraph
            : throw new ArgumentOutOfRangeException(nameof(algorithm), $"{algorithm} has no dataset");
    }

    /// <summary>
    /// The dataset for this height (KawPow: its light cache), or null while it is being made; asking begins it. Throws NativeException when it
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
            Forget(making);
        }
        return making.GetAwaiter().GetResult();
    }

    /// <summary>
    /// The whole dataset of an algorithm with epochs for this height, or null while there is none; asking begins it and gives up that of any
    /// other epoch. problem says why it could not be made; it is tried again after a while. threads 0 = as the options say.
    /// </summary>
    public PowDataset? TryGetFull(Algorithm algorithm, int height, int threads, out Exception? problem)
    {
        uint epoch = EpochOf(algorithm, height);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            DatasetEntry? failed = _entries.Find(each => IsFull(each) && each.Making.IsFaulted);
            if (failed is not null && (failed.Epoch != epoch || failed.Age > _options.FullRetry))
            {
                _entries.Remove(failed);
            }
            DatasetEntry entry = Ensure(algorithm, DatasetKind.Full, epoch, threads);
            problem = entry.Making.Exception?.InnerException;
            return entry.Making.IsCompletedSuccessfully ? entry.Making.Result : null;
        }
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
            AlgorithmFacts facts = algorithm.Facts;
            DatasetKind kind = facts.HasEpochs ? DatasetKind.Light : DatasetKind.Full;
            if (facts.HasEpochs && height % facts.EpochBlocks >= facts.EpochBlocks - (facts.EpochBlocks / AheadPart))
            {
                Ensure(algorithm, kind, epoch + 1);
            }
            DatasetEntry entry = Ensure(algorithm, kind, epoch);
            if (entry.Making.IsFaulted)
            {
                _entries.Remove(entry); // the caller hears why; the next one may have more luck
            }
            return entry.Making;
        }
    }

    /// <summary>Who waited for a failure hears of it; the next call tries again.</summary>
    private void Forget(Task<PowDataset> making)
    {
        if (making.IsFaulted)
        {
            lock (_gate)
            {
                _entries.RemoveAll(entry => entry.Making == making);
            }
        }
    }

    private DatasetEntry Ensure(Algorithm algorithm, DatasetKind kind, uint epoch, int threads = 0)
    {
        DatasetEntry? entry = _entries.Find(each => IsOf(each, algorithm, kind) && each.Epoch == epoch);
        if (entry is not null)
        {
            _entries.Remove(entry);
            _entries.Add(entry);
            return entry;
        }
        int kept = algorithm.Facts.HasEpochs && kind == DatasetKind.Full ? FullKeptMax : KeptMax;
        while (_entries.Count(each => IsOf(each, algorithm, kind)) >= kept)
        {
            DatasetEntry oldest = _entries.First(each => IsOf(each, algorithm, kind));
            _entries.Remove(oldest);
            oldest.Release();
        }
        entry = new DatasetEntry(algorithm, kind, epoch, threads, _options);
        _entries.Add(entry);
        return entry;
    }

    private static bool IsFull(DatasetEntry entry) => entry.Kind == DatasetKind.Full && entry.Algorithm.Facts.HasEpochs;

    private static bool IsOf(DatasetEntry entry, Algorithm algorithm, DatasetKind kind) =>
        entry.Algorithm == algorithm && entry.Kind == kind;
}
