using System.Net;
using System.Net.Sockets;

namespace Otedama.Tests.Wire;

/// <summary>The publishing end of a ZeroMQ socket, byte for byte as libzmq 4 sends it, or whatever a test wants instead.</summary>
internal sealed class ScriptedPublisher : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accept;

    public ScriptedPublisher(Func<NetworkStream, Task> script)
    {
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start();
        _accept = AcceptAsync(script);
    }

    /// <summary>Signature, version 3.1, NULL, not a server.</summary>
    public static byte[] Greeting { get; } =
        [0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 1, .. "NULL"u8, .. new byte[16], 0, .. new byte[31]];

    /// <summary>READY with the socket type PUB and an empty identity.</summary>
    public static byte[] Ready { get; } =
    [
        4, 38, 5, .. "READY"u8, 11, .. "Socket-Type"u8, 0, 0, 0, 3, .. "PUB"u8, 8, .. "Identity"u8, 0, 0, 0, 0,
    ];

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public Uri Uri => new($"tcp://127.0.0.1:{Port}");

    public int Connections { get; private set; }

    /// <summary>The parts of a published block: topic, hash in display order, sequence number.</summary>
    public static byte[] Block(byte digit) =>
        [1, 9, .. "hashblock"u8, 1, 32, .. Enumerable.Repeat(digit, 32), 0, 4, 7, 0, 0, 0];

    /// <summary>Greets, checks the subscriber's side of the handshake, and returns the topic it subscribed to.</summary>
    public static async Task<string> ShakeHandsAsync(NetworkStream stream)
    {
        await stream.WriteAsync(Greeting);
        byte[] greeting = new byte[64];
        await stream.ReadExactlyAsync(greeting);
        Xunit.Assert.Equal([0xff, 0x7f, 3, 0], [greeting[0], greeting[9], greeting[10], greeting[11]]);
        Xunit.Assert.True(greeting.AsSpan(12, 20).SequenceEqual((byte[])[.. "NULL"u8, .. new byte[16]]));
        await stream.WriteAsync(Ready);
        byte[] ready = await ReadFrameAsync(stream, flags: 4);
        Xunit.Assert.True(ready.AsSpan().SequenceEqual((byte[])[5, .. "READY"u8, 11, .. "Socket-Type"u8, 0, 0, 0, 3, .. "SUB"u8]));
        byte[] subscription = await ReadFrameAsync(stream, flags: 0);
        Xunit.Assert.Equal(1, subscription[0]);
        return System.Text.Encoding.ASCII.GetString(subscription, 1, subscription.Length - 1);
    }

    public static async Task<byte[]> ReadFrameAsync(NetworkStream stream, byte flags)
    {
        byte[] head = new byte[2];
        await stream.ReadExactlyAsync(head);
        Xunit.Assert.Equal(flags, head[0]);
        byte[] body = new byte[head[1]];
        await stream.ReadExactlyAsync(body);
        return body;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accept;
        _stop.Dispose();
    }

    private async Task AcceptAsync(Func<NetworkStream, Task> script)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                using CancellationTokenRegistration registration = _stop.Token.Register(client.Close);
                Connections++;
                await script(client.GetStream());
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or IOException or InvalidOperationException)
            {
                // The subscriber or the test closed the connection.
            }
        }
    }
}
