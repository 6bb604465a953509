using Otedama.Core;

namespace Otedama.Interop;

/// <summary>
/// Datasets the cases of a run share, one per algorithm, epoch and device: made on first use, the last few kept.
/// </summary>
/// <param name="begins">Told in words what is made now, and how far it is.</param>
internal sealed class VectorDatasets(Action<string, PowProgress>? begins = null) : IDisposable
{
    /// <summary>
    /// A light cache takes up to 100 MB and a Verthash file 1.2 GB, so a list of all epochs must not keep them all.
    /// </summary>
    private const int KeptMax = 4;

    /// <summary>On a device they are gigabytes.</summary>
    private const int KeptOnDeviceMax = 1;

    private readonly List<(Algorithm Algorithm, uint Epoch, int Device, PowDataset Dataset)> _made = []; // last used last
    private PowEngine? _engine; // of a device
    private (Algorithm, int, PowDataset?, string) _engineOf;

    /// <summary>
    /// Null when the algorithm needs none. device: index of Catalogue.Devices, whose memory holds it.
    /// </summary>
    public PowDataset? For(PowCase vector, int device, CancellationToken cancellation)
    {
        if (!vector.Info.NeedsDataset)
        {
            return null;
        }
        AlgorithmFacts facts = vector.Info.Algorithm.Facts;
        // Where there are no epochs n= counts the graphs the file may be made from, 0 = the network's.
        return For(vector.Info.Algorithm, facts.HasEpochs ? facts.EpochOf(vector.Height) : vector.Parameters.N, device, cancellation);
    }

    /// <summary>
    /// The engine of another device than the processor, kept from one case to the next: its kernels are compiled when
    /// it is
    /// made. Stays the run's.
    /// </summary>
    /// <param name="checksOnly">It is to check proofs and not to search.</param>
    public PowEngine EngineOn(int device, PowCase vector, bool checksOnly, CancellationToken cancellation)
    {
        PowDataset? dataset = For(vector, device, cancellation);
        (Algorithm, int, PowDataset?, string) key =
            (vector.Info.Algorithm, device, dataset, $"{checksOnly} {vector.Parameters with { Personal = default }} {Hex.Encode(vector.Parameters.Personal.Span)}");
        if (_engine is null || key != _engineOf)
        {
            _engine?.Dispose(); // first: the memory may not hold two
            _engine = null;
            _engine = PowEngine.Create(vector.Info.Algorithm, vector.Parameters, dataset, 0, (uint)device, new PowEngineUse(0, checksOnly));
            _engineOf = key;
        }
        return _engine;
    }

    public void Dispose()
    {
        _engine?.Dispose();
        _made.ForEach(made => made.Dataset.Dispose());
        _made.Clear();
    }

    private PowDataset For(Algorithm algorithm, uint epoch, int device, CancellationToken cancellation)
    {
        int at = _made.FindIndex(made => (made.Algorithm, made.Epoch, made.Device) == (algorithm, epoch, device));
        PowDataset dataset;
        if (at >= 0)
        {
            dataset = _made[at].Dataset;
            _made.RemoveAt(at);
        }
        else
        {
            PowDataset? source = device == 0 ? null : For(algorithm, epoch, 0, cancellation);
            if (_made.Count(made => made.Device == 0 == (device == 0)) == (device == 0 ? KeptMax : KeptOnDeviceMax))
            {
                int oldest = _made.FindIndex(made => made.Device == 0 == (device == 0));
                if (_made[oldest].Dataset == _engineOf.Item3)
                {
                    _engine?.Dispose(); // which holds its memory
                    _engine = null;
                }
                _made[oldest].Dataset.Dispose();
                _made.RemoveAt(oldest);
            }
            dataset = Make(algorithm, epoch, device, source, cancellation);
        }
        _made.Add((algorithm, epoch, device, dataset));
        return dataset;
    }

    private PowDataset Make(Algorithm algorithm, uint epoch, int device, PowDataset? source, CancellationToken cancellation)
    {
        DatasetKind kind = source is null && algorithm.Facts.HasEpochs ? DatasetKind.Light : DatasetKind.Full;
        PowProgress progress = new();
        string name = new DatasetState(algorithm, kind, epoch, 0, 0, 0, "") { Place = source is null ? "" : "the card" }.Name;
        begins?.Invoke($"making the {name}, {PowDataset.SizeOf(algorithm, kind, epoch, device) >> 20} MiB", progress);
        return source is null
            ? PowDataset.Create(algorithm, kind, epoch, progress: progress, cancellation: cancellation)
            : PowDataset.CreateOn(device, source, progress, cancellation);
    }
}
