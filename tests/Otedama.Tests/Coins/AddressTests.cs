using CsCheck;
using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Coins;

public class AddressTests
{
    [Theory]
    [InlineData("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "main", "76a91462e907b15cbf27d5425399ebf6f0fb50ebb88f1888ac")]
    [InlineData("3P14159f73E4gFr7JterCCQh9QjiTjiZrG", "main", "a914e9c3dd0c07aac76179ebc76a6c78d4d67c6c160a87")]
    [InlineData("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "main", "0014751e76e8199196d454941c45d1b3a323f1433bd6")]
    [InlineData("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", "main", "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")]
    [InlineData("bc1sw50qgdz25j", "main", "6002751e")]
    [InlineData("bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", "regtest", "0014751e76e8199196d454941c45d1b3a323f1433bd6")]
    public void Known_addresses_decode_and_encode(string text, string network, string script)
    {
        CoinSpec coin = CoinCatalogue.Get("btc", network);
        Assert.Equal(script, Hex.Encode(Address.Decode(text, coin)));
        Assert.True(Address.TryEncode(Hex.Decode(script), coin, out string again));
        Assert.Equal(text, again, ignoreCase: again.StartsWith("bc", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb")]                                  // checksum
    [InlineData("mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn")]                                  // test network
    [InlineData("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5")]                          // checksum
    [InlineData("tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx")]                          // other prefix
    [InlineData("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8F3T4")]                          // mixed case
    [InlineData("bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4")]      // bad character
    [InlineData("BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R")]      // version 17
    [InlineData("bc1pw5dgrnzv")]                                                        // one byte
    [InlineData("bc1gmk9yu")]                                                           // empty data
    [InlineData("bc1qr508d6qejxtdg4y5r3zarvaryvaxxpcs")]                                // version 0 with bech32m length rules
    [InlineData("not an address")]
    public void Wrong_addresses_are_refused_with_the_text_and_what_is_allowed(string text)
    {
        Assert.False(Address.TryDecode(text, CoinCatalogue.Bitcoin, out byte[] script, out string error));
        Assert.Empty(script);
        Assert.Contains("Bitcoin main", error, StringComparison.Ordinal);
        Assert.Contains("Allowed", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_one_character_change_of_a_witness_address_is_noticed()
    {
        string good = Bech32.Encode("ote", 0, Sha256d.Hash([1]).ToArray());
        for (int i = 4; i < good.Length; i++)
        {
            char other = good[i] == 'q' ? 'p' : 'q';
            Assert.False(Bech32.TryDecode(good[..i] + other + good[(i + 1)..], out _, out _, out _, out _));
        }
    }

    [Fact]
    public void Witness_programs_round_trip() => Gen.Select(Gen.Int[1, 16], Gen.Byte.Array[2, 40]).Sample((version, program) =>
    {
        Assert.True(Bech32.TryDecode(Bech32.Encode("ote", version, program), out string prefix, out int again, out byte[] bytes, out _));
        Assert.Equal("ote", prefix);
        Assert.Equal(version, again);
        Assert.Equal(program, bytes);
    }, iter: 300);

    [Fact]
    public void Base58_round_trips_with_leading_zeros() => Gen.Byte.Array[1, 40].Sample(payload =>
    {
        byte[] zeros = [0, 0, .. payload];
        Assert.True(Base58Check.TryDecode(Base58Check.Encode(zeros), out byte[] again, out _));
        Assert.Equal(zeros, again);
    }, iter: 300);
}
