using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Otedama.Tests.Pool;

/// <summary>A miner's end of a connection: sends lines, reads lines, with timeouts.</summary>
internal sealed class TestMiner : IDisposable
{
    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly StreamReader _reader;

    private TestMiner(Socket socket, Stream stream)
    {
        _socket = socket;
        _stream = stream;
        _reader = new StreamReader(stream, Encoding.UTF8);
    }

    public static async Task<TestMiner> ConnectAsync(IPEndPoint endpoint, bool tls = false)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(endpoint);
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (tls)
        {
            SslStream secure = new(stream, leaveInnerStreamOpen: false, (_, _, _, _) => true);
            await secure.AuthenticateAsClientAsync("localhost").WaitAsync(Patience.Limit);
            stream = secure;
        }
        return new TestMiner(socket, stream);
    }

    public Task SendAsync(string line) => SendRawAsync(line + "\n");

    public async Task SendRawAsync(string text) => await SendBytesAsync(Encoding.UTF8.GetBytes(text));

    public async Task SendBytesAsync(ReadOnlyMemory<byte> bytes)
    {
        await _stream.WriteAsync(bytes);
        await _stream.FlushAsync();
    }

    /// <summary>The next line; null when the connection was closed.</summary>
    public async Task<string?> ReadAsync()
    {
        try
        {
            return await _reader.ReadLineAsync().WaitAsync(Patience.Limit);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Everything up to the end of the connection.</summary>
    public async Task ReadToEndAsync()
    {
        while (await ReadAsync() is not null)
        {
        }
    }

    /// <summary>The next message of this method; others are skipped.</summary>
    public async Task<JsonElement> ReadNotificationAsync(string method)
    {
        while (true)
        {
            JsonElement message = await ReadMessageAsync();
            if (message.TryGetProperty("method", out JsonElement name) && name.GetString() == method)
            {
                return message;
            }
        }
    }

    /// <summary>The parameters of the first job for which this is true; others are skipped.</summary>
    public async Task<JsonElement> ReadJobAsync(Func<JsonElement, bool> isIt)
    {
        while (true)
        {
            JsonElement job = (await ReadNotificationAsync("mining.notify")).GetProperty("params");
            if (isIt(job))
            {
                return job;
            }
        }
    }

    /// <summary>The next reply; notifications are skipped.</summary>
    public async Task<JsonElement> ReadReplyAsync()
    {
        while (true)
        {
            JsonElement message = await ReadMessageAsync();
            if (!message.TryGetProperty("method", out _))
            {
                return message;
            }
        }
    }

    public async Task<JsonElement> ReadMessageAsync()
    {
        string line = await ReadAsync() ?? throw new IOException("the server closed the connection");
        return JsonDocument.Parse(line).RootElement.Clone();
    }

    public async Task<JsonElement> CallAsync(string line)
    {
        await SendAsync(line);
        return await ReadReplyAsync();
    }

    /// <summary>Subscribes and authorizes; returns extranonce 1 and leaves set_difficulty and notify to be read.</summary>
    public async Task<string> LoginAsync(string user, string userAgent = "test/1", string password = "x")
    {
        JsonElement subscribed = await CallAsync($$"""{"id":1,"method":"mining.subscribe","params":["{{userAgent}}"]}""");
        JsonElement authorized = await CallAsync($$"""{"id":2,"method":"mining.authorize","params":["{{user}}","{{password}}"]}""");
        if (authorized.GetProperty("result").ValueKind != JsonValueKind.True)
        {
            throw new IOException(authorized.ToString());
        }
        return subscribed.GetProperty("result")[1].GetString()!;
    }

    public void Dispose()
    {
        _socket.Dispose();
        _stream.Dispose();
    }
}
