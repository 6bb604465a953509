using Otedama.Mining;
using Xunit;

namespace Otedama.Tests.Mining;

public sealed class RefusalCountsTests
{
    [Fact]
    public void Reasons_are_counted_and_a_pool_that_invents_new_ones_fills_nothing()
    {
        RefusalCounts counts = new();
        counts.Add("low difficulty share");
        counts.Add("low difficulty share");
        counts.Add("");
        for (int i = 0; i < 10_000; i++)
        {
            counts.Add($"reason {i} {new string('x', 1000)}");
        }
        IReadOnlyDictionary<string, long> read = counts.Read();
        Assert.Equal(2, read["low difficulty share"]);
        Assert.Equal(1, read["no reason given"]);
        Assert.Equal(RefusalCounts.ReasonsMax + 1, read.Count);
        Assert.All(read.Keys, static reason => Assert.InRange(reason.Length, 1, RefusalCounts.CharactersMax));
        Assert.Equal(10_003, read.Values.Sum());
    }
}
