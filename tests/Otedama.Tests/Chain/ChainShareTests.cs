using CsCheck;
using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Chain;

public sealed class ChainShareTests
{
    private static byte[] Bytes => ExampleShare.Share.Bytes.ToArray();

    [Fact]
    public void The_example_has_the_bytes_of_the_rules()
    {
        Assert.Equal(ExampleShare.CoreHex, Hex.Encode(Bytes.AsSpan(0, 218)));
        Assert.Equal(459, Bytes.Length);
        Assert.Equal(ExampleShare.Id, ExampleShare.Share.ToString());
        Assert.Equal(ExampleShare.Commitment, Hex.Encode(ExampleShare.Core.Commitment(ExampleShare.Parameters.Id).ToArray()));
    }

    [Fact]
    public void A_share_is_read_as_it_was_written()
    {
        ChainShare? share = ChainShare.Decode(Bytes, ExampleShare.Coin, out ShareFault? fault);
        Assert.Null(fault);
        Assert.Equal(ExampleShare.Id, share!.ToString());
        Assert.Equal(ExampleShare.Core with { Uncles = share.Core.Uncles, FixedOutputs = share.Core.FixedOutputs }, share.Core);
        Assert.Equal(ExampleShare.Work.Header, share.Work.Header);
    }

    [Fact]
    public void Bytes_that_end_early_or_late_are_no_share()
    {
        for (int length = 0; length < Bytes.Length; length++)
        {
            Assert.Null(ChainShare.Decode(Bytes.AsSpan(0, length), ExampleShare.Coin, out ShareFault? fault));
            Assert.Equal(ShareFault.Bytes, fault!.Step);
        }
        Assert.Null(ChainShare.Decode([.. Bytes, 0], ExampleShare.Coin, out ShareFault? late));
        Assert.Equal(ShareFault.Bytes, late!.Step);
        Assert.Null(ChainShare.Decode(new byte[ChainShare.LengthMax + 1], ExampleShare.Coin, out ShareFault? big));
        Assert.Equal(ShareFault.Bytes, big!.Step);
    }

    /// <summary>What is read at all is written as it came: there is no second encoding of a share.</summary>
    [Fact]
    public void Hostile_bytes_never_throw_and_never_read_as_another_encoding() => Gen.Select(Gen.Int[0, 458], Gen.Byte, Gen.Byte.Array[0, 600]).Sample(
        (at, value, noise) =>
        {
            byte[] changed = Bytes;
            changed[at] = value;
            foreach (byte[] bytes in new[] { changed, [1, .. noise], [.. changed.AsSpan(0, at), .. noise] })
            {
                ChainShare? share = ChainShare.Decode(bytes, ExampleShare.Coin, out ShareFault? fault);
                Assert.Equal(share is null, fault is not null);
                Assert.True(share is null || new ChainShare(share.Core, share.Work).Bytes.Span.SequenceEqual(bytes));
            }
        });
}
