using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Chain;

public sealed class ChainParametersTests
{
    [Fact]
    public void The_example_line_has_the_id_of_the_rules_and_every_number_of_it_is_read()
    {
        ChainParameters parameters = ExampleShare.Parameters;
        Assert.Equal(ExampleShare.ChainId, Hex.Encode(parameters.Id.ToArray()));
        Assert.Equal(("btc", "regtest", "sha256d", ""), (parameters.Coin, parameters.Network, parameters.AlgorithmName, parameters.Pass));
        Assert.Equal((10_000, 2_160, 2u, 20u), (parameters.SpacingMs, parameters.WindowShares, parameters.WindowWork, parameters.PenaltyPercent));
        Assert.Equal((3u, 5, 600_000, 2_400_000), (parameters.UncleDepth, parameters.UnclesMax, parameters.HalfLifeMs, parameters.GapCapMs));
        Assert.Equal((0x207fffffu, 1_767_225_600_000ul, 5_000ul), (parameters.LimitBits, parameters.GenesisTimeMs, parameters.Dust));
        Assert.Equal([4, 7, 13, 47, 146, 367], parameters.Caps);
    }

    [Theory]
    [InlineData("sharechain/1", "sharechain/2", "begin with")]
    [InlineData("coin=btc|net=regtest", "net=regtest|coin=btc", "field 1")]
    [InlineData("|dust=5000", "", "field 14")]
    [InlineData("|pass=", "", "lack the field \"pass\"")]
    [InlineData("pass=", "pass=|", "end after 16 fields")]
    [InlineData("coin=btc", "coin=BTC", "lower-case")]
    [InlineData("coin=btc", "coin=", "lower-case")]
    [InlineData("T=10000", "T=010000", "leading zeros")]
    [InlineData("T=10000", "T=+10000", "leading zeros")]
    [InlineData("T=10000", "T= 10000", "leading zeros")]
    [InlineData("T=10000", "T=0", "from 1")]
    [InlineData("T=10000", "T=99999999999999999999999", "from 1")]
    [InlineData("N=2160", "N=٢", "decimal")]
    [InlineData("pen=20", "pen=101", "to 100")]
    [InlineData("limit=207fffff", "limit=207FFFFF", "lower-case hex")]
    [InlineData("limit=207fffff", "limit=07fffff", "8 lower-case")]
    [InlineData("limit=207fffff", "limit=20ffffff", "compact target")]
    [InlineData("limit=207fffff", "limit=00ffffff", "compact target")]
    [InlineData("caps=4,7,", "caps=4,,", "decimal")]
    [InlineData("caps=4,", "caps=0,", "from 1")]
    [InlineData("pass=", "pass=é", "printable")]
    [InlineData("pass=", "pass=\n", "printable")]
    [InlineData("pass=", "pass=0123456789012345678901234567890123456789012345678901234567890123 ", "at most 64")]
    public void A_line_that_is_not_canonical_is_refused_with_a_sentence(string part, string instead, string sentence)
    {
        Assert.Null(ChainParameters.TryParse(ExampleShare.Line.Replace(part, instead, StringComparison.Ordinal), out string problem));
        Assert.Contains(sentence, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_set_of_every_coin_is_canonical_and_a_chain_of_its_own()
    {
        HashSet<Hash256> ids = [];
        foreach (CoinSpec coin in CoinCatalogue.All)
        {
            foreach (string set in ChainSets.Names)
            {
                foreach (string pass in new[] { "", "our pool, 7" })
                {
                    ChainParameters parameters = ChainSets.For(set, coin, pass);
                    Assert.Equal(pass, parameters.Pass);
                    Assert.True(ids.Add(parameters.Id), parameters.Line);
                    ChainCoin? of = ChainCoin.Find(parameters, out string problem);
                    Assert.True(of is null ? problem.Contains("written by its node", StringComparison.Ordinal) : of.Spec.Name == coin.Name, parameters.Line);
                }
            }
        }
        Assert.Throws<ArgumentException>(() => ChainSets.For("huge", CoinCatalogue.Bitcoin));
        Assert.Equal(ExampleShare.Line, ChainSets.For(ChainSets.Standard, CoinCatalogue.BitcoinRegtest).Line);
    }

    [Theory]
    [InlineData("coin=btc", "coin=xyz", "unknown")]
    [InlineData("net=regtest", "net=moon", "unknown")]
    [InlineData("algo=sha256d", "algo=scrypt", "mined with sha256d")]
    [InlineData("coin=btc", "coin=zec", "mined with equihash")]
    public void A_chain_needs_a_coin_that_this_program_knows(string part, string instead, string sentence)
    {
        ChainParameters parameters = ChainParameters.Parse(ExampleShare.Line.Replace(part, instead, StringComparison.Ordinal));
        Assert.Null(ChainCoin.Find(parameters, out string problem));
        Assert.Contains(sentence, problem, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ChainCoin.Of(parameters));
    }
}
