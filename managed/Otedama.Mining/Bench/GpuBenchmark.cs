using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>
/// Measures every geometry of every algorithm on graphics cards, one after the other, searching as workers do. What was
/// fastest is remembered for the rig.
/// </summary>
public static class GpuBenchmark
{
    /// <summary>As Benchmark.Run, for the cards in options.Gpus.</summary>
    /// <param name="tuning">Told the best geometry of each card and algorithm; null = nobody remembers.</param>
    public static GpuBenchmarkReport Run(
        BenchmarkOptions options,
        IGpuTuning? tuning,
        Action<GpuBenchmarkResult>? onResult,
        CancellationToken cancellation,
        Action<string>? say = null)
    {
        Benchmark.Validate(options);
        DateTimeOffset started = TimeProvider.System.GetUtcNow();
        MachineDescription machine = Benchmark.Machine();
        List<GpuBenchmarkResult> results = [];
        using BenchmarkDatasets datasets = new(say ?? (static _ => { }), cancellation);
        foreach (GpuInfo gpu in options.Gpus)
        {
            foreach (AlgorithmInfo algorithm in Choose(gpu, options))
            {
                foreach (BenchmarkCase item in BenchmarkCase.Of(algorithm, options, datasets))
                {
                    BenchmarkCase there = item with { Device = gpu.Device.Index, Intensity = options.GpuIntensity };
                    results.AddRange(Measure(gpu, datasets.On(gpu, there)));
                }
            }
        }
        return new GpuBenchmarkReport
        {
            Started = started,
            Machine = machine,
            Datasets = datasets.Builds,
            Results = results,
        };

        GpuBenchmarkResult[] Measure(GpuInfo gpu, BenchmarkCase item)
        {
            IReadOnlyList<FlavourInfo> flavours = gpu.Flavours(item.Algorithm.Algorithm);
            GpuBenchmarkResult[] rows = flavours.Count == 0
                ? [Empty(gpu, item, "") with { Skipped = $"{item.Algorithm.Name} has no kernel for this card in this version" }]
                : [.. flavours.Select(flavour => Row(gpu, item, flavour, options, cancellation))];
            ulong data = item.Dataset?.Bytes ?? 0;
            datasets.Free(item); // before the memory is measured, which takes as much
            int best = Best(rows, flavours);
            if (best >= 0)
            {
                double? ceiling = GpuTraffic.Ceiling(gpu, item.Facts, data);
                rows = [.. rows.Select(row => Beside(row, ceiling))];
                rows[best] = rows[best] with { Best = true };
                tuning?.Remember(gpu, NameOf(item), rows[best].Flavour, rows[best].Median);
            }
            foreach (GpuBenchmarkResult row in rows)
            {
                onResult?.Invoke(row);
            }
            return rows;
        }
    }

    private static AlgorithmInfo[] Choose(GpuInfo gpu, BenchmarkOptions options) =>
    [
        .. Catalogue.Algorithms().Where(info => options.Algorithms.Count == 0
            ? gpu.Flavours(info.Algorithm).Count > 0
            : options.Algorithms.Contains(info.Algorithm)),
    ];

    /// <summary>The slow one for broken drivers is measured, and never remembered.</summary>
    private static int Best(GpuBenchmarkResult[] rows, IReadOnlyList<FlavourInfo> flavours)
    {
        int best = -1;
        for (int i = 0; i < flavours.Count; i++)
        {
            bool counts = rows[i].Skipped is null && !flavours[i].Slow;
            best = counts && (best < 0 || rows[i].Median > rows[best].Median) ? i : best;
        }
        return best;
    }

    private static GpuBenchmarkResult Beside(GpuBenchmarkResult row, double? ceiling) => row with
    {
        CeilingBs = ceiling,
        CeilingRatio = ceiling is > 0 ? row.BandwidthBs / ceiling : null,
    };

    private static string NameOf(BenchmarkCase item) => item.Facts.Equihash is null
        ? item.Algorithm.Name
        : $"{item.Algorithm.Name}:{item.Label}";

    private static GpuBenchmarkResult Row(
        GpuInfo gpu, BenchmarkCase item, FlavourInfo flavour, BenchmarkOptions options, CancellationToken cancellation)
    {
        GpuBenchmarkResult empty = Empty(gpu, item, flavour.Name);
        if (item.Skipped is not null)
        {
            return empty with { Skipped = item.Skipped };
        }
        options.Begins?.Invoke($"{gpu.Name}: {item.Algorithm.Name} {item.Label}".TrimEnd() + $", {flavour.Name}");
        try
        {
            using ScanTeam team = new(item, flavour, 1, options.Affinity);
            if (options.WarmUp > TimeSpan.Zero)
            {
                team.Measure(options.WarmUp, cancellation);
            }
            double[] rates =
                [.. Enumerable.Range(0, options.Repeats).Select(_ => team.Measure(options.Repeat, cancellation).Rate)];
            double median = Benchmark.Median(rates);
            double? bandwidth = empty.BytesPerHash is double bytes ? bytes * median : null;
            return empty with
            {
                Samples = rates,
                Median = median,
                Min = rates.Min(),
                Max = rates.Max(),
                Spread = median > 0 ? (rates.Max() - rates.Min()) / median : 0,
                SolutionsPerNonce = team.SolutionsPerNonce,
                BandwidthBs = bandwidth,
            };
        }
        catch (Exception e) when (e is NativeException or ArgumentException)
        {
            return empty with { Skipped = e.Message };
        }
    }

    private static GpuBenchmarkResult Empty(GpuInfo gpu, BenchmarkCase item, string flavour) => new()
    {
        Gpu = gpu.Index,
        Device = gpu.Device.Name,
        Interface = gpu.Device.Backend.ToString().ToLowerInvariant(),
        Driver = gpu.Device.Driver,
        Algorithm = item.Algorithm.Name,
        Parameters = item.Label,
        Flavour = flavour,
        Unit = item.Algorithm.SlowScan ? "nonces/s" : "H/s",
        BytesPerHash = item.Facts.CardReads == CardReads.None ? null : item.Facts.CardBytesPerHash,
    };
}
