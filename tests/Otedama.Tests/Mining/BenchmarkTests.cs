using Otedama.Core;
using Otedama.Mining;
using Xunit;

namespace Otedama.Tests.Mining;

public sealed class BenchmarkTests
{
    private static readonly BenchmarkOptions s_short = new()
    {
        Algorithms = [Algorithm.Sha256d],
        Threads = [1],
        Flavours = ["ref"],
        WarmUp = TimeSpan.FromMilliseconds(10),
        Repeat = TimeSpan.FromMilliseconds(20),
        Repeats = 3,
    };

    [Fact]
    public void A_row_has_every_sample_and_their_median()
    {
        List<BenchmarkResult> live = [];
        BenchmarkReport report = Benchmark.Run(s_short, live.Add, default);
        BenchmarkResult row = Assert.Single(report.Results);
        Assert.Equal(report.Results, live);
        Assert.Equal(("sha256d", "ref", 1), (row.Algorithm, row.Flavour, row.Threads));
        Assert.Equal(3, row.Samples.Count);
        Assert.Equal(row.Samples.Order().ElementAt(1), row.Median);
        Assert.Equal((row.Max - row.Min) / row.Median, row.Spread, 9);
        Assert.True(row.Min > 10_000);
        Assert.Null(row.Skipped);
        Assert.NotEqual("unknown", report.Machine.Cpu);
        Assert.True(report.Machine.HardwareThreads >= 1);
    }

    [Fact]
    public void All_flavours_of_this_machine_get_a_row()
    {
        BenchmarkReport report = Benchmark.Run(s_short with { AllFlavours = true, Repeats = 1 }, null, default);
        int supported = CpuWorkers.FindAlgorithm(Algorithm.Sha256d).Flavours.Count(flavour => flavour.Supported);
        Assert.Equal(supported, report.Results.Select(row => row.Flavour).Distinct().Count());
    }

    [Fact]
    public void Impossible_wishes_are_refused_in_words_and_cancelling_ends_it()
    {
        Assert.Throws<ArgumentException>(() => Benchmark.Run(s_short with { Repeats = 0 }, null, default));
        Assert.Throws<ArgumentException>(() => Benchmark.Run(s_short with { Repeat = TimeSpan.Zero }, null, default));
        Assert.Throws<ArgumentException>(() => Benchmark.Run(s_short with { Threads = [0] }, null, default));
        ArgumentException flavour = Assert.Throws<ArgumentException>(() => Benchmark.Run(s_short with { Flavours = ["x"] }, null, default));
        Assert.Contains("choose one of", flavour.Message, StringComparison.Ordinal);
        using CancellationTokenSource cancelled = new();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => Benchmark.Run(s_short, null, cancelled.Token));
    }
}
