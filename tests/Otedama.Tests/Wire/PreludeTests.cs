using System.Net;
using System.Text;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Wire;

public sealed class PreludeTests
{
    private const string Header = "PROXY TCP4 203.0.113.7 10.0.0.1 4000 3333\r\n";

    [Theory]
    [InlineData(false, "{\"id\"", PreludeStep.Plain)]
    [InlineData(false, "\u0016\u0003", PreludeStep.Tls)]
    [InlineData(true, "\u0016\u0003", PreludeStep.Tls)]
    [InlineData(true, "{\"id\"", PreludeStep.NotTls)]
    [InlineData(false, Header, PreludeStep.Plain)] // of somebody who is no proxy: the session answers that it is no JSON
    public void The_first_byte_tells_tls_from_lines(bool tlsOnly, string first, PreludeStep expected)
    {
        Prelude prelude = new(isProxied: false, tlsOnly);
        ReadOnlySpan<byte> nothing = default, bytes = Encoding.Latin1.GetBytes(first);
        Assert.False(prelude.AwaitsHeader);
        Assert.Equal(PreludeStep.NeedMore, prelude.Take(ref nothing));
        Assert.Equal(expected, prelude.Take(ref bytes));
        Assert.Equal(first.Length, bytes.Length);
    }

    /// <summary>Wherever a header is cut in two, the same bytes are left over and the same address is named.</summary>
    [Fact]
    public void A_header_may_come_in_pieces()
    {
        byte[] all = Encoding.ASCII.GetBytes(Header + "{}\n");
        for (int cut = 1; cut < Header.Length; cut++)
        {
            Prelude prelude = new(isProxied: true, tlsOnly: false);
            ReadOnlySpan<byte> first = all.AsSpan(0, cut), rest = all.AsSpan(cut);
            Assert.Equal(PreludeStep.NeedMore, prelude.Take(ref first));
            Assert.True(prelude.AwaitsHeader);
            Assert.True(first.IsEmpty);
            Assert.Equal(PreludeStep.HeaderEnded, prelude.Take(ref rest));
            Assert.False(prelude.AwaitsHeader);
            Assert.Equal(new IPEndPoint(IPAddress.Parse("203.0.113.7"), 4000), prelude.Source);
            Assert.Equal(PreludeStep.Plain, prelude.Take(ref rest));
            Assert.Equal("{}\n", Encoding.ASCII.GetString(rest));
        }
    }

    [Theory]
    [InlineData("PROXY TCP4 nowhere 10.0.0.1 4000 3333\r\n", PreludeStep.BadHeader)]
    [InlineData("{}\n", PreludeStep.HeaderEnded)] // a proxy that checks whether we live sends none
    public void What_is_no_header_ends_the_wait_for_one(string first, PreludeStep expected)
    {
        Prelude prelude = new(isProxied: true, tlsOnly: false);
        ReadOnlySpan<byte> bytes = Encoding.ASCII.GetBytes(first);
        Assert.Equal(expected, prelude.Take(ref bytes));
        Assert.Null(prelude.Source);
        Assert.Equal(first.Length, bytes.Length);
    }
}
