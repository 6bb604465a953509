using System.Text;
using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Coins;

public class CoinCatalogueTests
{
    [Fact]
    public void Every_shipped_coin_is_complete_and_consistent()
    {
        Assert.True(CoinCatalogue.All.Count >= 20);
        foreach (CoinSpec coin in CoinCatalogue.All)
        {
            Assert.True(Target.TryFromCompact(coin.PowLimitBits, out _), coin.DisplayName);
            Assert.NotEmpty(coin.ScriptHashPrefixes);
            byte[] script = Script.PayToPublicKeyHash(new byte[20]);
            Assert.True(Address.TryEncode(script, coin, out string address));
            Assert.Equal(script, Address.Decode(address, coin));
            byte[] byScript = [Script.OpHash160, 20, .. new byte[20], Script.OpEqual];
            Assert.True(Address.TryEncode(byScript, coin, out string hashed));
            Assert.Equal(byScript, Address.Decode(hashed, coin));
            Assert.True(coin.RpcPort is > 1023 and < 65_536 && coin.PeerPort is > 1023 and < 65_536, coin.DisplayName);
            Assert.True(coin.Subsidy(1) == coin.SubsidyInitial, coin.DisplayName);
            Assert.True(coin.SubsidyHalvingBlocks == 0 || coin.Subsidy(coin.SubsidyHalvingBlocks) < coin.SubsidyInitial, coin.DisplayName);
            Assert.Equal(coin.Algorithm == Algorithm.Equihash, coin.Equihash is not null);
            Assert.Equal(coin.Family == HeaderFamily.Zcash || coin.Family == HeaderFamily.Gold, coin.Equihash is { SolutionLength: 36 or 52 or 100 or 400 or 1344 });
            Assert.Equal(coin.DifficultyOne, Target.FromDifficulty(1, coin.DifficultyOne));
        }
    }

    [Fact]
    public void Bitcoin_halves_every_210000_blocks()
    {
        CoinSpec coin = CoinCatalogue.Bitcoin;
        Assert.Equal(new Amount(5_000_000_000), coin.Subsidy(209_999));
        Assert.Equal(new Amount(2_500_000_000), coin.Subsidy(210_000));
        Assert.Equal(new Amount(312_500_000), coin.Subsidy(881_423));
        Assert.Equal(Amount.Zero, coin.Subsidy(210_000 * 64));
        Assert.Equal(Target.BitcoinOne, coin.DifficultyOne);
    }

    [Theory]
    [InlineData("ltc", "main", Algorithm.Scrypt, "bitcoin", 65_536)]
    [InlineData("ltc", "regtest", Algorithm.Scrypt, "bitcoin", 65_536)]
    [InlineData("vtc", "main", Algorithm.Verthash, "bitcoin", 256)]
    [InlineData("vtc", "regtest", Algorithm.Verthash, "bitcoin", 256)]
    [InlineData("rvn", "main", Algorithm.KawPow, "kawPow", 255.0 / 255.99609375)]
    [InlineData("btc", "main", Algorithm.Sha256d, "bitcoin", 1)]
    public void A_coin_counts_difficulty_as_its_pools_do(string name, string network, Algorithm algorithm, string family, double multiplier)
    {
        CoinSpec coin = CoinCatalogue.Get(name, network);
        Assert.Equal((algorithm, family), (coin.Algorithm, coin.Family.Name));
        Assert.Equal(multiplier, coin.DifficultyOne.Value.ToDouble() / Target.BitcoinOne.Value.ToDouble(), 9);
    }

    [Theory]
    [InlineData("btc", '1')]
    [InlineData("ltc", 'L')]
    [InlineData("vtc", 'V')]
    [InlineData("rvn", 'R')]
    [InlineData("flux", 't')]
    [InlineData("zec", 't')]
    [InlineData("zcl", 't')]
    [InlineData("btcz", 't')]
    [InlineData("btg", 'G')]
    [InlineData("kmd", 'R')]
    [InlineData("vrsc", 'R')]
    public void Addresses_begin_as_on_their_network(string name, char first)
    {
        Assert.True(Address.TryEncode(Script.PayToPublicKeyHash(new byte[20]), CoinCatalogue.Get(name, "main"), out string address));
        Assert.Equal(first, address[0]);
    }

    [Fact]
    public void The_embedded_chain_takes_the_family_of_any_algorithm_and_stays_a_chain_of_its_own()
    {
        CoinSpec scrypt = CoinCatalogue.OtedamaWith(Algorithm.Scrypt);
        Assert.Equal((Algorithm.Scrypt, "bitcoin", "ote"), (scrypt.Algorithm, scrypt.Family.Name, scrypt.Bech32Prefix));
        Assert.Equal(CoinCatalogue.Get("ltc", "main").DifficultyOne, scrypt.DifficultyOne);
        Assert.NotEqual(CoinCatalogue.Otedama.Title, scrypt.Title);
        Assert.Same(CoinCatalogue.Otedama, CoinCatalogue.OtedamaWith(Algorithm.Sha256d));
        Assert.Throws<ArgumentOutOfRangeException>(() => CoinCatalogue.OtedamaWith(Algorithm.None));
    }

    [Fact]
    public void Only_flux_says_that_proof_of_work_ended_and_names_what_remains()
    {
        CoinSpec[] ended = [.. CoinCatalogue.All.Where(static coin => coin.ProofOfWorkEnded.Length > 0)];
        Assert.Equal(["flux main", "flux test"], ended.Select(static coin => $"{coin.Name} {coin.Network}"));
        Assert.Contains("2,020,000", ended[0].ProofOfWorkEnded, StringComparison.Ordinal);
        Assert.All(ended, static coin => Assert.Contains("regtest", coin.ProofOfWorkEnded, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("btc", "main test testnet4 signet regtest")]
    [InlineData("ltc", "main test regtest")]
    [InlineData("vtc", "main test regtest")]
    [InlineData("rvn", "main test regtest")]
    [InlineData("zec", "main test regtest")]
    [InlineData("zcl", "main test regtest")]
    [InlineData("btcz", "main test regtest")]
    [InlineData("btg", "main test")]
    [InlineData("flux", "main test regtest")]
    [InlineData("kmd", "main test regtest")]
    [InlineData("vrsc", "main test")]
    public void Every_network_of_the_coins_own_node_is_known_and_no_two_share_a_genesis(string name, string networks)
    {
        CoinSpec[] specs = [.. CoinCatalogue.All.Where(coin => coin.Name == name)];
        Assert.Equal(networks.Split(' '), specs.Select(static coin => coin.Network));
        Hash256[] known = [.. specs.Select(static coin => coin.Genesis).Where(static genesis => !genesis.IsZero)];
        Assert.Equal(known.Distinct(), known);
    }

    [Theory]
    [InlineData("btc", "test", "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx")]
    [InlineData("btc", "testnet4", "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx")]
    [InlineData("btc", "signet", "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx")]
    [InlineData("btc", "testnet4", "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn")]
    [InlineData("zec", "test", "t2UNzUUx8mWBCRYPRezvA363EYXyEpHokyi")]
    [InlineData("rvn", "test", "n1BurnXXXXXXXXXXXXXXXXXXXXXXU1qejP")]
    public void Addresses_of_test_networks_are_taken_there_and_not_on_the_main_one(string name, string network, string address)
    {
        Assert.True(Address.TryDecode(address, CoinCatalogue.Get(name, network), out _, out string error), error);
        Assert.False(Address.TryDecode(address, CoinCatalogue.Get(name, "main"), out _, out _));
    }

    [Fact]
    public void An_unknown_coin_lists_the_known_ones()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => CoinCatalogue.Get("nope", "main"));
        Assert.Contains("btc regtest", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "not json")]
    [InlineData("{}", "\"networks\" is missing")]
    [InlineData("""{"networks":[{"name":1}]}""", "name: expected String, found Number")]
    [InlineData("""{"networks":[{"name":"x"}],"title":"T","symbol":"S","algorithm":"md5"}""", "\"md5\" is unknown; allowed")]
    public void A_broken_file_is_refused_with_file_and_key(string json, string expected)
    {
        FormatException error = Assert.Throws<FormatException>(() => CoinFile.Parse("bad.json", Encoding.UTF8.GetBytes(json)));
        Assert.Contains("bad.json", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }
}
