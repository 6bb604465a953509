using System.Globalization;
using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>Makes the engines of one card's workers, and remembers which geometry was fastest.</summary>
internal sealed class GpuEngines(
    GpuInfo gpu, AlgorithmFacts facts, RigOptions options, DeviceDatasets datasets, TimeProvider time, ILogger logger)
{
    /// <summary>As tuning knows it: what is searched, not what it is mined for.</summary>
    private readonly string _algorithm = NameOf(facts);

    public static string NameOf(AlgorithmFacts facts) =>
        facts.Equihash is { } rule
            ? string.Create(CultureInfo.InvariantCulture, $"{facts.Name}:{rule.N},{rule.K}")
            : facts.Name;

    /// <summary>What a worker makes its engines with; its trial of geometries goes on from one to the next.</summary>
    public Func<IScanEngine> ForWorker(out GpuTrial trial)
    {
        IReadOnlyList<FlavourInfo> flavours = gpu.Flavours(facts.Algorithm);
        FlavourInfo? spare = options.GpuFallback ? flavours.FirstOrDefault(static flavour => flavour.Slow) : null;
        GpuTrial used = trial = new GpuTrial(
            [.. flavours.Where(static flavour => !flavour.Slow)], options.GpuTuning?.Find(gpu, _algorithm),
                OnDecided, spare);
        return () => new GpuScanEngine(
            gpu.Name,
            used,
            datasets.Open(gpu, facts.Algorithm, options.BlockTime),
            facts.NeedsDataset,
            Make,
            time,
            logger);
    }

    private NativeScanEngine Make(FlavourInfo flavour, PowDataset? dataset) => new(PowEngine.Create(
        facts.Algorithm,
        PowParameters.ForSearch(facts),
        dataset,
        flavour.Index,
        (uint)gpu.Device.Index,
        new PowEngineUse(options.GpuIntensity)));

    private void OnDecided(GpuTried tried)
    {
        string rates = string.Join(", ", tried.All.Select(static each =>
            each.Rate > 0 ? $"{each.Flavour} {RigLines.Rate(each.Rate)}" : $"{each.Flavour} does not run"));
        RigLog.GeometryChosen(logger, gpu.Name, tried.Flavour, _algorithm, rates);
        options.GpuTuning?.Remember(gpu, _algorithm, tried.Flavour, tried.Rate);
    }
}
