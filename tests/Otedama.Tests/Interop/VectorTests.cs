using Otedama.Core;
using Otedama.Interop;
using Xunit;

namespace Otedama.Tests.Interop;

public sealed class VectorTests
{
    private const string Genesis =
        "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f61"
        + "7fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c";

    private static readonly string s_sha256d = Path.Combine(BorderTests.RepositoryRoot(), "tests", "vectors", "sha256d.txt");

    public static TheoryData<string> Flavours() =>
        [.. Catalogue.Find(Algorithm.Sha256d)!.Flavours.Where(flavour => flavour.Supported).Select(flavour => flavour.Name)];

    private static (VectorTotals Totals, List<string> Lines) Run(string text, string? flavour = null)
    {
        List<string> lines = [];
        using VectorRunner runner = new(lines.Add, flavour);
        return (runner.Run(VectorFile.Parse(text)), lines);
    }

    [Theory]
    [MemberData(nameof(Flavours))]
    public void Every_sha256d_vector_passes_with_every_flavour(string flavour)
    {
        (VectorTotals totals, List<string> lines) = Run(File.ReadAllText(s_sha256d), flavour);
        Assert.Empty(lines);
        Assert.True(totals is { Passed: > 20, Failed: 0, Skipped: 0 }, totals.ToString());
    }

    /// <summary>zelhash-solve.txt is left to `otedama verify`: it needs 4 GiB and some ten seconds.</summary>
    public static TheoryData<string, string> OtherFiles() =>
        [.. from name in new[] { "scrypt", "kawpow", "verthash", "verushash", "equihash" }
            let path = Path.Combine(BorderTests.RepositoryRoot(), "tests", "vectors", name + ".txt")
            where File.Exists(path)
            from flavour in Catalogue.Algorithms().First(info => info.Name == name).Flavours
            where flavour.Supported
            select (name, flavour.Name)];

    [Theory]
    [MemberData(nameof(OtherFiles))]
    public void Every_vector_of_the_other_algorithms_passes_with_every_flavour(string name, string flavour)
    {
        string path = Path.Combine(BorderTests.RepositoryRoot(), "tests", "vectors", name + ".txt");
        (VectorTotals totals, List<string> lines) = Run(File.ReadAllText(path), flavour);
        Assert.Empty(lines);
        Assert.True(totals is { Passed: > 10, Failed: 0, Skipped: 0 }, totals.ToString());
    }

    /// <summary>Two light caches of 64 MiB, so with one flavour; the others meet the same kernels at smaller epochs.</summary>
    [Fact]
    public void KawPow_passes_where_the_dataset_passes_4_GiB()
    {
        string path = Path.Combine(BorderTests.RepositoryRoot(), "tests", "vectors", "kawpow-epochs.txt");
        (VectorTotals totals, List<string> lines) = Run(File.ReadAllText(path));
        Assert.Empty(lines);
        Assert.True(totals is { Passed: > 10, Failed: 0, Skipped: 0 }, totals.ToString());
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
