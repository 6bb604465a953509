using System.Text;
using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Coins;

public class CoinCatalogueTests
{
    [Fact]
    public void Every_shipped_coin_is_complete_and_consistent()
    {
        Assert.True(CoinCatalogue.All.Count >= 3);
        foreach (CoinSpec coin in CoinCatalogue.All)
        {
            Assert.True(Target.TryFromCompact(coin.PowLimitBits, out _), coin.DisplayName);
            Assert.NotEmpty(coin.ScriptHashPrefixes);
            byte[] script = Script.PayToPublicKeyHash(new byte[20]);
            Assert.True(Address.TryEncode(script, coin, out string address));
            Assert.Equal(script, Address.Decode(address, coin));
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
