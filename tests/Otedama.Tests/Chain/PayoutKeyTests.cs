using CsCheck;
using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Chain;

public sealed class PayoutKeyTests
{
    private static readonly Gen<PayoutKey> s_keys = Gen.Select(Gen.Byte[1, 5], Gen.Byte.Array[32])
        .Select(static (type, bytes) => new PayoutKey(type, bytes.AsSpan(0, type < PayoutKey.WitnessScriptHash ? 20 : 32)));

    [Fact]
    public void A_key_is_its_script_and_its_script_is_the_key() => s_keys.Sample(static key =>
    {
        Assert.True(PayoutKey.TryFromScript(key.ToScript(), out PayoutKey again));
        Assert.Equal(key, again);
        Assert.Equal(key.Length, key.ToArray().Length);
    });

    [Fact]
    public void Keys_are_ordered_as_their_bytes_are() => Gen.Select(s_keys, s_keys).Sample(static (left, right) =>
        Assert.Equal(Math.Sign(left.ToArray().AsSpan().SequenceCompareTo(right.ToArray())), Math.Sign(left.CompareTo(right))));

    [Theory]
    [InlineData("76a914000000000000000000000000000000000000000088ac", 1)]
    [InlineData("a914000000000000000000000000000000000000000087", 2)]
    [InlineData("00140000000000000000000000000000000000000000", 3)]
    [InlineData("00200000000000000000000000000000000000000000000000000000000000000000", 4)]
    [InlineData("51200000000000000000000000000000000000000000000000000000000000000000", 5)]
    [InlineData("52200000000000000000000000000000000000000000000000000000000000000000", 0)]
    [InlineData("76a914000000000000000000000000000000000000000088ad", 0)]
    [InlineData("6a", 0)]
    [InlineData("", 0)]
    public void Scripts_have_the_types_of_the_rules(string script, byte type)
    {
        Assert.Equal(type != 0, PayoutKey.TryFromScript(Hex.Decode(script), out PayoutKey key));
        Assert.Equal(type, key.Type);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 32)]
    [InlineData(5, 20)]
    [InlineData(6, 32)]
    public void Other_types_and_lengths_are_no_key(byte type, int length) =>
        Assert.Throws<ArgumentException>(() => new PayoutKey(type, new byte[length]));
}
