using System.Net;
using System.Net.Sockets;

namespace Otedama.Wire;

/// <summary>
/// Links to one node of this process over TCP of this machine: those that nodes have, without the budgets that
/// strangers get. For measurements.
/// </summary>
public sealed class LoopbackLinks : IDisposable
{
    private const int Backlog = 128;

    private static readonly TimeSpan s_handshake = TimeSpan.FromSeconds(30);

    private readonly NodeIdentity _server;
    private readonly IPeerNetworkUser _serverUser;
    private readonly TimeProvider _time;
    private readonly PuzzleDoor _door;
    private readonly HandshakeTurns _turns;
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly SemaphoreSlim _turn = new(1); // so that who is accepted is who has just connected

    /// <summary>Throws SocketException where this machine has no port to give.</summary>
    public LoopbackLinks(NodeIdentity server, IPeerNetworkUser serverUser, TimeProvider time)
    {
        (_server, _serverUser, _time) = (server, serverUser, time);
        _door = new PuzzleDoor(server.Id, time);
        _turns = new HandshakeTurns(_door, time);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(Backlog);
    }

    /// <summary>
    /// A link from this node, proved at both ends when the task ends. Ended: when both ends are closed. Throws
    /// IOException or SocketException when it comes to none.
    /// </summary>
    public async Task<LoopbackLink> ConnectAsync(NodeIdentity dialler, IPeerNetworkUser user)
    {
        IPEndPoint place = (IPEndPoint)_listener.LocalEndPoint!;
        (Socket socket, Socket accepted) = await SocketsAsync(place);
        SocketPeerLink one = SocketPeerLink.Dialled(
            socket, place, 1, user, _turns, _time, link => PeerTls.Dial(dialler, _server.Id, null, link));
        SocketPeerLink other = SocketPeerLink.Accepted(
            accepted, (IPEndPoint)accepted.RemoteEndPoint!, _serverUser, _turns, _time,
            link => PeerTls.Accept(_server, null, link));
        bool[] shaken = await Task.WhenAll(other.ShakeAsync(s_handshake), one.ShakeAsync(s_handshake));
        Task ended = Task.WhenAll(one.Ended, other.Ended);
        if (!shaken.All(static each => each))
        {
            await ended;
            throw new IOException($"two nodes of this process refused each other: {one.Refusal}, {other.Refusal}");
        }
        return new LoopbackLink(one, other, ended);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _turn.Dispose();
    }

    private async Task<(Socket Dialled, Socket Accepted)> SocketsAsync(IPEndPoint place)
    {
        await _turn.WaitAsync();
        try
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            Task<Socket> accepting = _listener.AcceptAsync();
            await socket.ConnectAsync(place);
            Socket accepted = await accepting;
            SocketPeerNetwork.Prepare(socket);
            SocketPeerNetwork.Prepare(accepted);
            return (socket, accepted);
        }
        finally
        {
            _turn.Release();
        }
    }
}

/// <summary>Both ends of one link.</summary>
public sealed record LoopbackLink(IPeerLink Dialled, IPeerLink Accepted, Task Ended)
{
    /// <summary>Ends when both ends have.</summary>
    public Task CloseAsync()
    {
        Dialled.Close(CloseReason.ServerStopping);
        Accepted.Close(CloseReason.ServerStopping);
        return Ended;
    }
}
