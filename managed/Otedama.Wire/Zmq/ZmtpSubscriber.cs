using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Otedama.Wire;

/// <summary>
/// The subscribing end of a ZeroMQ PUB socket, as coin nodes publish new blocks with: ZMTP 3.0, mechanism NULL, one topic.
/// One reader.
/// </summary>
public sealed class ZmtpSubscriber : IDisposable
{
    private const int GreetingLength = 64;

    /// <summary>A published block has three parts: topic, hash, sequence number.</summary>
    private const int PartsMax = 8;

    private const int PingHead = 7; // "\x04PING" and two bytes of time to live

    private readonly Stream _stream;

    private ZmtpSubscriber(Stream stream) => _stream = stream;

    /// <summary>
    /// Connects and subscribes. Throws IOException or SocketException when that fails, TimeoutException when it takes longer
    /// than the patience.
    /// </summary>
    public static async Task<ZmtpSubscriber> ConnectAsync(
        string host, int port, string topic, TimeSpan patience, TimeProvider time, CancellationToken stop)
    {
        using CancellationTokenSource limit = new(patience, time);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            await socket.ConnectAsync(host, port, both.Token);
            ZmtpSubscriber subscriber = new(new NetworkStream(socket, ownsSocket: true));
            await subscriber.ShakeHandsAsync(topic, both.Token);
            return subscriber;
        }
        catch (Exception e)
        {
            socket.Dispose();
            if (e is OperationCanceledException && !stop.IsCancellationRequested)
            {
                throw new TimeoutException($"no ZMTP greeting within {patience.TotalSeconds:0.#} s");
            }
            throw;
        }
    }

    /// <summary>The parts of the next message. Throws EndOfStreamException when the other end closed, ZmtpException.</summary>
    public async Task<IReadOnlyList<byte[]>> ReadAsync(CancellationToken stop)
    {
        List<byte[]> parts = [];
        while (true)
        {
            ZmtpFrame frame = await ZmtpFrame.ReadAsync(_stream, stop);
            if (frame.IsCommand)
            {
                await AnswerAsync(frame.Body, stop);
                continue;
            }
            parts.Add(frame.Body);
            if (!frame.HasMore)
            {
                return parts;
            }
            if (parts.Count == PartsMax)
            {
                throw new ZmtpException($"a message has more than {PartsMax} parts");
            }
        }
    }

    public void Dispose() => _stream.Dispose();

    private async Task ShakeHandsAsync(string topic, CancellationToken stop)
    {
        await _stream.WriteAsync(Greeting(), stop);
        byte[] greeting = new byte[GreetingLength];
        await _stream.ReadExactlyAsync(greeting, stop);
        CheckGreeting(greeting);
        await _stream.WriteAsync(ZmtpFrame.Short(isCommand: true, [.. Name("READY"), .. Property("Socket-Type", "SUB")]), stop);
        ZmtpFrame ready = await ZmtpFrame.ReadAsync(_stream, stop);
        if (!ready.IsCommand || !ready.Body.AsSpan().StartsWith(Name("READY")))
        {
            throw new ZmtpException($"the other end answers \"{Printable(ready.Body)}\" where READY was expected");
        }
        // Subscriptions of ZMTP 3.0 are messages: 1 and the topic.
        await _stream.WriteAsync(ZmtpFrame.Short(isCommand: false, [1, .. Encoding.ASCII.GetBytes(topic)]), stop);
    }

    /// <summary>Signature, version 3.0, mechanism NULL, not a server, filler.</summary>
    private static byte[] Greeting()
    {
        byte[] greeting = new byte[GreetingLength];
        greeting[0] = 0xff;
        greeting[9] = 0x7f;
        greeting[10] = 3;
        "NULL"u8.CopyTo(greeting.AsSpan(12));
        return greeting;
    }

    private static void CheckGreeting(ReadOnlySpan<byte> greeting)
    {
        if (greeting[0] != 0xff || greeting[9] != 0x7f)
        {
            throw new ZmtpException("the other end does not speak ZMTP; is this the address of zmqpubhashblock?");
        }
        if (greeting[10] < 3)
        {
            throw new ZmtpException($"the other end speaks ZMTP {greeting[10]}; 3 is needed");
        }
        ReadOnlySpan<byte> mechanism = greeting.Slice(12, 20).TrimEnd((byte)0);
        if (!mechanism.SequenceEqual("NULL"u8))
        {
            throw new ZmtpException($"the other end wants the mechanism \"{Printable(mechanism)}\"; NULL is known");
        }
    }

    /// <summary>A heartbeat is answered with its own context; other commands need no answer.</summary>
    private async Task AnswerAsync(byte[] command, CancellationToken stop)
    {
        if (command.AsSpan().StartsWith(Name("ERROR")))
        {
            throw new ZmtpException($"the other end ends with \"{Printable(command.AsSpan(6))}\"");
        }
        if (command.Length >= PingHead && command.AsSpan().StartsWith(Name("PING")))
        {
            byte[] context = command[PingHead..Math.Min(command.Length, PingHead + 16)];
            await _stream.WriteAsync(ZmtpFrame.Short(isCommand: true, [.. Name("PONG"), .. context]), stop);
        }
    }

    private static byte[] Name(string name) => [(byte)name.Length, .. Encoding.ASCII.GetBytes(name)];

    private static byte[] Property(string name, string value)
    {
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, value.Length);
        return [.. Name(name), .. length, .. Encoding.ASCII.GetBytes(value)];
    }

    private static string Printable(ReadOnlySpan<byte> bytes) =>
        string.Concat(Encoding.ASCII.GetString(bytes[..Math.Min(bytes.Length, 60)]).Select(static c => char.IsControl(c) ? ' ' : c)).Trim();
}
