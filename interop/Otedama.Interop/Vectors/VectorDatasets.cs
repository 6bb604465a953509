using Otedama.Core;

namespace Otedama.Interop;

/// <summary>Datasets the cases of a run share: one per algorithm and epoch, made on first use.</summary>
internal sealed class VectorDatasets : IDisposable
{
    private readonly Dictionary<(Algorithm, uint), PowDataset> _made = [];

    /// <summary>Null when the algorithm needs none.</summary>
    public PowDataset? For(PowCase vector, CancellationToken cancellation)
    {
        if (!vector.Info.NeedsDataset)
        {
            return null;
        }
        bool kawPow = vector.Info.Algorithm == Algorithm.KawPow;
        // A KawPow epoch is 7500 blocks; Verthash counts the graphs its file may be made from, 0 = the network's.
        uint epoch = kawPow ? vector.Height / 7500 : vector.Parameters.N;
        if (!_made.TryGetValue((vector.Info.Algorithm, epoch), out PowDataset? dataset))
        {
            DatasetKind kind = kawPow ? DatasetKind.Light : DatasetKind.Full;
            dataset = PowDataset.Create(vector.Info.Algorithm, kind, epoch, cancellation: cancellation);
            _made.Add((vector.Info.Algorithm, epoch), dataset);
        }
        return dataset;
    }

    public void Dispose()
    {
        foreach (PowDataset dataset in _made.Values)
        {
            dataset.Dispose();
        }
        _made.Clear();
    }
}
