using System.Net;
using System.Net.Sockets;

namespace Otedama.Wire;

/// <summary>Real UDP, one socket for each family and a task that reads each.</summary>
public sealed class UdpDatagrams : IDatagrams
{
    /// <summary>A longer datagram comes in cut off and is then passed over.</summary>
    private const int BytesMax = 2_048;

    /// <summary>
    /// Windows: otherwise an ICMP "port unreachable" for something sent ends the next receive with an error.
    /// </summary>
    private const int ReportUnreachable = unchecked((int)0x9800_000C);

    private readonly List<Socket> _sockets = [];
    private bool _isDisposed;

    /// <summary>
    /// Binds each address, such as 0.0.0.0:30303 and [::]:30303. Throws SocketException when none can be bound;
    /// where a machine has only one of two families, the other is left out.
    /// </summary>
    public UdpDatagrams(params IReadOnlyList<IPEndPoint> endpoints)
    {
        SocketException? problem = null;
        foreach (IPEndPoint endpoint in endpoints)
        {
            try
            {
                _sockets.Add(Bind(endpoint));
            }
            catch (SocketException e)
            {
                problem = e;
            }
        }
        if (_sockets.Count == 0)
        {
            throw (Exception?)problem ?? new ArgumentException("UDP: no address to bind");
        }
    }

    public IReadOnlyList<IPEndPoint> Endpoints => [.. _sockets.Select(static socket =>
        (IPEndPoint)socket.LocalEndPoint!)];

    public void Start(DatagramReceiver receiver)
    {
        foreach (Socket socket in _sockets)
        {
            _ = ReceiveAsync(socket, receiver);
        }
    }

    public void Send(PeerEndpoint to, ReadOnlySpan<byte> datagram)
    {
        AddressFamily family = to.IsV6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        try
        {
            _ = _sockets.Find(socket =>
                socket.AddressFamily == family)?.SendTo(datagram, SocketFlags.None, new IPEndPoint(to.IP, to.Port));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Lost: no route, a full buffer, or the end.
        }
    }

    public void Dispose()
    {
        _isDisposed = true;
        _sockets.ForEach(static socket => socket.Dispose());
    }

    private static Socket Bind(IPEndPoint endpoint)
    {
        Socket socket = new(endpoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (endpoint.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = false; // the same port is bound for IPv4 beside it
            }
            if (OperatingSystem.IsWindows())
            {
                _ = socket.IOControl(ReportUnreachable, [0, 0, 0, 0], null);
            }
            socket.Blocking = false;
            socket.Bind(endpoint);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static PeerEndpoint PeerOf(IPEndPoint remote) => PeerEndpoint.Of(remote.Address, remote.Port);

    private async Task ReceiveAsync(Socket socket, DatagramReceiver receiver)
    {
        byte[] buffer = new byte[BytesMax];
        IPEndPoint any = new(socket.AddressFamily == AddressFamily.InterNetworkV6
            ? IPAddress.IPv6Any : IPAddress.Any, 0);
        while (!_isDisposed)
        {
            try
            {
                SocketReceiveFromResult got = await socket.ReceiveFromAsync(buffer, SocketFlags.None, any);
                receiver(PeerOf((IPEndPoint)got.RemoteEndPoint), buffer.AsSpan(0, got.ReceivedBytes));
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.OperationAborted or SocketError.Interrupted)
            {
                return;
            }
            catch (SocketException)
            {
                // Too long a datagram, or an answer to something we sent; the next one may be better.
                await Task.Yield();
            }
        }
    }
}
