using System.Net;
using System.Net.Sockets;

namespace Otedama.Wire;

/// <summary>
/// One link over a socket: TLS in memory, and a loop that receives. Sending has no loop: whoever writes begins it, and
/// its end goes on with what came meanwhile.
/// </summary>
internal sealed class SocketPeerLink : IPeerLink, IPeerTlsUser
{
    private const int ReceiveBytes = 64 << 10;

    private readonly Socket _socket;
    private readonly IPeerNetworkUser _owner;
    private readonly long _number;
    private readonly TaskCompletionSource _shaken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PeerTls _tls;
    private readonly Lock _gate = new(); // guards the next three
    private WireBuffer _waiting = new();
    private WireBuffer _sending = new(); // SendAsync reads its bytes outside of the lock
    private bool _isSending;
    private volatile IPeerLinkUser? _user;
    private volatile TaskCompletionSource? _pause;
    private int _closed;

    private SocketPeerLink(
        Socket socket, IPEndPoint remote, long number, IPeerNetworkUser owner, Func<SocketPeerLink, PeerTls> tls)
    {
        (_socket, Remote, _number, _owner) = (socket, remote, number, owner);
        IsInitiator = number != 0;
        _tls = tls(this);
    }

    public NodeId Peer { get; private set; }

    public bool IsInitiator { get; }

    public IPEndPoint Remote { get; }

    /// <summary>Why the handshake failed; None when it did not.</summary>
    public PeerRefusal Refusal { get; private set; }

    public int Unsent
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Length + _sending.Length;
            }
        }
    }

    /// <summary>Over a connected socket, which it closes.</summary>
    public static SocketPeerLink Dialled(
        Socket socket, IPEndPoint remote, long number, IPeerNetworkUser owner, NodeIdentity own, NodeId? expected, string? solution) =>
        new(socket, remote, number, owner, link => PeerTls.Dial(own, expected, solution, link));

    /// <summary>As above, for one that came in.</summary>
    public static SocketPeerLink Accepted(
        Socket socket, IPEndPoint remote, IPeerNetworkUser owner, NodeIdentity own, PuzzleDoor door) =>
        new(socket, remote, 0, owner, link => PeerTls.Accept(own, door, link));

    /// <summary>Receives until the link ends. True when the handshake was done within the time.</summary>
    public async Task<bool> RunAsync(TimeSpan handshake, TimeProvider time)
    {
        Flush(); // what the dialler says first
        Task receiving = ReceiveAsync();
        await Task.WhenAny(_shaken.Task, receiving, Task.Delay(handshake, time));
        if (_user is null)
        {
            Refusal = Refusal == PeerRefusal.None ? receiving.IsCompleted ? PeerRefusal.TlsFailed : PeerRefusal.HandshakeTimeout : Refusal;
            Close(CloseReason.TlsFailed);
        }
        await receiving;
        return _user is not null;
    }

    /// <summary>Ends when the handshake has, either way.</summary>
    public Task Shaken => _shaken.Task;

    public bool Write(ReadOnlyMemory<byte> plain) => _closed == 0 && _tls.TryEncrypt(plain);

    public void Flush()
    {
        lock (_gate)
        {
            if (_isSending || _waiting.Length == 0)
            {
                return;
            }
            _isSending = true;
        }
        _ = SendAsync();
    }

    public void PauseReading() => _pause ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void ResumeReading()
    {
        TaskCompletionSource? pause = _pause;
        _pause = null;
        pause?.TrySetResult();
    }

    public void Close(CloseReason reason)
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
        {
            return;
        }
        ResumeReading();
        bool isIdle;
        lock (_gate)
        {
            isIdle = !_isSending;
        }
        if (isIdle)
        {
            Shut();
        }
    }

    void IPeerTlsUser.OnOpen(NodeId peer)
    {
        Peer = peer;
        IPeerLinkUser user = _owner.OnLink(this, _number);
        _user = user;
        user.Start();
        _shaken.TrySetResult();
    }

    void IPeerTlsUser.OnPlain(ReadOnlySpan<byte> plain) => _user?.OnReceived(plain);

    void IPeerTlsUser.OnCipher(ReadOnlySpan<byte> cipher)
    {
        lock (_gate)
        {
            _waiting.Append(cipher);
        }
    }

    void IPeerTlsUser.OnEnd(PeerRefusal reason)
    {
        Refusal = _user is null ? reason : PeerRefusal.None;
        _shaken.TrySetResult();
    }

    private async Task ReceiveAsync()
    {
        byte[] buffer = new byte[ReceiveBytes];
        try
        {
            while (await _socket.ReceiveAsync(buffer.AsMemory()) is int count and > 0)
            {
                _tls.Feed(buffer.AsSpan(0, count));
                Flush();
                if (_pause is { } pause)
                {
                    await pause.Task;
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The link broke, or we closed it.
        }
        _tls.End();
        Close(CloseReason.PeerClosed);
        _user?.OnClosed();
    }

    private async Task SendAsync()
    {
        try
        {
            while (Next() is { Length: > 0 } bytes)
            {
                while (bytes.Length > 0)
                {
                    bytes = bytes[await _socket.SendAsync(bytes)..];
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            lock (_gate)
            {
                _waiting.Clear();
                _sending.Clear();
                _isSending = false;
            }
            Interlocked.Exchange(ref _closed, 1);
            Shut();
            return;
        }
        if (_closed != 0)
        {
            Shut();
        }
        else
        {
            _user?.OnSent();
        }
    }

    /// <summary>What has come to be sent; empty ends the sending.</summary>
    private ReadOnlyMemory<byte> Next()
    {
        lock (_gate)
        {
            _sending.Clear(); // what was in it has gone; an idle link keeps no memory
            (_waiting, _sending) = (_sending, _waiting);
            _isSending = _sending.Length > 0;
            return _sending.WrittenMemory;
        }
    }

    /// <summary>The end of the receiving loop follows.</summary>
    private void Shut()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is gone already.
        }
        _socket.Dispose();
    }
}
