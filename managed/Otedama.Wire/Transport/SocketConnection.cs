using System.Net;
using System.Net.Sockets;

namespace Otedama.Wire;

/// <summary>A connection on a .NET socket. Receiving and sending are in their own files.</summary>
internal sealed partial class SocketConnection : StreamConnection
{
    private readonly SocketTransport _transport;
    private readonly Socket _socket;

    public SocketConnection(SocketTransport transport, Socket socket, bool tlsOnly)
        : base(transport, (IPEndPoint)socket.RemoteEndPoint!, ((IPEndPoint)socket.LocalEndPoint!).Port, tlsOnly)
    {
        _transport = transport;
        _socket = socket;
        _receive = new ReceiveArgs(this);
    }

    /// <summary>Starts receiving; the caller has entered the connection into the transport's table.</summary>
    public void Begin()
    {
        if (Greet())
        {
            StartReceiving();
            return;
        }
        EndReceiving();
    }

    /// <summary>Also closes one that does not read.</summary>
    public override void CheckTimeouts()
    {
        long since = Volatile.Read(ref _sendingSince);
        if (since != 0 && _transport.Time.GetElapsedTime(since) > _transport.Options.UnreadTimeout)
        {
            Close(CloseReason.SlowReader);
            return;
        }
        base.CheckTimeouts();
    }

    protected override void Shut(CloseReason reason)
    {
        FinishSending();
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
    }
}
