using Otedama.Core;
using Otedama.Interop;
using Xunit;

namespace Otedama.Tests.Interop;

/// <summary>What both sides of the C border know of an algorithm is the same.</summary>
public class AlgorithmFactsTests
{
    [Fact]
    public void Every_algorithm_of_the_enumeration_and_of_native_code_has_one_row()
    {
        Assert.Equal(Enum.GetValues<Algorithm>().Where(static each => each != Algorithm.None).Order(), AlgorithmFacts.All.Select(static facts => facts.Algorithm).Order());
        Assert.Equal(Catalogue.Algorithms().Select(static info => info.Algorithm).Order(), AlgorithmFacts.All.Where(static facts => !facts.IsPlugin).Select(static facts => facts.Algorithm).Order());
        Assert.Throws<ArgumentOutOfRangeException>(() => AlgorithmFacts.Of(Algorithm.None));
    }

    [Fact]
    public void The_table_says_what_native_code_says()
    {
        Assert.All(Catalogue.Algorithms(), static info => Assert.Null(FactChecks.Compare(info)));
        AlgorithmInfo other = Catalogue.Algorithms()[0] with { DataLengthMax = 79 };
        Assert.Contains("79", FactChecks.Compare(other), StringComparison.Ordinal);
    }

    [Fact]
    public void A_dataset_serves_the_epoch_the_table_says_to_its_last_block_and_no_further()
    {
        AlgorithmFacts[] withEpochs = [.. AlgorithmFacts.All.Where(static facts => facts.HasEpochs)];
        Assert.NotEmpty(withEpochs);
        Assert.All(withEpochs, static facts => Assert.Null(FactChecks.CompareEpoch(facts)));
        Assert.Contains("height 7499", FactChecks.CompareEpoch(withEpochs[0] with { EpochBlocks = 7_499 }), StringComparison.Ordinal);
        Assert.NotNull(FactChecks.CompareEpoch(withEpochs[0] with { EpochBlocks = 7_501 }));
    }

    [Fact]
    public void A_set_of_Equihash_has_its_own_numbers_under_one_name()
    {
        AlgorithmFacts small = AlgorithmFacts.Of(Algorithm.Equihash, new EquihashRule(48, 5, "ZcashPoW", false));
        Assert.Equal(("equihash", HeaderFamily.Zcash), (small.Name, small.Family));
        Assert.True(small.ShareMin > AlgorithmFacts.Of(Algorithm.Equihash).ShareMin);
        Assert.Equal(EquihashRule.ZelHash, AlgorithmFacts.Of(Algorithm.Equihash).Equihash);
    }
}
