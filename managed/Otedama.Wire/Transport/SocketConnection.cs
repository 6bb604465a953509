using System.Net;
using System.Net.Sockets;

namespace Otedama.Wire;

/// <summary>
/// One socket: what comes before the first line, and the end. Receiving, sending and TLS are in their own files.
/// </summary>
internal sealed partial class SocketConnection : TransportConnection
{
    private readonly SocketTransport _transport;
    private readonly Socket _socket;
    private readonly long _startedAt;
    private Prelude _prelude;
    private bool _isPlain; // the prelude is over, and lines follow it
    private bool _accepted;
    private int _closed;

    public SocketConnection(SocketTransport transport, Socket socket, bool tlsOnly)
    {
        _transport = transport;
        _socket = socket;
        _startedAt = transport.Time.GetTimestamp();
        IPEndPoint remote = (IPEndPoint)socket.RemoteEndPoint!;
        Remote = remote.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(remote.Address.MapToIPv4(), remote.Port) : remote;
        LocalPort = ((IPEndPoint)socket.LocalEndPoint!).Port;
        _prelude = new Prelude(transport.IsProxy(Remote.Address), tlsOnly);
        _receive = new ReceiveArgs(this);
    }

    public override bool IsClosed => Volatile.Read(ref _closed) != 0;

    /// <summary>Starts receiving; the caller has entered the connection into the transport's table.</summary>
    public void Begin()
    {
        if (_prelude.AwaitsHeader || Announce())
        {
            StartReceiving();
            return;
        }
        EndReceiving();
    }

    /// <summary>
    /// Closes a connection that hangs before its first line or does not read. Called about once a second.
    /// </summary>
    public void CheckTimeouts()
    {
        TimeProvider time = _transport.Time;
        long since = Volatile.Read(ref _sendingSince);
        if (since != 0 && time.GetElapsedTime(since) > _transport.Options.UnreadTimeout)
        {
            Close(CloseReason.SlowReader);
            return;
        }
        bool hangs = _prelude.AwaitsHeader || _tls is { IsOpen: false };
        if (hangs && time.GetElapsedTime(_startedAt) > _transport.Options.PreludeTimeout)
        {
            Close(_prelude.AwaitsHeader ? CloseReason.BadProxyHeader : CloseReason.TlsFailed);
        }
    }

    public override void Close(CloseReason reason)
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
        {
            return;
        }
        FinishSending();
        _transport.Forget(this);
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
            // The other end is gone already.
        }
        catch (ObjectDisposedException)
        {
            // Dispose below is harmless twice.
        }
        _socket.Dispose();
        if (_accepted)
        {
            _transport.Handler.OnClosed(this, reason);
        }
    }

    private bool Announce()
    {
        _accepted = _transport.Handler.OnAccepted(this);
        if (!_accepted)
        {
            Close(CloseReason.Banned);
        }
        return _accepted;
    }

    /// <summary>Bytes as they came from the socket.</summary>
    private void Deliver(ReadOnlySpan<byte> bytes)
    {
        if (_isPlain)
        {
            Hand(bytes);
        }
        else if (_tls is not null)
        {
            DeliverTls(bytes);
        }
        else
        {
            PassPrelude(bytes);
        }
    }

    private void Hand(ReadOnlySpan<byte> plain)
    {
        if (_transport.Trace is { } trace)
        {
            WireTrace.Received(trace, Id, plain);
        }
        _transport.Handler.OnReceived(this, plain);
        Flush();
    }

    private void PassPrelude(ReadOnlySpan<byte> bytes)
    {
        PreludeStep step = _prelude.Take(ref bytes);
        if (step == PreludeStep.HeaderEnded)
        {
            Remote = _prelude.Source ?? Remote;
            if (!Announce())
            {
                return;
            }
            step = _prelude.Take(ref bytes);
        }
        switch (step)
        {
            case PreludeStep.Plain:
                _isPlain = true;
                Hand(bytes);
                break;
            case PreludeStep.Tls: BeginTls(bytes); break;
            case PreludeStep.NotTls: Close(CloseReason.TlsRequired); break;
            case PreludeStep.BadHeader: Close(CloseReason.BadProxyHeader); break;
        }
    }
}
