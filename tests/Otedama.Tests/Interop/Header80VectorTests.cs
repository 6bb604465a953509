using Otedama.Core;
using Otedama.Interop;
using Xunit;

namespace Otedama.Tests.Interop;

public sealed class Header80VectorTests
{
    /// <summary>The network's data file and what the test program itself takes.</summary>
    private const long NetworkFileBytesNeeded = 3L << 30;

    public static TheoryData<Algorithm, string> Flavours()
    {
        TheoryData<Algorithm, string> rows = [];
        foreach (Algorithm algorithm in (Algorithm[])[Algorithm.Scrypt, Algorithm.Verthash])
        {
            foreach (FlavourInfo flavour in Catalogue.Find(algorithm)!.Flavours.Where(flavour => flavour.Supported))
            {
                rows.Add(algorithm, flavour.Name);
            }
        }
        return rows;
    }

    private static (VectorTotals Totals, List<string> Lines) Run(string file, string? flavour = null)
    {
        string path = Path.Combine(BorderTests.RepositoryRoot(), "tests", "vectors", file);
        List<string> lines = [];
        using VectorRunner runner = new(lines.Add, flavour);
        return (runner.Run(VectorFile.Parse(File.ReadAllText(path))), lines);
    }

    [Theory]
    [MemberData(nameof(Flavours))]
    public void Every_vector_passes_with_every_flavour(Algorithm algorithm, string flavour)
    {
        (VectorTotals totals, List<string> lines) = Run($"{Catalogue.Find(algorithm)!.Name}.txt", flavour);
        Assert.Empty(lines);
        Assert.True(totals is { Passed: > 15, Failed: 0, Skipped: 0 }, totals.ToString());
    }

    [Fact]
    public void Real_verthash_blocks_pass_on_the_network_s_data_file()
    {
        Assert.SkipWhen(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes < NetworkFileBytesNeeded,
            "the network's Verthash data file takes 1.2 GiB; this machine has less than 3 GiB to give");
        (VectorTotals totals, List<string> lines) = Run("verthash-network.txt");
        Assert.Empty(lines);
        Assert.True(totals is { Passed: >= 10, Failed: 0, Skipped: 0 }, totals.ToString());
    }
}
