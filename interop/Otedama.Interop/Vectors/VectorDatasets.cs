using Otedama.Core;

namespace Otedama.Interop;

/// <summary>
/// Datasets the cases of a run share, one per algorithm and epoch: made on first use, the last few kept.
/// </summary>
internal sealed class VectorDatasets : IDisposable
{
    /// <summary>
    /// A light cache takes up to 100 MB and a Verthash file 1.2 GB, so a list of all epochs must not keep them all.
    /// </summary>
    private const int KeptMax = 4;

    private readonly List<((Algorithm, uint) Key, PowDataset Dataset)> _made = []; // last used last

    /// <summary>Null when the algorithm needs none.</summary>
    public PowDataset? For(PowCase vector, CancellationToken cancellation)
    {
        if (!vector.Info.NeedsDataset)
        {
            return null;
        }
        AlgorithmFacts facts = vector.Info.Algorithm.Facts;
        // Where there are no epochs n= counts the graphs the file may be made from, 0 = the network's.
        uint epoch = facts.HasEpochs ? facts.EpochOf(vector.Height) : vector.Parameters.N;
        (Algorithm, uint) key = (vector.Info.Algorithm, epoch);
        int at = _made.FindIndex(made => made.Key == key);
        PowDataset dataset;
        if (at >= 0)
        {
            dataset = _made[at].Dataset;
            _made.RemoveAt(at);
        }
        else
        {
            if (_made.Count == KeptMax)
            {
                _made[0].Dataset.Dispose();
                _made.RemoveAt(0);
            }
            dataset = PowDataset.Create(key.Item1, facts.HasEpochs ? DatasetKind.Light : DatasetKind.Full, epoch, cancellation: cancellation);
        }
        _made.Add((key, dataset));
        return dataset;
    }

    public void Dispose()
    {
        _made.ForEach(made => made.Dataset.Dispose());
        _made.Clear();
    }
}
