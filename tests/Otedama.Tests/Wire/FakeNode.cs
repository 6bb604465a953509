using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Otedama.Wire;

namespace Otedama.Tests.Wire;

/// <summary>
/// A node on a raw socket that answers whatever a test wants, byte for byte: also what no HTTP server would send.
/// </summary>
internal sealed class FakeNode : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accept;
    private readonly Func<FakeCall, NetworkStream, Task> _handler;

    public FakeNode(Func<FakeCall, NetworkStream, Task> handler, int port = 0)
    {
        _handler = handler;
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        _accept = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public List<FakeCall> Calls { get; } = [];

    public RpcEndpoint Endpoint => RpcEndpoint.Parse($"http://alice:secret@127.0.0.1:{Port}");

    /// <summary>A node that answers each call with the result (JSON text) that answer gives; null closes the connection.</summary>
    public static FakeNode Answering(Func<FakeCall, Task<string?>> answer, int port = 0) => new(
        async (call, stream) =>
        {
            string? result = await answer(call);
            if (result is null)
            {
                stream.Socket.Close();
                return;
            }
            string envelope = result.StartsWith("ERROR", StringComparison.Ordinal)
                ? $"{{\"result\":null,\"error\":{result[5..]},\"id\":0}}"
                : $"{{\"result\":{result},\"error\":null,\"id\":0}}";
            await stream.WriteAsync(Http("200 OK", envelope));
        },
        port);

    public static byte[] Http(string status, string body) =>
        Encoding.UTF8.GetBytes($"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accept;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _ = ServeAsync(client);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            using CancellationTokenRegistration registration = _stop.Token.Register(client.Close);
            try
            {
                NetworkStream stream = client.GetStream();
                while (await ReadAsync(stream) is { } call)
                {
                    lock (Calls)
                    {
                        Calls.Add(call);
                    }
                    await _handler(call, stream);
                }
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or SocketException or InvalidOperationException)
            {
                // The client or the test closed the connection.
            }
        }
    }

    private static async Task<FakeCall?> ReadAsync(NetworkStream stream)
    {
        StringBuilder head = new();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one) == 0)
            {
                return null;
            }
            head.Append((char)one[0]);
        }
        string[] lines = head.ToString().Split("\r\n");
        string Field(string name) => lines.FirstOrDefault(l => l.StartsWith(name, StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim() ?? "";
        byte[] body = new byte[int.Parse(Field("Content-Length"))];
        await stream.ReadExactlyAsync(body);
        using JsonDocument document = JsonDocument.Parse(body);
        return new FakeCall(document.RootElement.GetProperty("method").GetString()!, Encoding.UTF8.GetString(body), Field("Authorization"));
    }
}

internal sealed record FakeCall(string Method, string Body, string Authorization);
