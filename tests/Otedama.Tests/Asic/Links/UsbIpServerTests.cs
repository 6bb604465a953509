using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>What the server of the laboratory owes Linux's vhci: one answer to each request, and none too soon.</summary>
public sealed class UsbIpServerTests : IDisposable
{
    private const int HeaderBytes = 48, ImportReplyBytes = 320;
    private const int Submit = 1, Unlink = 2, SubmitReply = 3, UnlinkReply = 4, WasPending = -104;
    private const int Bulk = 2; // 82 and 02

    private readonly EchoDevice _echo = new();
    private readonly UsbIpServer _server;
    private readonly Socket _host;

    public UsbIpServerTests()
    {
        _server = new UsbIpServer(new Ch341Model(_echo));
        _host = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = (int)Patience.Limit.TotalMilliseconds };
        _host.Connect(new IPEndPoint(IPAddress.Loopback, _server.Port));
        byte[] import = new byte[40];
        (import[0], import[1], import[2], import[3]) = (0x01, 0x11, 0x80, 0x03);
        Encoding.ASCII.GetBytes(UsbIpServer.BusId(0)).CopyTo(import, 8);
        _host.Send(import);
        Assert.Equal(0, Receive(ImportReplyBytes)[7]);
    }

    public void Dispose()
    {
        _host.Dispose();
        _server.Dispose();
        Assert.Empty(_server.Faults);
    }

    [Fact]
    public void A_request_that_waits_is_taken_back_and_never_answered()
    {
        Send(Submit, 1, Bulk, true, 32);
        Send(Unlink, 2, victim: 1);
        Assert.Equal((UnlinkReply, 2, WasPending), Reply());
        _echo.Say("abc"u8);
        Send(Submit, 3, Bulk, true, 32);
        Assert.Equal((SubmitReply, 3, 0), Reply());
        Assert.Equal("abc"u8, Receive(3));
    }

    [Fact]
    public void One_that_was_answered_is_taken_back_too_late()
    {
        _echo.Say("abc"u8);
        Send(Submit, 1, Bulk, true, 32);
        Assert.Equal((SubmitReply, 1, 0), Reply());
        Receive(3);
        Send(Unlink, 2, victim: 1);
        Assert.Equal((UnlinkReply, 2, 0), Reply());
    }

    /// <summary>Linux sends both from one thread, the unlinks of the moment before the requests of the moment.</summary>
    [Fact]
    public void One_that_is_taken_back_before_it_came_is_said_to_be_so_when_it_comes()
    {
        Send(Unlink, 7, victim: 6);
        Send(Submit, 5, Bulk, false, 3, "abc"u8);
        Assert.Equal((SubmitReply, 5, 0), Reply()); // and nothing before
        Send(Submit, 6, Bulk, false, 3, "xyz"u8);
        Assert.Equal((UnlinkReply, 7, WasPending), Reply());
        Send(Submit, 8, Bulk, true, 32);
        Assert.Equal((SubmitReply, 8, 0), Reply());
        Assert.Equal("bcd"u8, Receive(3)); // what was taken back never reached the device
    }

    private void Send(int command, int sequence, int endpoint = 0, bool toHost = false, int length = 0, ReadOnlySpan<byte> data = default, int victim = 0)
    {
        byte[] header = new byte[HeaderBytes];
        BinaryPrimitives.WriteInt32BigEndian(header, command);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), sequence);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(12), toHost ? 1 : 0);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(16), endpoint);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(20), victim);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(24), length);
        _host.Send([.. header, .. data]);
    }

    private (int Command, int Sequence, int Status) Reply()
    {
        byte[] header = Receive(HeaderBytes);
        return (BinaryPrimitives.ReadInt32BigEndian(header), BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4)),
            BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(20)));
    }

    private byte[] Receive(int count)
    {
        byte[] all = new byte[count];
        for (int got = 0; got < count;)
        {
            int some = _host.Receive(all.AsSpan(got));
            Assert.True(some > 0, $"the server closed after {got} of {count} bytes");
            got += some;
        }
        return all;
    }
}
