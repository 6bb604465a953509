using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Coins;

public class CoinbaseTests
{
    [Theory]
    [InlineData(0, "00")]
    [InlineData(1, "51")]
    [InlineData(16, "60")]
    [InlineData(17, "0111")]
    [InlineData(127, "017f")]
    [InlineData(128, "028000")]
    [InlineData(255, "02ff00")]
    [InlineData(256, "020001")]
    [InlineData(32768, "03008000")]
    [InlineData(881423, "030f730d")]
    [InlineData(8388608, "0400008000")]
    public void Height_is_pushed_as_consensus_compares_it(int height, string hex) =>
        Assert.Equal(hex, Hex.Encode(Coinbase.HeightPush(height)));

    [Fact]
    public void The_highest_matching_output_is_the_commitment()
    {
        Hash256 first = Sha256d.Hash([1]);
        Hash256 second = Sha256d.Hash([2]);
        TxOutput pay = new(new Amount(1), Script.WitnessProgram(0, new byte[20]));
        TxInput input = new(OutPoint.Null, new byte[] { 0x51, 0x00 }, Coinbase.Sequence);
        Transaction both = new(2, [input], [Commit(first), pay, Commit(second), pay], 0);
        int index = Coinbase.CommitmentIndex(both);
        Assert.Equal(2, index);
        Assert.Equal(second, Coinbase.CommitmentOf(both.Outputs[index].Script.Span));
        Assert.Equal(-1, Coinbase.CommitmentIndex(new Transaction(2, [input], [pay], 0)));
    }

    [Fact]
    public void An_empty_block_commits_to_the_known_constant()
    {
        // Every regtest template without transactions carries this script.
        string known = "6a24aa21a9ede2f61c3f71d1defd3fa999dfa36953755c690689799962b48bebd836974e8cf9";
        Assert.Equal(known, Hex.Encode(Coinbase.CommitmentScript(Coinbase.Commitment([]))));
    }

    [Fact]
    public void Lock_time_is_the_height_before() =>
        Assert.Equal((0u, 0u, 881422u), (Coinbase.LockTime(0), Coinbase.LockTime(1), Coinbase.LockTime(881423)));

    private static TxOutput Commit(Hash256 hash) => new(Amount.Zero, Coinbase.CommitmentScript(hash));
}
