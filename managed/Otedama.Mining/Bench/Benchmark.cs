using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>
/// Measures the native code as it is used: the search as workers call it, one engine per thread, the check as a pool
/// calls it, in batches, and the making of data. Each row has a warm-up and repeats; wall and processor time are reported side by side.
/// </summary>
public static class Benchmark
{
    /// <summary>What a pool hands over at once, and the most a call takes.</summary>
    private static readonly int[] s_cardBatches = [256, PowEngine.ChecksMax];

    /// <summary>
    /// Runs the rows one after the other; each finished row is also handed to onResult, and say is told what takes long.
    /// Throws ArgumentException for an option nothing on this machine fits, OperationCanceledException when cancelled.
    /// </summary>
    public static BenchmarkReport Run(
        BenchmarkOptions options, Action<BenchmarkResult>? onResult, CancellationToken cancellation, Action<string>? say = null)
    {
        Validate(options);
        DateTimeOffset started = TimeProvider.System.GetUtcNow();
        MachineDescription machine = Machine();
        List<BenchmarkResult> results = [];
        using BenchmarkDatasets datasets = new(say ?? (static _ => { }), cancellation);
        foreach (WasmPlugin plugin in options.Plugins)
        {
            BenchmarkCase item = new() { Algorithm = PluginScanEngine.Describe(plugin), Plugin = plugin };
            Measure(item, [item.Algorithm.Selected]);
        }
        foreach (AlgorithmInfo algorithm in ChooseAlgorithms(options))
        {
            FlavourInfo[] flavours = ChooseFlavours(algorithm, options);
            foreach (BenchmarkCase item in BenchmarkCase.Of(algorithm, options, datasets))
            {
                Measure(item, flavours);
                foreach (GpuInfo gpu in options.Gpus.Where(_ => options.Kind == BenchmarkKind.Verify))
                {
                    MeasureOn(gpu, item);
                }
            }
        }
        return new BenchmarkReport { Started = started, Machine = machine, Datasets = datasets.Builds, Results = results };

        void MeasureOn(GpuInfo gpu, BenchmarkCase item)
        {
            BenchmarkCase there = datasets.On(gpu, item);
            foreach (int batch in s_cardBatches)
            {
                BenchmarkResult result = CardRow(gpu, there, batch, options, cancellation);
                results.Add(result);
                onResult?.Invoke(result);
            }
            datasets.Free(there);
        }

        void Measure(BenchmarkCase item, FlavourInfo[] flavours)
        {
            foreach (BenchmarkResult result in Rows(item, flavours, options, cancellation))
            {
                results.Add(result);
                onResult?.Invoke(result);
            }
        }
    }

    /// <summary>
    /// Processes that wanted to run, averaged over the last minute; null where the system does not tell.
    /// </summary>
    public static double? LoadNow() => MachineProbe.Load();

    /// <summary>What numbers of now are measured on.</summary>
    public static MachineDescription Machine() => MachineProbe.Describe();

    internal static void Validate(BenchmarkOptions options)
    {
        if (options.Repeats is < 1 or > 1000)
        {
            throw new ArgumentException($"{options.Repeats} repeats: allowed are 1 to 1000");
        }
        if (options.Repeat < TimeSpan.FromMilliseconds(10) || options.Repeat > TimeSpan.FromMinutes(10))
        {
            throw new ArgumentException($"a repeat of {options.Repeat.TotalSeconds} s: allowed are 0.01 to 600 s");
        }
        foreach (int threads in options.Threads)
        {
            if (threads is < 1 or > RigOptions.CpuThreadsMax)
            {
                throw new ArgumentException($"{threads} threads: allowed are 1 to {RigOptions.CpuThreadsMax}");
            }
        }
    }

    private static AlgorithmInfo[] ChooseAlgorithms(BenchmarkOptions options)
    {
        if (options.Algorithms.Count == 0 && options.Plugins.Count > 0)
        {
            return [];
        }
        if (options.Algorithms.Count > 0 && options.Kind == BenchmarkKind.Scan)
        {
            return [.. options.Algorithms.Select(CpuWorkers.FindAlgorithm)];
        }
        return [.. Catalogue.Algorithms()
            .Where(info => options.Algorithms.Count == 0 || options.Algorithms.Contains(info.Algorithm))
            .Where(info => options.Kind != BenchmarkKind.Scan || !info.VerifyOnly)
            .Where(info => options.Kind != BenchmarkKind.Build || options.Algorithms.Count > 0 || info.NeedsDataset)];
    }

    private static FlavourInfo[] ChooseFlavours(AlgorithmInfo algorithm, BenchmarkOptions options)
    {
        if (options.Kind == BenchmarkKind.Build)
        {
            return [algorithm.Selected]; // native code builds with what is best here, whichever flavour searches
        }
        if (options.AllFlavours)
        {
            return [.. algorithm.Flavours.Where(flavour => flavour.Supported)];
        }
        return options.Flavours.Count > 0
            ? [.. options.Flavours.Select(name => CpuWorkers.FindFlavour(algorithm, name))]
            : [algorithm.Selected];
    }

    private static int[] ChooseThreads(BenchmarkOptions options) => options.Threads.Count > 0
        ? [.. options.Threads]
        : [.. new[] { 1, Environment.ProcessorCount }.Distinct()];

    private static IEnumerable<BenchmarkResult> Rows(
        BenchmarkCase item, FlavourInfo[] flavours, BenchmarkOptions options, CancellationToken cancellation)
    {
        string[] kinds = options.Kind == BenchmarkKind.Scan || item.Plugin is not null ? ["scan"]
            : options.Kind == BenchmarkKind.Build ? ["build"]
            : item.Facts.HasMix ? ["verify", "precheck"] : ["verify"];
        return from flavour in flavours
               from threads in ChooseThreads(options)
               from kind in kinds
               select Row(item, flavour, threads, kind, options, cancellation);
    }

    private static BenchmarkResult Empty(BenchmarkCase item, string kind, string device, string flavour,
        int threads) => new()
        {
            Algorithm = item.Algorithm.Name,
            Parameters = item.Label,
            Kind = kind,
            Unit = Unit(item, kind),
            Device = device,
            Flavour = flavour,
            Threads = threads,
            Samples = [],
            CpuSamples = [],
            Median = 0,
            Min = 0,
            Max = 0,
            Spread = 0,
            CpuMedian = 0,
            CpuSpread = 0,
            Skipped = item.Skipped,
        };

    /// <summary>Checks on a card, in batches of one size.</summary>
    private static BenchmarkResult CardRow(
        GpuInfo gpu, BenchmarkCase item, int batch, BenchmarkOptions options, CancellationToken cancellation)
    {
        BenchmarkResult empty = Empty(item, "verify", gpu.Device.Name, gpu.Name, 1) with { Batch = batch };
        if (item.Skipped is not null)
        {
            return empty;
        }
        options.Begins?.Invoke($"verify {item.Algorithm.Name} {item.Label}".TrimEnd() + $", {gpu.Name}, {batch} at once");
        try
        {
            using GpuVerifyTeam team = new(item, gpu.Device.Index, batch, options.Affinity);
            if (options.WarmUp > TimeSpan.Zero)
            {
                team.Measure(options.WarmUp, cancellation);
            }
            return Filled(empty, [.. Enumerable.Range(0, options.Repeats).Select(_ =>
                team.Measure(options.Repeat, cancellation))]);
        }
        catch (Exception e) when (e is NativeException or ArgumentException)
        {
            return empty with { Skipped = e.Message };
        }
    }

    private static BenchmarkResult Row(
        BenchmarkCase item, FlavourInfo flavour, int threads, string kind, BenchmarkOptions options, CancellationToken cancellation)
    {
        BenchmarkResult empty = Empty(item, kind, CpuWorkers.CpuName(), flavour.Name, threads);
        if (item.Skipped is not null)
        {
            return empty;
        }
        options.Begins?.Invoke($"{kind} {item.Algorithm.Name} {item.Label}".TrimEnd() + $", {flavour.Name}, {threads} thread{(threads == 1 ? "" : "s")}");
        try
        {
            using BenchmarkTeam team = kind switch
            {
                "scan" => new ScanTeam(item, flavour, threads, options.Affinity),
                "build" => new BuildTeam(item, threads, options.Affinity),
                _ => new VerifyTeam(item, flavour, threads, options.Affinity, precheck: kind == "precheck"),
            };
            if (options.WarmUp > TimeSpan.Zero && kind != "build")
            {
                team.Measure(options.WarmUp, cancellation);
            }
            BenchmarkSample[] samples = [.. Enumerable.Range(0, options.Repeats).Select(_ => team.Measure(options.Repeat, cancellation))];
            return Filled(empty, samples) with
            {
                SolutionsPerNonce = (team as ScanTeam)?.SolutionsPerNonce,
                Bytes = (team as BuildTeam)?.Bytes,
            };
        }
        catch (Exception e) when (e is NativeException or PluginException or ArgumentException)
        {
            return empty with { Skipped = e.Message };
        }
    }

    private static string Unit(BenchmarkCase item, string kind) => kind switch
    {
        "scan" => item.Algorithm.SlowScan ? "nonces/s" : "H/s",
        "build" => "B/s",
        _ => "checks/s",
    };

    private static BenchmarkResult Filled(BenchmarkResult row, BenchmarkSample[] samples)
    {
        double[] rates = [.. samples.Select(sample => sample.Rate)];
        double[] cpu = [.. samples.Select(sample => sample.CpuRate)];
        double median = Median(rates), cpuMedian = Median(cpu);
        return row with
        {
            Samples = rates,
            CpuSamples = cpu,
            Median = median,
            Min = rates.Min(),
            Max = rates.Max(),
            Spread = median > 0 ? (rates.Max() - rates.Min()) / median : 0,
            CpuMedian = cpuMedian,
            CpuSpread = cpuMedian > 0 ? (cpu.Max() - cpu.Min()) / cpuMedian : 0,
        };
    }

    internal static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
