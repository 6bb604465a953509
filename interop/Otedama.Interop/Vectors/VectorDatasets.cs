using Otedama.Core;

namespace Otedama.Interop;

/// <summary>
/// Datasets the cases of a run share, one per algorithm, epoch, device and kind: made on first use, the last few kept.
/// </summary>
/// <param name="begins">Told in words what is made now, and how far it is.</param>
internal sealed class VectorDatasets(Action<string, PowProgress>? begins = null) : IDisposable
{
    /// <summary>
    /// A light cache takes up to 100 MB and a Verthash file 1.2 GB, so a list of all epochs must not keep them all.
    /// </summary>
    private const int KeptMax = 4;

    /// <summary>On a device whole ones are gigabytes.</summary>
    private const int WholeOnDeviceMax = 1;

    private readonly List<(Key Key, PowDataset Dataset)> _made = []; // last used last
    private PowEngine? _engine; // of a device
    private (Algorithm, int, PowDataset?, string) _engineOf;

    /// <summary>Proofs with a mix are checked on a device by the whole dataset, not by the light one.</summary>
    public bool WholeOnDevice { get; set; }

    /// <summary>
    /// The processor's, or null when the algorithm needs none.
    /// </summary>
    public PowDataset? For(PowCase vector, CancellationToken cancellation) => For(vector, 0, false, cancellation);

    private PowDataset? For(PowCase vector, int device, bool checksOnly, CancellationToken cancellation)
    {
        if (!vector.Info.NeedsDataset)
        {
            return null;
        }
        AlgorithmFacts facts = vector.Info.Algorithm.Facts;
        // Where there are no epochs n= counts the graphs the file may be made from, 0 = the network's.
        uint epoch = facts.HasEpochs ? facts.EpochOf(vector.Height) : vector.Parameters.N;
        bool isLight = facts.HasEpochs && (device == 0 || (checksOnly && !WholeOnDevice));
        DatasetKind kind = isLight ? DatasetKind.Light : DatasetKind.Full;
        return For(new Key(vector.Info.Algorithm, epoch, device, kind), cancellation);
    }

    /// <summary>
    /// The engine of another device than the processor, kept from one case to the next: its kernels are compiled when
    /// it is
    /// made. Stays the run's.
    /// </summary>
    /// <param name="checksOnly">It is to check proofs and not to search.</param>
    public PowEngine EngineOn(int device, PowCase vector, bool checksOnly, CancellationToken cancellation)
    {
        PowDataset? dataset = For(vector, device, checksOnly, cancellation);
        (Algorithm, int, PowDataset?, string) key =
            (vector.Info.Algorithm, device, dataset, $"{checksOnly} {vector.Parameters with { Personal = default }} {Hex.Encode(vector.Parameters.Personal.Span)}");
        if (_engine is null || key != _engineOf)
        {
            _engine?.Dispose(); // first: the memory may not hold two
            _engine = null;
            _engine = PowEngine.Create(vector.Info.Algorithm, vector.Parameters, dataset, 0, (uint)device,
                new PowEngineUse(0, checksOnly));
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

    private PowDataset For(Key key, CancellationToken cancellation)
    {
        int at = _made.FindIndex(made => made.Key == key);
        PowDataset dataset;
        if (at >= 0)
        {
            dataset = _made[at].Dataset;
            _made.RemoveAt(at);
        }
        else
        {
            PowDataset? source = key.Device == 0 ? null : For(SourceOf(key), cancellation);
            MakeRoom(key);
            dataset = Make(key, source, cancellation);
        }
        _made.Add((key, dataset));
        return dataset;
    }

    /// <summary>What a dataset on a device is made from.</summary>
    private static Key SourceOf(Key key) =>
        key with { Device = 0, Kind = key.Algorithm.Facts.HasEpochs ? DatasetKind.Light : DatasetKind.Full };

    /// <summary>Lets go of the oldest of those that are counted with this one, where there are enough.</summary>
    private void MakeRoom(Key key)
    {
        int most = key.Device != 0 && key.Kind == DatasetKind.Full ? WholeOnDeviceMax : KeptMax;
        if (_made.Count(made => Same(made.Key)) < most)
        {
            return;
        }
        int oldest = _made.FindIndex(made => Same(made.Key));
        if (_made[oldest].Dataset == _engineOf.Item3)
        {
            _engine?.Dispose(); // which holds its memory
            _engine = null;
        }
        _made[oldest].Dataset.Dispose();
        _made.RemoveAt(oldest);

        bool Same(Key other) => other.Device == 0 == (key.Device == 0) && (key.Device == 0 || other.Kind == key.Kind);
    }

    private PowDataset Make(Key key, PowDataset? source, CancellationToken cancellation)
    {
        PowProgress progress = new();
        DatasetState state = new(key.Algorithm, key.Kind, key.Epoch, 0, 0, 0, "")
        {
            Place = source is null ? "" : "the card",
        };
        ulong bytes = PowDataset.SizeOf(key.Algorithm, key.Kind, key.Epoch, key.Device);
        begins?.Invoke($"making the {state.Name}, {bytes >> 20} MiB", progress);
        return source is null
            ? PowDataset.Create(key.Algorithm, key.Kind, key.Epoch, progress: progress, cancellation: cancellation)
            : PowDataset.CreateOn(key.Device, key.Kind, source, progress, cancellation);
    }

    /// <param name="Device">Index of Catalogue.Devices whose memory holds it.</param>
    private sealed record Key(Algorithm Algorithm, uint Epoch, int Device, DatasetKind Kind);
}
