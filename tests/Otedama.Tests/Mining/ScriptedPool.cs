using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Otedama.Mining;

namespace Otedama.Tests.Mining;

/// <summary>
/// A pool on a loopback port that does what the test's script says, one script run per connection.
/// </summary>
internal sealed class ScriptedPool : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<ScriptedPeer, Task> _script;
    private readonly X509Certificate2? _certificate;
    private readonly Task _accepting;

    public ScriptedPool(Func<ScriptedPeer, Task> script, X509Certificate2? certificate = null)
    {
        _script = script;
        _certificate = certificate;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    public int Connections;

    /// <summary>Every line received, over all connections.</summary>
    public ConcurrentQueue<string> Received { get; } = [];

    public PoolEndpoint Endpoint => new(PoolUrl.Parse($"127.0.0.1:{Port}"), "wallet.rig");

    /// <summary>Answers the handshake, announces one job, and keeps the connection.</summary>
    public static async Task Ordinary(ScriptedPeer peer)
    {
        await peer.Greet();
        await peer.Send(StratumScript.Notify("j1", 'a'));
        await peer.AnswerForever();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> running = [];
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                running.Add(ServeAsync(client, Interlocked.Increment(ref Connections)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            await Task.WhenAll(running);
        }
    }

    private async Task ServeAsync(TcpClient client, int number)
    {
        using (client)
        {
            try
            {
                Stream stream = client.GetStream();
                if (_certificate is not null)
                {
                    SslStream secure = new(stream);
                    await secure.AuthenticateAsServerAsync(_certificate);
                    stream = secure;
                }
                await _script(new ScriptedPeer(stream, number, Received, _stop.Token));
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or EndOfStreamException
                or System.Security.Authentication.AuthenticationException)
            {
                // The client left, or the test is over.
            }
        }
    }
}

/// <summary>One client of a scripted pool.</summary>
internal sealed class ScriptedPeer(Stream stream, int number, ConcurrentQueue<string> received, CancellationToken stop)
{
    private readonly StreamReader _reader = new(stream);

    /// <summary>1 for the first connection.</summary>
    public int Number => number;

    public CancellationToken Stop => stop;

    public async Task<string> Read()
    {
        string line = await _reader.ReadLineAsync(stop) ?? throw new EndOfStreamException();
        received.Enqueue(line);
        return line;
    }

    /// <summary>What one read of the socket brings, as a server that takes a packet for a message sees it.</summary>
    public async Task<string> ReadPacket()
    {
        byte[] buffer = new byte[65536];
        int length = await stream.ReadAsync(buffer, stop);
        string text = Encoding.UTF8.GetString(buffer, 0, length);
        received.Enqueue(text);
        return length > 0 ? text : throw new EndOfStreamException();
    }

    /// <summary>All lines in one segment.</summary>
    public async Task Send(params string[] lines) => await Raw(string.Concat(lines.Select(line => line + "\n")));

    public async Task Raw(string text)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text), stop);
        await stream.FlushAsync(stop);
    }

    /// <summary>Reads up to authorize and answers everything in one segment.</summary>
    public async Task Greet(string extranonce1 = "aabbccdd", int size = 4, double difficulty = 1e-6)
    {
        while (!(await Read()).Contains("mining.authorize", StringComparison.Ordinal))
        {
        }
        await Send(
            StratumSessionTests.Configured,
            StratumSessionTests.Subscribed(extranonce1, size),
            StratumSessionTests.Authorized,
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{{\"id\":null,\"method\":\"mining.set_difficulty\",\"params\":[{difficulty:F9}]}}"));
    }

    /// <summary>Says yes to everything.</summary>
    public async Task AnswerForever()
    {
        while (true)
        {
            string line = await Read();
            await Send($"{{\"id\":{Id(line)},\"result\":true,\"error\":null}}");
        }
    }

    public Task Hang() => Task.Delay(Timeout.Infinite, stop);

    public static string Id(string line)
    {
        using System.Text.Json.JsonDocument json = System.Text.Json.JsonDocument.Parse(line);
        return json.RootElement.GetProperty("id").GetRawText();
    }
}
