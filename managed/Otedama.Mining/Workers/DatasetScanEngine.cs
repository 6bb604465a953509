using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>
/// Scans with the dataset that choose names for the job, asked at every call: moves to the next epoch, or from a light
/// cache to the whole dataset, by itself. Searches nothing, and returns at once, while there is none.
/// </summary>
internal sealed class DatasetScanEngine(Algorithm algorithm, uint flavour, Func<Job, PowDataset?> choose) : IScanEngine
{
    private readonly Lock _gate = new();
    private NativeScanEngine? _engine;
    private PowDataset? _dataset; // of the engine
    private Job? _job;

    /// <summary>With the store's dataset for the job's height.</summary>
    public DatasetScanEngine(DatasetStore datasets, Algorithm algorithm, uint flavour)
        : this(algorithm, flavour, job => datasets.TryGet(algorithm, job.Height))
    {
    }

    public void Begin(Job job) => _job = job;

    public PowScan Scan(in PowWork work, Span<PowHit> hits, TimeSpan budget)
    {
        PowDataset? dataset = choose(_job ?? throw new InvalidOperationException("Begin names the job before the first Scan"));
        if (dataset is null)
        {
            return new PowScan(0, 0, work.NonceFirst, 0, false);
        }
        if (_engine is null || !ReferenceEquals(_dataset, dataset))
        {
            Replace(null); // first, so that no worker keeps the memory of an old epoch while it waits for the new one
            Replace(new NativeScanEngine(PowEngine.Create(algorithm, dataset: dataset, flavour: flavour)));
            _dataset = dataset;
        }
        return _engine!.Scan(work, hits, budget);
    }

    public void Cancel()
    {
        lock (_gate)
        {
            _engine?.Cancel();
        }
    }

    public void Dispose() => Replace(null);

    private void Replace(NativeScanEngine? engine)
    {
        NativeScanEngine? old;
        lock (_gate)
        {
            old = _engine;
            _engine = engine;
        }
        old?.Dispose();
    }
}
