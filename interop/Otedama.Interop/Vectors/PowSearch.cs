using Otedama.Core;

namespace Otedama.Interop;

/// <summary>Searches a nonce window to its end and keeps the hits.</summary>
/// <param name="device">Index of Catalogue.Devices.</param>
internal sealed class PowSearch(PowCase search, VectorDatasets datasets, int device = 0)
{
    /// <summary>More hits than this in one window means a target that proves nothing.</summary>
    private const int HitsMax = 100_000;

    public List<PowHit> Run(ulong first, ulong count, uint[] versions, CancellationToken cancellation)
    {
        if (device == 0 && search.Info.VerifyOnly)
        {
            throw new VectorSkippedException($"{search.Info.Name} cannot be searched on a CPU");
        }
        if (device != 0 && Catalogue.Flavours(device, search.Info.Algorithm).Count == 0)
        {
            throw new VectorSkippedException($"{search.Info.Name} has no kernel for this device");
        }
        if (search.Info.Algorithm.Facts.HasEpochs && !datasets.WholeOnDevice && device != 0
            && Catalogue.Devices().Any(found => found.Index == device && found.Kind == DeviceKind.Simulator))
        {
            throw new VectorSkippedException(
                $"a search of {search.Info.Name} takes the whole dataset, which a processor in disguise makes for an hour; "
                + "give --kawpow-dataset full to do it");
        }
        if (search.Info.NonceBits < 64 && first >> search.Info.NonceBits != 0)
        {
            throw new FormatException($"nonce_first={first} has more than {search.Info.NonceBits} bits");
        }
        if (device != 0)
        {
            return Window(datasets.EngineOn(device, search, false, cancellation), first, count, versions, cancellation);
        }
        using PowEngine engine = PowEngine.Create(
            search.Info.Algorithm, search.Parameters, datasets.For(search, cancellation), search.Flavour);
        return Window(engine, first, count, versions, cancellation);
    }

    private List<PowHit> Window(PowEngine engine, ulong first, ulong count, uint[] versions,
        CancellationToken cancellation)
    {
        List<PowHit> hits = [];
        UInt128 end = UInt128.One << search.Info.NonceBits;
        if (count > end)
        {
            throw new FormatException($"nonce_count={count} is more nonces than there are");
        }
        if ((UInt128)first + count <= end)
        {
            Scan(engine, first, count, versions, hits, cancellation);
            return hits;
        }
        ulong before = (ulong)(end - first); // the window wraps to nonce 0
        Scan(engine, first, before, versions, hits, cancellation);
        Scan(engine, 0, count - before, versions, hits, cancellation);
        return hits;
    }

    private void Scan(PowEngine engine, ulong first, ulong count, uint[] versions, List<PowHit> hits,
        CancellationToken cancellation)
    {
        PowHit[] found = new PowHit[64];
        ulong end = unchecked(first + count); // 0 when the window ends at 2^64
        while (count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            PowWork work = new()
            {
                Data = search.Data,
                NonceFirst = first,
                NonceCount = count,
                Height = search.Height,
                Versions = versions,
                Target = search.Target,
            };
            PowScan scan = engine.Scan([work], found, TimeSpan.FromMilliseconds(200));
            hits.AddRange(found.AsSpan(0, scan.HitCount));
            if (hits.Count > HitsMax)
            {
                throw new FormatException($"more than {HitsMax} hits; choose a harder target");
            }
            if (scan.WorkIndex == 1)
            {
                return;
            }
            first = scan.NonceNext;
            count = unchecked(end - first);
        }
    }
}
