using System.Net;
using System.Net.Sockets;

namespace Otedama.Wire;

/// <summary>One socket: what comes before the first line, and the end. Receiving, sending and TLS are in their own files.</summary>
internal sealed partial class SocketConnection : TransportConnection
{
    private const byte TlsHandshakeRecord = 0x16;

    private readonly SocketTransport _transport;
    private readonly Socket _socket;
    private readonly bool _tlsOnly;
    private readonly long _startedAt;
    private Phase _phase;
    private byte[]? _prelude;
    private int _preludeLength;
    private bool _accepted;
    private int _closed;

    public SocketConnection(SocketTransport transport, Socket socket, bool tlsOnly)
    {
        _transport = transport;
        _socket = socket;
        _tlsOnly = tlsOnly;
        _startedAt = transport.Time.GetTimestamp();
        IPEndPoint remote = (IPEndPoint)socket.RemoteEndPoint!;
        Remote = remote.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(remote.Address.MapToIPv4(), remote.Port) : remote;
        LocalPort = ((IPEndPoint)socket.LocalEndPoint!).Port;
        _phase = transport.IsProxy(Remote.Address) ? Phase.Proxy : Phase.FirstByte;
        _receive = new ReceiveArgs(this);
    }

    private enum Phase : byte
    {
        Proxy,
        FirstByte,
        Plain,
        TlsHandshake,
        Tls,
    }

    public override bool IsClosed => Volatile.Read(ref _closed) != 0;

    /// <summary>Starts receiving; the caller has entered the connection into the transport's table.</summary>
    public void Begin()
    {
        if (_phase == Phase.Proxy || Announce())
        {
            StartReceiving();
            return;
        }
        ReleaseReceive();
    }

    /// <summary>Closes a connection that hangs before its first line or does not read. Called about once a second.</summary>
    public void CheckTimeouts()
    {
        if (Volatile.Read(ref _sendingSince) is long since && since != 0 && _transport.Time.GetElapsedTime(since) > _transport.Options.UnreadTimeout)
        {
            Close(CloseReason.SlowReader);
            return;
        }
        if (_phase is Phase.Proxy or Phase.TlsHandshake
            && _transport.Time.GetElapsedTime(_startedAt) > _transport.Options.PreludeTimeout)
        {
            Close(_phase == Phase.Proxy ? CloseReason.BadProxyHeader : CloseReason.TlsFailed);
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

    /// <summary>Bytes as they came from the socket, in any phase but TLS.</summary>
    private void Deliver(ReadOnlySpan<byte> bytes)
    {
        if (_phase == Phase.Proxy && !PassProxyHeader(ref bytes))
        {
            return;
        }
        if (_phase == Phase.FirstByte && !bytes.IsEmpty)
        {
            if (bytes[0] == TlsHandshakeRecord)
            {
                BeginTls(bytes);
                return;
            }
            if (_tlsOnly)
            {
                Close(CloseReason.TlsRequired);
                return;
            }
            _phase = Phase.Plain;
        }
        if (!bytes.IsEmpty)
        {
            Hand(bytes);
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

    /// <summary>Takes the PROXY header off; false while it is incomplete or when the connection was closed.</summary>
    private bool PassProxyHeader(ref ReadOnlySpan<byte> bytes)
    {
        _prelude ??= new byte[ProxyHeader.BytesMax + ReceiveSlabs.SliceBytes];
        bytes.CopyTo(_prelude.AsSpan(_preludeLength));
        _preludeLength += bytes.Length;
        ProxyHeaderStatus status = ProxyHeader.TryParse(_prelude.AsSpan(0, _preludeLength), out IPEndPoint? source, out int consumed);
        if (status == ProxyHeaderStatus.NeedMore)
        {
            return false;
        }
        if (status == ProxyHeaderStatus.Bad)
        {
            Close(CloseReason.BadProxyHeader);
            return false;
        }
        Remote = source ?? Remote;
        bytes = _prelude.AsSpan(consumed, _preludeLength - consumed);
        _prelude = null;
        _phase = Phase.FirstByte;
        return Announce();
    }
}
