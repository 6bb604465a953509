using System.Diagnostics;
using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>
/// Measures the native scan as mining uses it: same work shape, same call length, one thread per engine. All threads
/// begin a repeat together and stop at its end; a repeat's number is their hashes over the time they took.
/// </summary>
public static class Benchmark
{
    /// <summary>
    /// Runs the rows one after the other; each finished row is also handed to onResult. Throws ArgumentException for an
    /// option nothing on this machine fits, OperationCanceledException when cancelled.
    /// </summary>
    public static BenchmarkReport Run(BenchmarkOptions options, Action<BenchmarkResult>? onResult, CancellationToken cancellation)
    {
        Validate(options);
        DateTimeOffset started = TimeProvider.System.GetUtcNow();
        string device = CpuWorkers.CpuName();
        List<BenchmarkResult> results = [];
        foreach (ScanSubject subject in Subjects(options))
        {
            foreach (int threads in ChooseThreads(options))
            {
                BenchmarkResult result = Row(subject, threads, device, options, cancellation);
                results.Add(result);
                onResult?.Invoke(result);
            }
        }
        return new BenchmarkReport { Started = started, Machine = MachineProbe.Describe(), Results = results };
    }

    private static IEnumerable<ScanSubject> Subjects(BenchmarkOptions options)
    {
        foreach (WasmPlugin plugin in options.Plugins)
        {
            AlgorithmInfo algorithm = PluginScanEngine.Describe(plugin);
            yield return new ScanSubject(algorithm, algorithm.Selected, () => new PluginScanEngine(plugin));
        }
        foreach (AlgorithmInfo algorithm in ChooseAlgorithms(options))
        {
            foreach (FlavourInfo flavour in ChooseFlavours(algorithm, options))
            {
                yield return new ScanSubject(algorithm, flavour,
                    () => new NativeScanEngine(PowEngine.Create(algorithm.Algorithm, flavour: flavour.Index)));
            }
        }
    }

    private static void Validate(BenchmarkOptions options)
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

    private static AlgorithmInfo[] ChooseAlgorithms(BenchmarkOptions options) => options.Algorithms.Count > 0 || options.Plugins.Count > 0
        ? [.. options.Algorithms.Select(CpuWorkers.FindAlgorithm)]
        : [.. Catalogue.Algorithms().Where(algorithm => !algorithm.VerifyOnly)];

    private static FlavourInfo[] ChooseFlavours(AlgorithmInfo algorithm, BenchmarkOptions options)
    {
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

    private static BenchmarkResult Row(
        ScanSubject subject, int threads, string device, BenchmarkOptions options, CancellationToken cancellation)
    {
        try
        {
            using ScanTeam team = new(subject, threads, options.Affinity);
            team.Measure(options.WarmUp, cancellation);
            double[] samples = [.. Enumerable.Range(0, options.Repeats).Select(_ => team.Measure(options.Repeat, cancellation))];
            double[] sorted = [.. samples.Order()];
            double median = sorted.Length % 2 == 1
                ? sorted[sorted.Length / 2]
                : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
            return Result(samples, median, sorted[0], sorted[^1], null);
        }
        catch (Exception e) when (e is NativeException or PluginException)
        {
            return Result([], 0, 0, 0, e.Message);
        }

        BenchmarkResult Result(double[] samples, double median, double min, double max, string? skipped) => new()
        {
            Algorithm = subject.Algorithm.Name,
            Device = device,
            Flavour = subject.Flavour.Name,
            Threads = threads,
            Samples = samples,
            Median = median,
            Min = min,
            Max = max,
            Spread = median > 0 ? (max - min) / median : 0,
            Skipped = skipped,
        };
    }
}
