using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Wire;

public sealed class ZmtpSubscriberTests
{
    private static readonly TimeSpan s_patience = Patience.Limit;

    [Fact]
    public async Task A_published_block_arrives_in_its_three_parts_and_heartbeats_are_answered()
    {
        byte[] pong = [];
        await using ScriptedPublisher publisher = new(async stream =>
        {
            Assert.Equal("hashblock", await ScriptedPublisher.ShakeHandsAsync(stream));
            await stream.WriteAsync((byte[])[4, 9, 4, .. "PING"u8, 0, 100, .. "ab"u8]);
            pong = await ScriptedPublisher.ReadFrameAsync(stream, flags: 4);
            await stream.WriteAsync(ScriptedPublisher.Block(0x0b));
            await stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false); // until the other side hangs up
        });
        using ZmtpSubscriber subscriber = await ConnectAsync(publisher);
        IReadOnlyList<byte[]> parts = await subscriber.ReadAsync(default).WaitAsync(s_patience);
        Assert.Equal("hashblock", Encoding.ASCII.GetString(parts[0]));
        Assert.Equal(Enumerable.Repeat((byte)0x0b, 32), parts[1]);
        Assert.Equal([7, 0, 0, 0], parts[2]);
        Assert.Equal("\u0004PONGab", Encoding.ASCII.GetString(pong));
    }

    [Fact]
    public async Task Another_protocol_is_named_as_such()
    {
        await using ScriptedPublisher http = new(static stream => SendAsync(stream, Encoding.ASCII.GetBytes("HTTP/1.1 400 Bad Request\r\n".PadRight(80))));
        Assert.Contains("does not speak ZMTP", (await Assert.ThrowsAsync<ZmtpException>(() => ConnectAsync(http))).Message);

        byte[] plain = [.. ScriptedPublisher.Greeting];
        "PLAIN"u8.CopyTo(plain.AsSpan(12));
        await using ScriptedPublisher withPassword = new(stream => SendAsync(stream, plain));
        Assert.Contains("\"PLAIN\"", (await Assert.ThrowsAsync<ZmtpException>(() => ConnectAsync(withPassword))).Message);

        byte[] old = [.. ScriptedPublisher.Greeting];
        old[10] = 1;
        await using ScriptedPublisher ancient = new(stream => SendAsync(stream, old));
        Assert.Contains("ZMTP 1", (await Assert.ThrowsAsync<ZmtpException>(() => ConnectAsync(ancient))).Message);

        await using ScriptedPublisher error = new(static stream => SendAsync(stream, [.. ScriptedPublisher.Greeting, 4, 9, 5, .. "ERROR"u8, 2, .. "no"u8]));
        Assert.Contains("READY was expected", (await Assert.ThrowsAsync<ZmtpException>(() => ConnectAsync(error))).Message);
    }

    [Fact]
    public async Task A_silent_end_is_given_up_in_time()
    {
        await using ScriptedPublisher silent = new(static async stream => await stream.ReadExactlyAsync(new byte[1_000]));
        TimeoutException e = await Assert.ThrowsAsync<TimeoutException>(() => ZmtpSubscriber.ConnectAsync(
            "127.0.0.1", silent.Port, "hashblock", TimeSpan.FromMilliseconds(50), TimeProvider.System, default));
        Assert.Contains("0.1 s", e.Message); // 0.05, rounded
    }

    [Theory]
    [InlineData("02 0000000000001001", "4097 bytes")]
    [InlineData("02 ffffffffffffffff", "bytes")]
    [InlineData("08 00", "flags 0x08")]
    [InlineData("05 00", "flags 0x05")]
    [InlineData("01 00 01 00 01 00 01 00 01 00 01 00 01 00 01 00", "more than 8 parts")]
    public async Task What_no_publisher_sends_ends_the_connection_and_costs_no_memory(string bytes, string words)
    {
        await using ScriptedPublisher publisher = new(async stream =>
        {
            await ScriptedPublisher.ShakeHandsAsync(stream);
            await SendAsync(stream, Convert.FromHexString(bytes.Replace(" ", "")));
        });
        using ZmtpSubscriber subscriber = await ConnectAsync(publisher);
        Assert.Contains(words, (await Assert.ThrowsAsync<ZmtpException>(() => subscriber.ReadAsync(default).WaitAsync(s_patience))).Message);
    }

    [Fact]
    public async Task A_publisher_of_the_real_library_is_understood()
    {
        const string Script = """
            import time, zmq
            s = zmq.Context().socket(zmq.PUB)
            s.setsockopt(zmq.HEARTBEAT_IVL, 50)
            print(s.bind_to_random_port("tcp://127.0.0.1"), flush=True)
            while True:
                s.send_multipart([b"rawtx", b"not asked for", b"1234"])
                s.send_multipart([b"hashblock", bytes(range(32)), b"\x05\x00\x00\x00"])
                time.sleep(0.02)
            """;
        using Process? python = TryStart("/usr/bin/python3", "-c", Script);
        string? port = python is null ? null : await python.StandardOutput.ReadLineAsync();
        Assert.SkipWhen(port is null, "/usr/bin/python3 with its zmq module is not installed; libzmq was not checked");
        try
        {
            using ZmtpSubscriber subscriber = await ZmtpSubscriber.ConnectAsync(
                "127.0.0.1", int.Parse(port), "hashblock", s_patience, TimeProvider.System, default);
            for (int i = 0; i < 10; i++)
            {
                IReadOnlyList<byte[]> parts = await subscriber.ReadAsync(default).WaitAsync(s_patience);
                Assert.Equal(3, parts.Count);
                Assert.Equal("hashblock", Encoding.ASCII.GetString(parts[0]));
                Assert.Equal(Enumerable.Range(0, 32).Select(static b => (byte)b), parts[1]);
            }
        }
        finally
        {
            python!.Kill();
        }
    }

    private static Process? TryStart(string program, params string[] arguments) => File.Exists(program)
        ? Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })
        : null;

    private static Task<ZmtpSubscriber> ConnectAsync(ScriptedPublisher publisher) => ZmtpSubscriber.ConnectAsync(
        "127.0.0.1", publisher.Port, "hashblock", s_patience, TimeProvider.System, default);

    /// <summary>Sends and waits until the subscriber goes.</summary>
    private static async Task SendAsync(NetworkStream stream, byte[] bytes)
    {
        await stream.WriteAsync(bytes);
        while (await stream.ReadAsync(new byte[256]) > 0)
        {
            // The subscriber's greeting.
        }
    }
}
