using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>
/// Scans with the dataset of each work's height: moves to the next epoch by itself, and searches nothing while a dataset
/// is being made.
/// </summary>
internal sealed class DatasetScanEngine(DatasetStore datasets, Algorithm algorithm, uint flavour) : IScanEngine
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();
    private NativeScanEngine? _engine;
    private uint _epoch;

    public PowScan Scan(in PowWork work, Span<PowHit> hits, TimeSpan budget)
    {
        int height = (int)work.Height;
        uint epoch = datasets.EpochOf(algorithm, height);
        PowDataset? dataset = datasets.TryGet(algorithm, height); // also at every call, so that the next epoch is begun in time
        if (dataset is null)
        {
            Thread.Sleep(budget < s_look ? budget : s_look);
            return new PowScan(0, 0, work.NonceFirst, 0, false);
        }
        if (_engine is null || _epoch != epoch)
        {
            Replace(new NativeScanEngine(PowEngine.Create(algorithm, dataset: dataset, flavour: flavour)));
            _epoch = epoch;
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
