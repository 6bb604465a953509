using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Otedama.Tests.Asic;

/// <summary>
/// HTTP/1.1 on a port of 127.0.0.1 as small controllers serve it: one request a connection, the body left to the device's
/// model, which may read it slowly, not at all, or break the connection.
/// </summary>
internal sealed class BenchHttpServer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _end = new();
    private readonly SemaphoreSlim? _oneTask;
    private readonly Func<BenchExchange, Task> _device;
    private readonly Task _loop;
    private int _requests;
    private int _open;

    /// <param name="oneTask">One request after the other, as the ESP's server: what hangs blocks all.</param>
    public BenchHttpServer(Func<BenchExchange, Task> device, bool oneTask = false)
    {
        _device = device;
        _oneTask = oneTask ? new SemaphoreSlim(1, 1) : null;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, FreePort.Next()));
        _listener.Listen(16);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _loop = Task.Run(AcceptAsync);
    }

    public int Port { get; }

    /// <summary>Requests whose head was read.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Most connections open at one time.</summary>
    public int MostOpen { get; private set; }

    /// <summary>False: connections are closed at once, as while a device starts.</summary>
    public Func<bool> IsUp { get; set; } = static () => true;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _loop;
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> served = [];
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptAsync(_end.Token);
                served.RemoveAll(static task => task.IsCompleted);
                served.Add(Task.Run(() => ServeAsync(socket)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(served);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using Socket held = socket;
        MostOpen = Math.Max(MostOpen, Interlocked.Increment(ref _open));
        try
        {
            if (!IsUp())
            {
                return;
            }
            if (_oneTask is not null)
            {
                await _oneTask.WaitAsync(_end.Token);
            }
            try
            {
                if (await BenchExchange.ReadAsync(socket, _end.Token) is { } exchange)
                {
                    Interlocked.Increment(ref _requests);
                    await _device(exchange);
                    if (!exchange.Aborted)
                    {
                        socket.Shutdown(SocketShutdown.Both);
                    }
                }
            }
            finally
            {
                _oneTask?.Release();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException or IOException)
        {
            // The other side left, or the test is over.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }
}

/// <summary>One request and the way to answer it.</summary>
internal sealed class BenchExchange
{
    private readonly Socket _socket;
    private byte[] _ahead;
    private int _taken;

    private BenchExchange(Socket socket, string[] head, byte[] ahead, CancellationToken end)
    {
        _socket = socket;
        _ahead = ahead;
        End = end;
        string[] first = head[0].Split(' ');
        Method = first[0];
        string[] target = first.Length > 1 ? first[1].Split('?', 2) : ["/"];
        Path = Uri.UnescapeDataString(target[0]);
        RawTarget = first.Length > 1 ? first[1] : "/";
        Query = target.Length > 1 ? target[1] : "";
        foreach (string line in head[1..])
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                Headers[line[..colon].Trim()] = line[(colon + 1)..].Trim();
            }
        }
        ContentLength = Headers.TryGetValue("Content-Length", out string? length)
            && int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? count : null;
    }

    public string Method { get; }

    public string Path { get; }

    /// <summary>Path and query as they stood in the request line.</summary>
    public string RawTarget { get; }

    public string Query { get; }

    public Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Null = absent or chunked.</summary>
    public int? ContentLength { get; }

    public bool Aborted { get; private set; }

    public CancellationToken End { get; }

    /// <summary>RawAsync saw the other side close.</summary>
    public bool Closed { get; private set; }

    public static async Task<BenchExchange?> ReadAsync(Socket socket, CancellationToken end)
    {
        List<byte> bytes = [];
        byte[] buffer = new byte[4096];
        while (bytes.Count < 65_536)
        {
            int count = await socket.ReceiveAsync(buffer, end);
            if (count == 0)
            {
                return null;
            }
            bytes.AddRange(buffer.AsSpan(0, count));
            byte[] all = [.. bytes];
            int blank = all.AsSpan().IndexOf("\r\n\r\n"u8);
            if (blank >= 0)
            {
                string[] head = Encoding.Latin1.GetString(all, 0, blank).Split("\r\n");
                return new BenchExchange(socket, head, all[(blank + 4)..], end);
            }
        }
        return null;
    }

    /// <summary>The next bytes of the body, at most that many; empty = all of it was read, or the other side left.</summary>
    public async Task<byte[]> BodyAsync(int most)
    {
        int left = Math.Min(most, (ContentLength ?? 0) - _taken);
        if (left <= 0)
        {
            return [];
        }
        byte[] part;
        if (_ahead.Length > 0)
        {
            int count = Math.Min(left, _ahead.Length);
            part = _ahead[..count];
            _ahead = _ahead[count..];
        }
        else
        {
            byte[] buffer = new byte[left];
            int count = await _socket.ReceiveAsync(buffer, End);
            part = buffer[..count];
        }
        _taken += part.Length;
        return part;
    }

    /// <summary>What comes on the wire within that time, whatever it belongs to.</summary>
    public async Task<byte[]> RawAsync(int most, TimeSpan wait)
    {
        using CancellationTokenSource time = CancellationTokenSource.CreateLinkedTokenSource(End);
        time.CancelAfter(wait);
        byte[] buffer = new byte[most];
        try
        {
            int count = await _socket.ReceiveAsync(buffer, time.Token);
            Closed = count == 0;
            return buffer[..count];
        }
        catch (OperationCanceledException) when (!End.IsCancellationRequested)
        {
            return [];
        }
        catch (SocketException)
        {
            Closed = true;
            return [];
        }
    }

    public async Task<byte[]> AllBodyAsync()
    {
        List<byte> all = [];
        for (byte[] part = await BodyAsync(65_536); part.Length > 0; part = await BodyAsync(65_536))
        {
            all.AddRange(part);
        }
        return [.. all];
    }

    public Task ReplyAsync(int status, string body, string contentType = "application/json", params (string Name, string Value)[] headers) =>
        ReplyAsync(status, Encoding.UTF8.GetBytes(body), contentType, headers);

    public async Task ReplyAsync(int status, byte[] body, string contentType, params (string Name, string Value)[] headers)
    {
        StringBuilder head = new();
        head.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} {(HttpStatusCode)status}\r\nContent-Type: {contentType}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n");
        foreach ((string name, string value) in headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }
        head.Append("\r\n");
        await SendAsync(Encoding.Latin1.GetBytes(head.ToString()));
        await SendAsync(body);
    }

    /// <summary>Bytes as they are.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await _socket.SendAsync(bytes, End)..];
        }
    }

    /// <summary>Resets the connection.</summary>
    public void Abort()
    {
        Aborted = true;
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Close();
    }
}
