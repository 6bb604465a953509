using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Otedama.Wire;

namespace Otedama.Benchmarks;

/// <summary>A link to a node from an address of our choice, which the program's own links do not do.</summary>
internal sealed class LoadLink : IPeerLink, IPeerTlsUser
{
    private readonly Socket _socket;
    private readonly Channel<byte[]> _out = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TaskCompletionSource<PeerRefusal> _shaken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PeerTls _tls;
    private Func<LoadLink, IPeerLinkUser>? _user;
    private IPeerLinkUser? _speaker;
    private volatile bool _isDeaf;

    private LoadLink(Socket socket, NodeIdentity own, NodeId server, string? solution, Func<LoadLink, IPeerLinkUser>? user)
    {
        (_socket, _user) = (socket, user);
        Remote = (IPEndPoint)socket.RemoteEndPoint!;
        _tls = PeerTls.Dial(own, server, solution, this);
        _ = SendAsync();
        _ = ReceiveAsync();
    }

    public NodeId Peer { get; private set; }

    public bool IsInitiator => true;

    public IPEndPoint Remote { get; }

    public int Unsent => 0;

    /// <summary>None: there is a link.</summary>
    public Task<PeerRefusal> Shaken => _shaken.Task;

    public Task Ended => _ended.Task;

    /// <summary>user: who speaks over it; null: nobody does.</summary>
    public static async Task<LoadLink> OpenAsync(
        Place place, NodeIdentity own, string? solution, Func<LoadLink, IPeerLinkUser>? user, CancellationToken stop) =>
        new(await ConnectAsync(place, stop), own, place.Server, solution, user);

    public static async Task<Socket> ConnectAsync(Place place, CancellationToken stop)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(new IPEndPoint(place.From, 0));
            await socket.ConnectAsync(place.To, stop);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public bool Write(ReadOnlyMemory<byte> plain) => _tls.TryEncrypt(plain);

    public void Flush()
    {
    }

    public void PauseReading() => _isDeaf = true;

    public void ResumeReading() => _isDeaf = false;

    public void Close(CloseReason reason)
    {
        _out.Writer.TryComplete();
        _socket.Dispose();
    }

    void IPeerTlsUser.OnOpen(NodeId peer)
    {
        Peer = peer;
        _speaker = _user?.Invoke(this);
        _speaker?.Start();
        _shaken.TrySetResult(PeerRefusal.None);
    }

    void IPeerTlsUser.OnPlain(ReadOnlySpan<byte> plain) => _speaker?.OnReceived(plain);

    void IPeerTlsUser.OnCipher(ReadOnlySpan<byte> cipher) => _out.Writer.TryWrite(cipher.ToArray());

    void IPeerTlsUser.OnEnd(PeerRefusal reason) => _shaken.TrySetResult(reason);

    private async Task ReceiveAsync()
    {
        byte[] buffer = new byte[16 << 10];
        try
        {
            while (await _socket.ReceiveAsync(buffer) is int count and > 0)
            {
                _tls.Feed(buffer.AsMemory(0, count));
                while (_isDeaf && _socket.Connected && !_out.Reader.Completion.IsCompleted)
                {
                    await Task.Delay(500);
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The node closed it: what this is to show.
        }
        _tls.End();
        Close(CloseReason.PeerClosed);
        _speaker?.OnClosed();
        _ended.TrySetResult();
    }

    private async Task SendAsync()
    {
        try
        {
            await foreach (byte[] bytes in _out.Reader.ReadAllAsync())
            {
                for (ReadOnlyMemory<byte> left = bytes; left.Length > 0;)
                {
                    left = left[await _socket.SendAsync(left)..];
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            _isDeaf = false;
            _socket.Dispose();
        }
    }
}

/// <summary>From where, to where, and who answers there.</summary>
internal sealed record Place(IPAddress From, IPEndPoint To, NodeId Server);
