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

    private const int Shaking = 0, Open = 1, Refused = 2; // what became of the handshake

    /// <summary>What is said last has so long to be taken; then the socket is closed whatever waits.</summary>
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(2);

    private readonly Socket _socket;
    private readonly IPeerNetworkUser _owner;
    private readonly HandshakeTurns _turns;
    private readonly TimeProvider _time;
    private readonly long _number;
    private readonly TaskCompletionSource _shaken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PeerTls _tls;
    private readonly Lock _gate = new(); // guards the next three
    private WireBuffer _waiting = new();
    private WireBuffer _sending = new(); // SendAsync reads its bytes outside of the lock
    private bool _isSending;
    private volatile IPeerLinkUser? _user;
    private volatile TaskCompletionSource? _pause;
    private int _outcome = Shaking;
    private int _closed;

    private SocketPeerLink(
        Socket socket, IPEndPoint remote, long number, IPeerNetworkUser owner, HandshakeTurns turns, TimeProvider time,
        Func<SocketPeerLink, PeerTls> tls)
    {
        (_socket, Remote, _number, _owner, _turns, _time) = (socket, remote, number, owner, turns, time);
        IsInitiator = number != 0;
        _tls = tls(this);
    }

    public NodeId Peer { get; private set; }

    public bool IsInitiator { get; }

    public IPEndPoint Remote { get; }

    /// <summary>How long the connection took to be made, for a system that does not tell; null for one that came in.</summary>
    public TimeSpan? Connected { private get; set; }

    /// <summary>Of what the kernel has acknowledged, the handshake of TCP included.</summary>
    public TimeSpan? WireRoundTrip => TcpInfo.ShortestRoundTrip(_socket) ?? Connected;

    /// <summary>Why the handshake failed; None when it did not.</summary>
    public PeerRefusal Refusal { get; private set; }

    /// <summary>
    /// Who the other end says it is where it wants a puzzle solved; nothing proves it. Null where it does not.
    /// </summary>
    public NodeId? Told => _tls.Told;

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

    /// <summary>Ends when the link has; there may be more to say before.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Over a connected socket, which it closes.</summary>
    public static SocketPeerLink Dialled(
        Socket socket, IPEndPoint remote, long number, IPeerNetworkUser owner, HandshakeTurns turns, TimeProvider time,
        Func<IPeerTlsUser, PeerTls> tls) => new(socket, remote, number, owner, turns, time, tls);

    /// <summary>As above, for one that came in.</summary>
    public static SocketPeerLink Accepted(
        Socket socket, IPEndPoint remote, IPeerNetworkUser owner, HandshakeTurns turns, TimeProvider time,
        Func<IPeerTlsUser, PeerTls> tls) => new(socket, remote, 0, owner, turns, time, tls);

    /// <summary>
    /// Begins to receive. first: what was received before. True when the handshake was done within the time; otherwise
    /// the link is closed.
    /// </summary>
    public async Task<bool> ShakeAsync(TimeSpan within, ReadOnlyMemory<byte> first = default)
    {
        Flush(); // what the dialler says first
        _ = ReceiveAsync(first);
        Task either = Task.WhenAny(_shaken.Task, _ended.Task);
        await either.WaitAsync(within, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Interlocked.CompareExchange(ref _outcome, Refused, Shaking) == Open)
        {
            return true;
        }
        if (!either.IsCompleted)
        {
            Refusal = PeerRefusal.HandshakeTimeout;
            _socket.Dispose(); // it had its time
        }
        else if (Refusal == PeerRefusal.None)
        {
            Refusal = PeerRefusal.TlsFailed;
        }
        Close(CloseReason.TlsFailed);
        return false;
    }

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
        Flush();
        bool isIdle;
        lock (_gate)
        {
            isIdle = !_isSending;
        }
        if (isIdle)
        {
            Shut();
        }
        _ = CutAsync();
    }

    void IPeerTlsUser.OnOpen(NodeId peer)
    {
        if (Interlocked.CompareExchange(ref _outcome, Open, Shaking) != Shaking)
        {
            return; // too late
        }
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
        Refusal = Volatile.Read(ref _outcome) == Shaking ? reason : Refusal;
        _shaken.TrySetResult();
    }

    private async Task ReceiveAsync(ReadOnlyMemory<byte> first)
    {
        try
        {
            if (!first.IsEmpty)
            {
                await TakeAsync(first);
            }
            byte[] buffer = new byte[ReceiveBytes];
            while (await _socket.ReceiveAsync(buffer.AsMemory()) is int count and > 0)
            {
                await TakeAsync(buffer.AsMemory(0, count));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The link broke, or we closed it.
        }
        _tls.End();
        Close(CloseReason.PeerClosed);
        _socket.Dispose();
        _user?.OnClosed();
        _ended.TrySetResult();
    }

    /// <summary>
    /// After our last words nothing is listened to; it is only read, for a socket that is closed with something unread
    /// takes those words back.
    /// </summary>
    private async ValueTask TakeAsync(ReadOnlyMemory<byte> bytes)
    {
        if (Volatile.Read(ref _closed) != 0)
        {
            return;
        }
        if (_tls.IsOpen)
        {
            _tls.Feed(bytes);
        }
        else
        {
            await _turns.FeedAsync(_tls, bytes, IsInitiator);
        }
        Flush();
        if (_pause is { } pause)
        {
            await pause.Task;
        }
    }

    /// <summary>Who writes is told between two batches, so that much goes through the same memory.</summary>
    private async Task SendAsync()
    {
        do
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
                Interlocked.Exchange(ref _closed, 1);
                TryRest(isBroken: true);
                _socket.Dispose();
                return;
            }
            if (_closed == 0)
            {
                _user?.OnSent();
            }
        }
        while (!TryRest(isBroken: false));
        if (_closed != 0)
        {
            Shut();
        }
    }

    /// <summary>What has come to be sent; empty when there is nothing now.</summary>
    private ReadOnlyMemory<byte> Next()
    {
        lock (_gate)
        {
            _sending.Reset(); // what was in it has gone
            (_waiting, _sending) = (_sending, _waiting);
            return _sending.WrittenMemory;
        }
    }

    /// <summary>
    /// Ends the sending unless something has come meanwhile, which a broken link forgets. An idle link keeps no memory.
    /// </summary>
    private bool TryRest(bool isBroken)
    {
        lock (_gate)
        {
            if (_waiting.Length > 0 && !isBroken)
            {
                return false;
            }
            _waiting.Clear();
            _sending.Clear();
            _isSending = false;
            return true;
        }
    }

    /// <summary>Tells the other end that nothing more comes, whereupon it closes.</summary>
    private void Shut()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is gone already.
        }
    }

    /// <summary>If it does not.</summary>
    private async Task CutAsync()
    {
        await _ended.Task.WaitAsync(s_lastWords, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _socket.Dispose();
    }
}
