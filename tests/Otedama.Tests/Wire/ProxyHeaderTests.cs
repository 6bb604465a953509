using System.Net;
using System.Text;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Wire;

public sealed class ProxyHeaderTests
{
    private static readonly byte[] s_binary =
        [0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, 0x21, 0x11, 0, 12, 10, 1, 2, 3, 10, 0, 0, 1, 0x1f, 0x90, 0x0d, 0x05];

    [Fact]
    public void Text_and_binary_headers_name_the_source()
    {
        byte[] text = Encoding.ASCII.GetBytes("PROXY TCP4 203.0.113.7 10.0.0.1 4000 3333\r\nrest");
        Assert.Equal(ProxyHeaderStatus.Complete, ProxyHeader.TryParse(text, out IPEndPoint? source, out int consumed));
        Assert.Equal((new IPEndPoint(IPAddress.Parse("203.0.113.7"), 4000), text.Length - 4), (source, consumed));
        Assert.Equal(ProxyHeaderStatus.Complete, ProxyHeader.TryParse(s_binary, out source, out consumed));
        Assert.Equal((new IPEndPoint(IPAddress.Parse("10.1.2.3"), 0x1f90), s_binary.Length), (source, consumed));
    }

    [Fact]
    public void Every_shorter_part_asks_for_more()
    {
        byte[] text = Encoding.ASCII.GetBytes("PROXY TCP6 2001:db8::1 ::1 4000 3333\r\n");
        foreach (byte[] header in new[] { text, s_binary })
        {
            for (int length = 1; length < header.Length; length++)
            {
                Assert.Equal(ProxyHeaderStatus.NeedMore, ProxyHeader.TryParse(header.AsSpan(0, length), out _, out _));
            }
        }
    }

    [Fact]
    public void Other_streams_and_broken_headers_are_told_apart()
    {
        Assert.Equal(ProxyHeaderStatus.None, ProxyHeader.TryParse("{\"id\":1}"u8, out _, out _));
        Assert.Equal(ProxyHeaderStatus.Bad, ProxyHeader.TryParse("PROXY TCP4 x y z\r\n"u8, out _, out _));
        Assert.Equal(ProxyHeaderStatus.Bad, ProxyHeader.TryParse(Encoding.ASCII.GetBytes("PROXY " + new string('a', 200)), out _, out _));
        byte[] wrongVersion = [.. s_binary];
        wrongVersion[12] = 0x31;
        Assert.Equal(ProxyHeaderStatus.Bad, ProxyHeader.TryParse(wrongVersion, out _, out _));
        Assert.Equal(ProxyHeaderStatus.Complete, ProxyHeader.TryParse("PROXY UNKNOWN\r\n"u8, out IPEndPoint? none, out _));
        Assert.Null(none);
    }
}
