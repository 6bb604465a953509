using System.Net;
using System.Net.Sockets;
using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

public sealed class TcpLinkTests
{
    private static readonly TimeSpan s_wait = Patience.Limit;

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public void Bytes_go_both_ways(string host)
    {
        EchoDevice echo = new();
        using TcpDevice device = new(echo);
        using TcpLink link = TcpLink.Open(host, device.Port, s_wait);
        Assert.Equal($"tcp://{host}:{device.Port}", link.Name);
        link.Write([1, 2, 3], s_wait);
        Assert.Equal([2, 3, 4], SerialLinkTests.ReadExactly(link, 3));
        link.SetRate(3_000_000);
        Assert.False(link.SetLines(true, true));
        link.Drain(s_wait);
        Assert.Equal([0], echo.Rates);
        Assert.Equal(0, link.Read(new byte[1], TimeSpan.Zero));
    }

    [Fact]
    public void Discarding_forgets_what_has_come()
    {
        EchoDevice echo = new();
        using TcpDevice device = new(echo);
        using TcpLink link = TcpLink.Open("127.0.0.1", device.Port, s_wait);
        echo.Say([1, 2]);
        Assert.Equal([1], SerialLinkTests.ReadExactly(link, 1));
        link.Discard();
        echo.Say([7]);
        Assert.Equal([7], SerialLinkTests.ReadExactly(link, 1));
    }

    [Fact]
    public void Nobody_there_is_missing()
    {
        LinkException refused = Assert.Throws<LinkException>(() => TcpLink.Open("127.0.0.1", FreePort.Next(), s_wait));
        Assert.Equal(LinkFault.Missing, refused.Fault);
        Assert.Contains("Check the address", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_answer_is_a_timeout()
    {
        using Socket full = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        int port = ((IPEndPoint)full.LocalEndPoint!).Port;
        List<TcpLink> first = [];
        LinkException? late = null;
        for (int i = 0; i < 8 && late is null; i++)
        {
            try
            {
                first.Add(TcpLink.Open("127.0.0.1", port, TimeSpan.FromMilliseconds(300)));
            }
            catch (LinkException e)
            {
                late = e;
            }
        }
        first.ForEach(static link => link.Dispose());
        Assert.Equal(LinkFault.Timeout, late?.Fault);
    }

    [Fact]
    public async Task Cut_off_and_closed_are_gone()
    {
        using TcpDevice device = new(new EchoDevice());
        using TcpLink link = TcpLink.Open("127.0.0.1", device.Port, s_wait);
        link.Write([1], s_wait);
        Assert.Equal([2], SerialLinkTests.ReadExactly(link, 1));
        device.Cut();
        Assert.Equal(LinkFault.Gone, Assert.Throws<LinkException>(() => link.Read(new byte[1], s_wait)).Fault);

        TcpLink next = TcpLink.Open("127.0.0.1", device.Port, s_wait);
        Task<LinkException> reading = Task.Run(() => Assert.Throws<LinkException>(() => next.Read(new byte[1], s_wait)));
        await Task.Delay(20);
        next.Dispose();
        Assert.Equal(LinkFault.Gone, (await reading).Fault);
    }

    [Fact]
    public void A_device_that_takes_nothing_ends_a_write_in_time()
    {
        using Socket deaf = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        deaf.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        deaf.Listen(1);
        using TcpLink link = TcpLink.Open("127.0.0.1", ((IPEndPoint)deaf.LocalEndPoint!).Port, s_wait);
        LinkException late = Assert.Throws<LinkException>(() => link.Write(new byte[64 << 20], TimeSpan.FromMilliseconds(100)));
        Assert.Equal(LinkFault.Timeout, late.Fault);
    }
}
