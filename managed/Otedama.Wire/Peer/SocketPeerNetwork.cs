using System.Net;
using System.Net.Sockets;

namespace Otedama.Wire;

/// <summary>Links over TCP, with the budgets of handshakes and the puzzle under pressure.</summary>
public sealed class SocketPeerNetwork : IPeerNetwork
{
    /// <summary>Connections that wait to be accepted.</summary>
    private const int Backlog = 128;

    /// <summary>What a dialler that is refused solves, one after the other, and then gives up.</summary>
    private static readonly int[] s_ladder = [18, 20, 24];

    /// <summary>For 24 bits 16 million are expected; with five times as many one in 150 finds none.</summary>
    private const int AttemptsMax = 5 << 24;

    /// <summary>Milliseconds after which the kernel ends a link whose other end acknowledges nothing.</summary>
    private const int UnreadMs = 30_000;

    private const int LinuxTcp = 6, LinuxTcpUserTimeout = 18;

    private static readonly TimeSpan s_handshake = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_connect = TimeSpan.FromSeconds(10);

    private readonly NodeIdentity _own;
    private readonly TimeProvider _time;
    private readonly HandshakeGate _gate;
    private readonly PuzzleDoor _door;
    private readonly int _inboundMax;
    private readonly Func<UInt128> _draw;
    private readonly List<Socket> _listeners = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly long[] _counts = new long[Enum.GetValues<PeerRefusal>().Length];
    private int _open;
    private int _inbound;

    /// <param name="inboundMax">Links that may come in at once.</param>
    /// <param name="draw">Numbers nobody can foresee.</param>
    public SocketPeerNetwork(NodeIdentity own, TimeProvider time, int inboundMax, Func<UInt128> draw)
    {
        (_own, _time, _inboundMax, _draw) = (own, time, inboundMax, draw);
        _gate = new HandshakeGate(time);
        _door = new PuzzleDoor(own.Id, time);
    }

    public int OpenCount => Volatile.Read(ref _open);

    /// <summary>Handshakes that ended so; None are those that became links.</summary>
    public long Count(PeerRefusal reason) => Interlocked.Read(ref _counts[(int)reason]);

    public IReadOnlyList<IPEndPoint> Listen(IReadOnlyList<IPEndPoint> places, IPeerNetworkUser user)
    {
        foreach (IPEndPoint place in places)
        {
            Socket listener = new(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                listener.Bind(place);
                listener.Listen(Backlog);
            }
            catch (SocketException e)
            {
                listener.Dispose();
                throw new IOException($"other nodes cannot connect to {place}: {e.Message}", e);
            }
            _listeners.Add(listener);
            _ = AcceptAsync(listener, user);
        }
        return [.. _listeners.Select(static listener => (IPEndPoint)listener.LocalEndPoint!)];
    }

    public void Dial(IPEndPoint place, NodeId? expected, long number, IPeerNetworkUser user) =>
        _ = DialAsync(place, expected, number, user);

    public void Dispose()
    {
        _stop.Cancel();
        _listeners.ForEach(static listener => listener.Dispose());
        _stop.Dispose();
    }

    private async Task AcceptAsync(Socket listener, IPeerNetworkUser user)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Socket socket = await listener.AcceptAsync(_stop.Token);
                _ = ServeAsync(socket, user);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // One that was gone before it was accepted, or no more files: the next try comes when another one does.
                await Task.Delay(TimeSpan.FromMilliseconds(100), _time);
            }
        }
    }

    private async Task ServeAsync(Socket socket, IPeerNetworkUser user)
    {
        if (RemoteOf(socket) is not { } remote)
        {
            socket.Dispose();
            return;
        }
        int inbound = Interlocked.Increment(ref _inbound);
        try
        {
            _door.SetFullness((double)inbound / _inboundMax);
            PeerRefusal refusal = inbound > _inboundMax ? PeerRefusal.TooManyHandshakes : _gate.Enter(remote.Address);
            if (refusal != PeerRefusal.None)
            {
                socket.Dispose();
                Note(refusal);
                user.OnNoLink(remote, 0, refusal, "");
                return;
            }
            SocketPeerLink link = SocketPeerLink.Accepted(socket, remote, user, _own, _door);
            _ = LeaveAsync(link);
            await RunAsync(link, remote, 0, user);
        }
        finally
        {
            Interlocked.Decrement(ref _inbound);
        }
    }

    private async Task LeaveAsync(SocketPeerLink link)
    {
        await link.Shaken.WaitAsync(s_handshake + s_handshake, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _gate.Leave();
    }

    private async Task DialAsync(IPEndPoint place, NodeId? expected, long number, IPeerNetworkUser user)
    {
        string? solution = null;
        for (int tries = 0; ; tries++)
        {
            Socket socket = new(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                using CancellationTokenSource patience = new(s_connect, _time);
                await socket.ConnectAsync(place, patience.Token);
                Prepare(socket);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                socket.Dispose();
                user.OnNoLink(place, number, PeerRefusal.Closed, e is SocketException ? e.Message : "no answer within 10 seconds");
                return;
            }
            SocketPeerLink link = SocketPeerLink.Dialled(socket, place, number, user, _own, expected, solution);
            bool isOpen = await RunAsync(link, place, number, user, tellRefusal: tries >= s_ladder.Length || expected is null);
            if (isOpen || link.Refusal != PeerRefusal.PuzzleWanted || expected is null || tries >= s_ladder.Length)
            {
                return;
            }
            PeerPuzzle puzzle = new(PeerPuzzle.BucketOf(_time.GetUtcNow()), _draw(), 0);
            solution = puzzle.Search(expected.Value, s_ladder[tries], AttemptsMax)?.ToString();
        }
    }

    /// <summary>True when it came to a link, which then has ended.</summary>
    private async Task<bool> RunAsync(
        SocketPeerLink link, IPEndPoint remote, long number, IPeerNetworkUser user, bool tellRefusal = true)
    {
        Interlocked.Increment(ref _open);
        bool wasOpen = await link.RunAsync(s_handshake, _time);
        Interlocked.Decrement(ref _open);
        Note(wasOpen ? PeerRefusal.None : link.Refusal);
        if (!wasOpen && (tellRefusal || link.Refusal != PeerRefusal.PuzzleWanted))
        {
            user.OnNoLink(remote, number, link.Refusal, "");
        }
        return wasOpen;
    }

    private static IPEndPoint? RemoteOf(Socket socket)
    {
        try
        {
            Prepare(socket);
            return socket.RemoteEndPoint as IPEndPoint;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }

    private void Note(PeerRefusal reason) => Interlocked.Increment(ref _counts[(int)reason]);

    internal static void Prepare(Socket socket)
    {
        socket.NoDelay = true;
        if (!OperatingSystem.IsLinux())
        {
            return;
        }
        try
        {
            socket.SetRawSocketOption(LinuxTcp, LinuxTcpUserTimeout, BitConverter.GetBytes(UnreadMs));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ProtocolOption)
        {
            // A kernel without it: the session times what it sends by itself.
        }
    }
}
