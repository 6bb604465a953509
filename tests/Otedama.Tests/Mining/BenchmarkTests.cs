using Otedama.Core;
using Otedama.Interop;
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
        Assert.True(row.Min > 0);
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

    [Fact]
    public void Every_algorithm_that_needs_no_file_has_a_rate_for_search_and_check_and_the_others_say_why_not()
    {
        BenchmarkOptions all = s_short with { Algorithms = [], Flavours = [], Repeats = 1 };
        foreach (BenchmarkKind kind in new[] { BenchmarkKind.Scan, BenchmarkKind.Verify })
        {
            BenchmarkReport report = Benchmark.Run(all with { Kind = kind }, null, default);
            foreach (BenchmarkResult row in report.Results.Where(row => row.Algorithm != "verthash"))
            {
                Assert.True(row.Skipped is null, $"{row.Algorithm} {row.Kind}: {row.Skipped}");
                Assert.True(row.Median > 0 && row.CpuMedian > 0, $"{row.Algorithm} {row.Kind}: {row.Median}");
            }
            Assert.Equal(
                ["equihash", "kawpow", "scrypt", "sha256d", "verthash", "verushash"],
                report.Results.Select(row => row.Algorithm).Distinct().Order(StringComparer.Ordinal));
            Assert.Contains("--verthash-file", report.Results.Single(row => row.Algorithm == "verthash").Skipped, StringComparison.Ordinal);
            Assert.Equal("kawpow", Assert.Single(report.Datasets).Algorithm);
        }
    }

    [Fact]
    public void The_precheck_of_kawpow_has_a_row_beside_its_check()
    {
        BenchmarkReport report = Benchmark.Run(
            s_short with { Algorithms = [Algorithm.KawPow], Flavours = [], Kind = BenchmarkKind.Verify }, null, default);
        Assert.True(report.Results.Single(row => row.Kind == "verify").CpuMedian > 0);
        Assert.True(report.Results.Single(row => row.Kind == "precheck").CpuMedian > 0);
    }

    [Fact]
    public void A_build_is_measured_whole_and_only_where_there_is_something_to_build()
    {
        BenchmarkOptions build = s_short with { Kind = BenchmarkKind.Build, Algorithms = [Algorithm.KawPow], Flavours = [], Repeats = 1 };
        BenchmarkResult row = Assert.Single(Benchmark.Run(build, null, default).Results);
        Assert.Null(row.Skipped);
        Assert.Equal(("build", "B/s"), (row.Kind, row.Unit));
        Assert.Equal(PowDataset.SizeOf(Algorithm.KawPow, DatasetKind.Light, 0), row.Bytes);
        double seconds = row.Bytes!.Value / row.Median;
        Assert.InRange(seconds, 0.01, 600); // 16 MiB, however busy the machine

        BenchmarkResult none = Assert.Single(Benchmark.Run(build with { Algorithms = [Algorithm.Sha256d] }, null, default).Results);
        Assert.Contains("needs no data", none.Skipped, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_row_says_what_it_counts()
    {
        BenchmarkOptions one = s_short with { Algorithms = [Algorithm.Sha256d, Algorithm.Equihash], Flavours = [], Repeats = 1 };
        Assert.Equal(["H/s", "nonces/s"], Benchmark.Run(one, null, default).Results.Select(row => row.Unit).Order(StringComparer.Ordinal));
        Assert.All(Benchmark.Run(one with { Kind = BenchmarkKind.Verify }, null, default).Results, row => Assert.Equal("checks/s", row.Unit));
    }

    [Fact]
    public void A_known_equihash_proof_is_checked_whole()
    {
        foreach ((uint n, uint k) in new[] { (125u, 4u), (96u, 5u) })
        {
            byte[] proof = Assert.IsType<byte[]>(KnownProofs.Equihash(n, k));
            ProofResult[] results = new ProofResult[1];
            new NativeProofChecker(new PowParameters { N = n, K = k, Twist = n == 125 })
                .Check(Algorithm.Equihash, [new ProofItem(0, proof.Length, 0, Target.Max)], proof, results);
            Assert.Equal(ProofVerdict.Valid, results[0].Verdict);
        }
        BenchmarkReport other = Benchmark.Run(
            s_short with { Algorithms = [Algorithm.Equihash], Flavours = [], Kind = BenchmarkKind.Verify, Equihash = [(200, 9)] }, null, default);
        Assert.Contains("choose 125,4 or 96,5", Assert.Single(other.Results).Skipped, StringComparison.Ordinal);
    }
}
