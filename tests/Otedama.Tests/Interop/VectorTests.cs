using Otedama.Core;
using Otedama.Interop;
using Xunit;

namespace Otedama.Tests.Interop;

public sealed class VectorTests
{
    private const string Genesis =
        "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f61"
        + "7fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c";

    /// <summary>The network's Verthash data file and what the test program itself takes.</summary>
    private const long NetworkFileBytesNeeded = 3L << 30;

    /// <summary>Set for a run of everything with one flavour; the others are run where it is not set.</summary>
    private static readonly string? s_forced =
        Environment.GetEnvironmentVariable("OTEDAMA_CPU") is { Length: > 0 } forced ? forced : null;

    private static (VectorTotals Totals, List<string> Lines) Run(string text, params string[] flavours)
    {
        List<string> lines = [];
        using VectorRunner runner = new(lines.Add, flavours);
        return (runner.Run(VectorFile.Parse(text)), lines);
    }

    /// <summary>Every case of a file passes with every flavour this machine runs, all on the same datasets.</summary>
    private static void PassesWithEveryFlavour(Algorithm algorithm, string file, int casesMin)
    {
        string[] flavours = [.. Catalogue.Find(algorithm)!.Flavours
            .Where(static flavour => s_forced is null ? flavour.Supported : flavour.Selected).Select(static flavour => flavour.Name)];
        (VectorTotals totals, List<string> lines) = Run(File.ReadAllText(PathOf(file)), flavours);
        Assert.Empty(lines);
        Assert.True(totals.Passed >= casesMin * flavours.Length && totals is { Failed: 0, Skipped: 0 }, $"{totals}, {flavours.Length} flavours");
        TestContext.Current.TestOutputHelper?.WriteLine($"{file} with {string.Join(", ", flavours)}: {totals}"
            + (s_forced is null ? "" : $"; OTEDAMA_CPU={s_forced}, so no others"));
    }

    private static string PathOf(string file) => Path.Combine(BorderTests.RepositoryRoot(), "tests", "vectors", file);

    /// <summary>zelhash-solve.txt is left to `otedama verify`: it needs 4 GiB and some ten seconds.</summary>
    [Theory]
    [InlineData(Algorithm.Sha256d, 21)]
    [InlineData(Algorithm.Scrypt, 16)]
    [InlineData(Algorithm.KawPow, 11)]
    [InlineData(Algorithm.Verthash, 16)]
    [InlineData(Algorithm.VerusHash, 11)]
    [InlineData(Algorithm.Equihash, 11)]
    public void Every_vector_passes_with_every_flavour(Algorithm algorithm, int casesMin) =>
        PassesWithEveryFlavour(algorithm, $"{Catalogue.Find(algorithm)!.Name}.txt", casesMin);

    /// <summary>Two light caches of 64 MiB.</summary>
    [Fact]
    public void KawPow_passes_where_the_dataset_passes_4_GiB() => PassesWithEveryFlavour(Algorithm.KawPow, "kawpow-epochs.txt", 11);

    [Fact]
    public void Real_verthash_blocks_pass_on_the_network_s_data_file()
    {
        Assert.SkipWhen(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes < NetworkFileBytesNeeded,
            "the network's Verthash data file takes 1.2 GiB; this machine has less than 3 GiB to give");
        Assert.SkipWhen(s_forced is not null,
            $"OTEDAMA_CPU={s_forced}: making 1.2 GiB takes minutes with a slow flavour; run without it, every flavour reads one file");
        PassesWithEveryFlavour(Algorithm.Verthash, "verthash-network.txt", 10);
    }

    [Fact]
    public void A_failure_of_one_flavour_of_several_names_it()
    {
        (VectorTotals totals, List<string> lines) = Run($"proof algorithm=sha256d data={Genesis} hash={new string('0', 64)}", "ref", "nonesuch");
        Assert.Equal(new VectorTotals(0, 1, 1), totals);
        Assert.StartsWith("line 1: FAILED proof sha256d ref: ", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("line 1: skipped proof sha256d nonesuch: ", lines[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("proof algorithm=sha256d data=" + Genesis + " hash=00", "32 bytes")]
    [InlineData("proof algorithm=sha256d data=" + Genesis + " bits=1d00ffff verdict=above-target", "verdict is Valid")]
    [InlineData("proof algorithm=sha256d data=" + Genesis + " verdict=good", "allowed")]
    [InlineData("proof algorithm=sha999d data=00", "unknown algorithm")]
    [InlineData("proof algorithm=sha256d", "needs data=")]
    [InlineData("message algorithm=sha256d data=61 hash_display=" + "0000000000000000000000000000000000000000000000000000000000000000", "expected hash_display=0000")]
    [InlineData("search algorithm=sha256d data=" + Genesis + " nonce_first=0x7c2bac1d nonce_count=1 bits=1d00ffff", "1 found, 0 expected")]
    [InlineData("search algorithm=sha256d data=" + Genesis + " nonce_first=0 nonce_count=9 bits=1d00ffff hit=00000001", "0 found, 1 expected")]
    [InlineData("search algorithm=sha256d data=00 nonce_first=0 nonce_count=9", "80..80 bytes")]
    [InlineData("merkle prefix=00 extranonce= suffix= root=" + "0000000000000000000000000000000000000000000000000000000000000000", "root")]
    public void A_wrong_expectation_fails_with_line_and_reason(string line, string reason)
    {
        (VectorTotals totals, List<string> lines) = Run("# comment\n" + line);
        Assert.Equal(new VectorTotals(0, 1, 0), totals);
        Assert.StartsWith("line 2: FAILED", Assert.Single(lines), StringComparison.Ordinal);
        Assert.Contains(reason, lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_flavour_the_algorithm_lacks_is_skipped_with_a_reason()
    {
        (VectorTotals totals, List<string> lines) = Run($"proof algorithm=sha256d data={Genesis}", "nonesuch");
        Assert.Equal(new VectorTotals(0, 0, 1), totals);
        Assert.Contains("no flavour nonesuch", Assert.Single(lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prof algorithm=sha256d", "unknown kind")]
    [InlineData("proof algoritm=sha256d", "no key \"algoritm\"")]
    [InlineData("proof sha256d", "not key=value")]
    public void A_line_that_is_not_in_the_format_names_what_is_allowed(string line, string problem)
    {
        VectorFormatException error = Assert.Throws<VectorFormatException>(() => VectorFile.Parse("\n" + line));
        Assert.Equal(2, error.Line);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }
}
