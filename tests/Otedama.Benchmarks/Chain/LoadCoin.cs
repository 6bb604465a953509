using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Otedama.Core;

namespace Otedama.Benchmarks;

/// <summary>
/// A coin node as far as a pool on Bitcoin regtest asks one: a template, another one when told, and an ear for blocks, all of
/// which it takes. JSON-RPC over HTTP on a port of 127.0.0.1; what the pool is measured with is its own client.
/// </summary>
internal sealed class LoadCoin : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Lock _gate = new();
    private readonly string _transactions;
    private readonly uint _bits;
    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Hash256 _tip;
    private int _height;

    /// <param name="transactions">In each template, of 250 bytes.</param>
    /// <param name="bits">Of each block.</param>
    /// <param name="height">Of the first one; below 150, where the subsidy halves.</param>
    public LoadCoin(int transactions, uint bits, int height)
    {
        (_bits, _height) = (bits, height);
        _transactions = string.Join(',', Enumerable.Range(1, transactions).Select(static i =>
        {
            byte[] data = new byte[250];
            BitConverter.TryWriteBytes(data, i);
            string id = Convert.ToHexStringLower(SHA256.HashData(data));
            return $"{{\"data\":\"{Convert.ToHexStringLower(data)}\",\"txid\":\"{id}\",\"hash\":\"{id}\",\"depends\":[],\"fee\":0,\"sigops\":0,\"weight\":1000}}";
        }));
        _listener.Start(backlog: 64);
        _ = AcceptAsync();
    }

    public Uri Uri => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>The block that is mined on.</summary>
    public Hash256 Tip
    {
        get
        {
            lock (_gate)
            {
                return _tip;
            }
        }
    }

    /// <summary>Stopwatch's time of the first byte of each submitblock, told when the request is whole.</summary>
    public Action<long> OnBlock { get; set; } = static _ => { };

    /// <summary>Another block is mined on, at the same height or the next.</summary>
    public void Move(Hash256 tip, bool isHigher)
    {
        TaskCompletionSource moved;
        lock (_gate)
        {
            _tip = tip;
            _height += isHigher ? 1 : 0;
            (moved, _moved) = (_moved, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        moved.SetResult();
    }

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptSocketAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using Socket connection = socket;
        connection.NoDelay = true;
        byte[] buffer = new byte[8 << 20]; // a block as hex
        int length = 0;
        long firstAt = 0;
        try
        {
            while (await connection.ReceiveAsync(buffer.AsMemory(length)) is int count and > 0)
            {
                firstAt = length == 0 ? Stopwatch.GetTimestamp() : firstAt;
                length += count;
                if (TryBody(buffer.AsSpan(0, length), out string head))
                {
                    length = 0;
                    await AnswerAsync(connection, head, firstAt);
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The pool hung up.
        }
    }

    /// <summary>head: the first bytes of the body, where the method and a long poll's id are.</summary>
    private static bool TryBody(ReadOnlySpan<byte> request, out string head)
    {
        const string Name = "Content-Length:";
        head = "";
        int end = request.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return false;
        }
        string lines = Encoding.ASCII.GetString(request[..end]);
        int at = lines.IndexOf(Name, StringComparison.OrdinalIgnoreCase) + Name.Length;
        int stop = lines.IndexOf('\r', at);
        int body = int.Parse(lines[at..(stop < 0 ? lines.Length : stop)], CultureInfo.InvariantCulture);
        ReadOnlySpan<byte> rest = request[(end + 4)..];
        head = Encoding.ASCII.GetString(rest[..Math.Min(rest.Length, 512)]);
        return rest.Length >= body;
    }

    private async Task AnswerAsync(Socket connection, string head, long firstAt)
    {
        if (head.Contains("\"submitblock\"", StringComparison.Ordinal))
        {
            OnBlock(firstAt);
        }
        if (head.Contains("longpollid", StringComparison.Ordinal))
        {
            await Moved(head);
        }
        byte[] body = Encoding.ASCII.GetBytes($"{{\"result\":{ResultOf(head)},\"error\":null,\"id\":0}}");
        byte[] lines = Encoding.ASCII.GetBytes(
            $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n");
        for (ReadOnlyMemory<byte> left = (byte[])[.. lines, .. body]; left.Length > 0;)
        {
            left = left[await connection.SendAsync(left)..];
        }
    }

    /// <summary>Ends when the tip is another one than the long poll names.</summary>
    private Task Moved(string head)
    {
        lock (_gate)
        {
            return head.Contains(_tip.ToString(), StringComparison.Ordinal) ? _moved.Task : Task.CompletedTask;
        }
    }

    private string ResultOf(string head)
    {
        lock (_gate)
        {
            int blocks = _height - 1;
            return head switch
            {
                var h when h.Contains("\"getblockchaininfo\"", StringComparison.Ordinal) =>
                    $"{{\"chain\":\"regtest\",\"blocks\":{blocks},\"headers\":{blocks},\"initialblockdownload\":false}}",
                var h when h.Contains("\"getblockhash\"", StringComparison.Ordinal) => $"\"{CoinCatalogue.BitcoinRegtest.Genesis}\"",
                var h when h.Contains("\"getconnectioncount\"", StringComparison.Ordinal) => "8",
                var h when h.Contains("\"getbestblockhash\"", StringComparison.Ordinal) => $"\"{_tip}\"",
                var h when h.Contains("\"proposal\"", StringComparison.Ordinal) => "null",
                var h when h.Contains("\"getblocktemplate\"", StringComparison.Ordinal) => Template(),
                _ => "null",
            };
        }
    }

    private string Template() => string.Create(CultureInfo.InvariantCulture,
        $"{{\"version\":536870912,\"rules\":[\"csv\",\"segwit\"],\"previousblockhash\":\"{_tip}\",\"transactions\":[{_transactions}],"
        + $"\"coinbaseaux\":{{}},\"coinbasevalue\":{FreeShares.CoinValue},\"longpollid\":\"{_tip}\",\"mintime\":1,"
        + $"\"mutable\":[\"time\",\"transactions\",\"prevblock\"],\"noncerange\":\"00000000ffffffff\",\"sigoplimit\":80000,"
        + $"\"sizelimit\":4000000,\"weightlimit\":4000000,\"curtime\":{TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()},"
        + $"\"bits\":\"{_bits:x8}\",\"height\":{_height}}}");
}
