using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Wire;

/// <summary>What every transport engine has to do, whatever it moves bytes with. One class for each engine derives from this.</summary>
public abstract class TransportConformance : ITransportHandler, IDisposable
{
    private const string Refused = "refused";

    private readonly ConcurrentQueue<string> _told = new();
    private readonly ConcurrentQueue<TransportConnection> _accepted = new();
    private ITransport? _transport;
    private bool _refuses;

    private protected HeldClock Clock { get; } = new();

    /// <summary>Lines that came and ends, in order.</summary>
    private protected IEnumerable<string> Told => _told;

    private protected IEnumerable<TransportConnection> Accepted => _accepted;

    protected abstract ITransportEngine Engine { get; }

    /// <summary>The other end of a new connection.</summary>
    protected abstract Task<Stream> ConnectAsync(IPEndPoint endpoint);

    /// <summary>Lets arrive what is under way, where that does not happen by itself.</summary>
    protected virtual void Settle()
    {
    }

    [Fact]
    public async Task Bytes_come_in_order_and_what_is_written_meanwhile_goes_back()
    {
        await using Stream client = await OpenAsync();
        for (int i = 0; i < 100; i++)
        {
            await SendAsync(client, $"line {i}\n");
            Assert.Equal($"echo line {i}", await ReadLineAsync(client));
        }
        Assert.Equal([.. Enumerable.Range(0, 100).Select(static i => $"line {i}")], Lines());
    }

    [Fact]
    public async Task What_is_written_later_waits_for_a_flush_or_the_end_of_a_batch()
    {
        Stream[] clients = [await OpenAsync(), await OpenAsync(), await OpenAsync()];
        TransportConnection[] connections = [.. _accepted];
        foreach (TransportConnection connection in connections)
        {
            Assert.True(connection.Write("job 1\n"u8));
            Assert.True(connection.Write("job 2\n"u8));
        }
        Task<string?> first = ReadLineAsync(clients[0]);
        _transport!.EndBatch(connections.AsSpan(1));
        Settle();
        foreach (Stream client in clients[1..])
        {
            Assert.Equal("job 1", await ReadLineAsync(client));
            Assert.Equal("job 2", await ReadLineAsync(client));
        }
        Assert.False(first.IsCompleted);
        connections[0].Flush();
        Settle();
        Assert.Equal("job 1", await first);
        Assert.Equal("job 2", await ReadLineAsync(clients[0]));
    }

    [Fact]
    public async Task A_close_sends_what_was_written_and_is_told_once()
    {
        await using Stream client = await OpenAsync();
        TransportConnection connection = Assert.Single(_accepted);
        connection.Write("goodbye\n"u8);
        connection.Close(CloseReason.RefusedWork);
        connection.Close(CloseReason.Banned);
        Settle();
        Assert.Equal("goodbye", await ReadLineAsync(client));
        Assert.Null(await ReadLineAsync(client));
        Assert.True(connection.IsClosed);
        Assert.False(connection.Write("late\n"u8));
        connection.Flush();
        Assert.Equal(["closed RefusedWork"], _told);
        Assert.Equal(0, _transport!.ConnectionCount);
    }

    [Fact]
    public async Task The_end_of_the_other_side_is_told_once()
    {
        Stream client = await OpenAsync();
        await client.DisposeAsync();
        await Patience.UntilAsync(() => !_told.IsEmpty, "the end");
        Assert.Equal(["closed PeerClosed"], _told);
        Assert.True(Assert.Single(_accepted).IsClosed);
    }

    [Fact]
    public async Task Who_is_refused_is_closed_and_nothing_more_is_told()
    {
        _refuses = true;
        Start();
        await using Stream client = await ConnectAsync(_transport!.Endpoints[0]);
        Assert.Null(await ReadLineAsync(client));
        await Patience.UntilAsync(() => _transport.ConnectionCount == 0, "the refusal");
        Assert.Equal([Refused], _told);
    }

    [Fact]
    public async Task More_than_the_limit_are_closed_and_counted_and_the_others_stay()
    {
        await using Stream first = await OpenAsync(static options => options with { ConnectionsMax = 1 });
        await using Stream second = await ConnectAsync(_transport!.Endpoints[0]);
        Assert.Null(await ReadLineAsync(second));
        Assert.Equal((1, 1L), (_transport.ConnectionCount, _transport.RefusedCount));
        await SendAsync(first, "here\n");
        Assert.Equal("echo here", await ReadLineAsync(first));
    }

    [Fact]
    public async Task Output_nobody_takes_ends_the_connection_at_the_bound()
    {
        await using Stream client = await OpenAsync(static options => options with { OutputBytesMax = 10_000 });
        TransportConnection connection = Assert.Single(_accepted);
        Assert.True(connection.Write(new byte[10_000]));
        Assert.False(connection.Write(new byte[1]));
        Assert.True(connection.IsClosed);
        Assert.Equal(["closed SlowReader"], _told);
    }

    [Fact]
    public async Task A_stop_listens_no_more_and_the_end_closes_all()
    {
        await using Stream client = await OpenAsync();
        IPEndPoint endpoint = _transport!.Endpoints[0];
        _transport.StopListening();
        await SendAsync(client, "still here\n");
        Assert.Equal("echo still here", await ReadLineAsync(client));
        Assert.True(await EndsAtOnceAsync(endpoint));
        _transport.Dispose();
        Settle();
        Assert.Null(await ReadLineAsync(client));
        Assert.Equal("closed ServerStopping", _told.Last());
    }

    public void Dispose()
    {
        End();
        GC.SuppressFinalize(this);
    }

    /// <summary>After each test, perhaps on another thread than the test's.</summary>
    protected virtual void End() => _transport?.Dispose();

    bool ITransportHandler.OnAccepted(TransportConnection connection)
    {
        if (_refuses)
        {
            _told.Enqueue(Refused);
            return false;
        }
        connection.State = new StringBuilder();
        _accepted.Enqueue(connection);
        return true;
    }

    void ITransportHandler.OnReceived(TransportConnection connection, ReadOnlySpan<byte> bytes)
    {
        StringBuilder text = (StringBuilder)connection.State!;
        text.Append(Encoding.ASCII.GetString(bytes));
        for (int end = text.ToString().IndexOf('\n'); end >= 0; end = text.ToString().IndexOf('\n'))
        {
            string line = text.ToString(0, end);
            text.Remove(0, end + 1);
            _told.Enqueue(line);
            connection.Write(Encoding.ASCII.GetBytes($"echo {line}\n"));
        }
    }

    void ITransportHandler.OnClosed(TransportConnection connection, CloseReason reason) => _told.Enqueue($"closed {reason}");

    private protected async Task<Stream> OpenAsync(Func<TransportOptions, TransportOptions>? change = null)
    {
        if (_transport is null)
        {
            Start(change);
        }
        int before = _accepted.Count;
        Stream client = await ConnectAsync(_transport!.Endpoints[0]);
        await Patience.UntilAsync(() => _accepted.Count > before, "the connection");
        return client;
    }

    private protected static async Task SendAsync(Stream stream, string text)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text));
        await stream.FlushAsync();
    }

    /// <summary>Null at the end of the connection.</summary>
    private protected static async Task<string?> ReadLineAsync(Stream stream)
    {
        StringBuilder line = new();
        byte[] one = new byte[1];
        try
        {
            while (await stream.ReadAsync(one).AsTask().WaitAsync(Patience.Limit) > 0)
            {
                if (one[0] == '\n')
                {
                    return line.ToString();
                }
                line.Append((char)one[0]);
            }
        }
        catch (IOException)
        {
            return null;
        }
        return null;
    }

    private async Task<bool> EndsAtOnceAsync(IPEndPoint endpoint)
    {
        try
        {
            await using Stream client = await ConnectAsync(endpoint);
            return await ReadLineAsync(client) is null;
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return true;
        }
    }

    private IEnumerable<string> Lines() => _told.Where(static line => line.StartsWith("line", StringComparison.Ordinal));

    private protected ITransport Start(Func<TransportOptions, TransportOptions>? change = null)
    {
        TransportOptions options = new() { Listen = [new IPEndPoint(IPAddress.Loopback, 0)] };
        _transport = Engine.Make(change is null ? options : change(options), Clock);
        _transport.Start(this);
        return _transport;
    }
}
