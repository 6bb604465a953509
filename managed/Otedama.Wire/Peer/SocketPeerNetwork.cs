using System.Net;
using System.Net.Sockets;

namespace Otedama.Wire;

/// <summary>Links over TCP, with the budgets of handshakes and the puzzle under pressure.</summary>
public sealed class SocketPeerNetwork : IPeerNetwork
{
    /// <summary>Connections that wait to be accepted.</summary>
    private const int Backlog = 128;

    /// <summary>
    /// Bits of what a dialler that is refused solves, one after the other, and then gives up. The second is ten seconds
    /// of a core, and not for an id that nothing proves: anybody may have put that address about.
    /// </summary>
    private static readonly int[] s_ladder = [20, 24];

    private const int StepsOfUnproved = 1;

    private const string UnprovedWords = "it has too much to do for somebody who does not know its id, and is called again "
        + "later; one that is named as otp2p://ID@host:port gets in sooner";

    /// <summary>For 24 bits 16 million are expected; with five times as many one in 150 finds none.</summary>
    private const int AttemptsMax = 5 << 24;

    /// <summary>Attempts after which others of this process have a turn; some tenths of a second.</summary>
    private const int AttemptsAtOnce = 1 << 18;

    /// <summary>Of those who were refused, so many are given time to close themselves.</summary>
    private const int PartingMax = 64;

    /// <summary>Milliseconds after which the kernel ends a link whose other end acknowledges nothing.</summary>
    private const int UnreadMs = 30_000;

    private const int LinuxTcp = 6, LinuxTcpUserTimeout = 18;

    private static readonly TimeSpan s_handshake = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_connect = TimeSpan.FromSeconds(10);

    private readonly NodeIdentity _own;
    private readonly TimeProvider _time;
    private readonly HandshakeGate _gate;
    private readonly PuzzleDoor _door;
    private readonly HandshakeTurns _turns;
    private readonly int _inboundMax, _atTheDoor;
    private readonly Func<UInt128> _draw;
    private readonly List<Socket> _listeners = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopping;
    private readonly SemaphoreSlim _solving = new(1, 1); // puzzles keep one core busy, however many want them
    private readonly long[] _counts = new long[Enum.GetValues<PeerRefusal>().Length];
    private int _open;
    private int _inbound;
    private int _dialling;
    private int _parting;

    /// <param name="inboundMax">Links that may come in at once; the puzzle goes by how full this is.</param>
    /// <param name="atTheDoor">Links that may come in beyond these, until it is known which one goes.</param>
    /// <param name="draw">Numbers nobody can foresee.</param>
    public SocketPeerNetwork(
        NodeIdentity own, TimeProvider time, int inboundMax, int atTheDoor, Func<UInt128> draw)
        : this(own, time, inboundMax, draw, TimeProvider.System, atTheDoor)
    {
    }

    /// <summary>stopwatch: what turns of handshakes are measured with.</summary>
    internal SocketPeerNetwork(
        NodeIdentity own, TimeProvider time, int inboundMax, Func<UInt128> draw, TimeProvider stopwatch,
        int atTheDoor = 0)
    {
        (_own, _time, _inboundMax, _atTheDoor, _draw) = (own, time, inboundMax, atTheDoor, draw);
        _gate = new HandshakeGate(time);
        _door = new PuzzleDoor(own.Id, time);
        _turns = new HandshakeTurns(_door, stopwatch);
        _stopping = _stop.Token;
    }

    public int OpenCount => Volatile.Read(ref _open);

    public (int In, int Out) Shaking => (_gate.Count, Volatile.Read(ref _dialling));

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
                throw new IOException($"other nodes cannot connect to {place}: {e.Message}. Stop what "
                    + "listens there, or choose another p2p.port or p2p.listen", e);
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
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                Socket socket = await listener.AcceptAsync(_stopping);
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
        await Task.Yield(); // what one of them costs keeps nobody from being accepted
        DoorGuest guest = new(remote.Address, user.IsAllowed(remote.Address), socket.Dispose);
        SocketPeerLink? refused = null;
        PeerRefusal refusal = _gate.Enter(guest);
        if (refusal == PeerRefusal.None)
        {
            long came = _time.GetTimestamp();
            (byte[] hello, refusal) = await FirstHello.ReadAsync(socket, s_handshake, _time);
            TimeSpan spent = _time.GetElapsedTime(came), left = spent < s_handshake ? s_handshake - spent : TimeSpan.Zero;
            if (refusal == PeerRefusal.None)
            {
                (refusal, refused) = await AdmitAsync(socket, remote, user, guest, hello, left);
            }
            _gate.Leave(guest);
        }
        if (refusal != PeerRefusal.None)
        {
            refusal = guest.IsPutOut ? PeerRefusal.GaveWay : refusal;
            Note(refusal);
            user.OnNoLink(remote, 0, refusal, "");
            await PartAsync(refused);
            socket.Dispose();
        }
    }

    /// <summary>
    /// It has spoken. None when it came to a link, which then has ended; else a link that may have been refused.
    /// </summary>
    private async Task<(PeerRefusal Refusal, SocketPeerLink? Refused)> AdmitAsync(
        Socket socket, IPEndPoint remote, IPeerNetworkUser user, DoorGuest guest, byte[] hello, TimeSpan left)
    {
        int inbound = CountInbound(1);
        _door.SetFullness((double)(inbound - 1) / _inboundMax); // as it was found: the last place is free as well
        try
        {
            PeerRefusal refusal = _gate.Begin(guest, isTableFull: inbound > _inboundMax + _atTheDoor);
            if (refusal != PeerRefusal.None)
            {
                return (refusal, null);
            }
            _door.SetHeld(_gate.Held);
            PuzzleDoor? door = guest.IsAllowed ? null : _door;
            SocketPeerLink link = SocketPeerLink.Accepted(
                socket, remote, user, _turns, _time, link => PeerTls.Accept(_own, door, link));
            refusal = await ShakeAsync(link, left, () => _gate.Leave(guest), hello);
            if (refusal != PeerRefusal.None)
            {
                return (refusal, link);
            }
            Note(PeerRefusal.None);
            await link.Ended;
            return (PeerRefusal.None, null);
        }
        finally
        {
            CountInbound(-1);
        }
    }

    /// <summary>
    /// Until who was refused has read why. Who does not close then keeps a socket for two seconds; not too many do.
    /// </summary>
    private async Task PartAsync(SocketPeerLink? link)
    {
        if (Interlocked.Increment(ref _parting) <= PartingMax && link is not null)
        {
            await link.Ended;
        }
        Interlocked.Decrement(ref _parting);
    }

    private async Task DialAsync(IPEndPoint place, NodeId? expected, long number, IPeerNetworkUser user)
    {
        (PeerRefusal refusal, string detail, NodeId? told) =
            await TryDialAsync(place, expected, number, user, solution: null);
        int steps = expected is null ? StepsOfUnproved : s_ladder.Length;
        for (int step = 0; refusal == PeerRefusal.PuzzleWanted && number > 0 && step < steps; step++)
        {
            if ((expected ?? told) is not { } server)
            {
                break;
            }
            if (await SolveAsync(server, s_ladder[step]) is not { } solution)
            {
                break;
            }
            (refusal, detail, told) = await TryDialAsync(place, expected, number, user, solution);
        }
        if (refusal != PeerRefusal.None)
        {
            bool isUnproved = refusal == PeerRefusal.PuzzleWanted && expected is null;
            user.OnNoLink(place, number, refusal, isUnproved ? UnprovedWords : detail);
        }
    }

    /// <summary>
    /// None when it came to a link, which then has ended. Detail: what the system said. Told: who it says it is, where it
    /// wants a puzzle solved.
    /// </summary>
    private async Task<(PeerRefusal Refusal, string Detail, NodeId? Told)> TryDialAsync(
        IPEndPoint place, NodeId? expected, long number, IPeerNetworkUser user, string? solution)
    {
        Socket socket = new(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        Interlocked.Increment(ref _dialling);
        long began = _time.GetTimestamp();
        TimeSpan took;
        try
        {
            using CancellationTokenSource patience = new(s_connect, _time);
            await socket.ConnectAsync(place, patience.Token);
            took = _time.GetElapsedTime(began);
            Prepare(socket);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            Interlocked.Decrement(ref _dialling);
            Note(PeerRefusal.Closed);
            return (PeerRefusal.Closed, e is SocketException ? e.Message : "no answer within 10 seconds", null);
        }
        SocketPeerLink link = SocketPeerLink.Dialled(
            socket, place, number, user, _turns, _time, link => PeerTls.Dial(_own, expected, solution, link));
        link.Connected = took > TimeSpan.Zero ? took : null;
        PeerRefusal refusal = await ShakeAsync(link, s_handshake, () => Interlocked.Decrement(ref _dialling));
        Note(refusal);
        await link.Ended;
        return (refusal, "", link.Told);
    }

    /// <summary>Null when chance did not want it, or this node stops.</summary>
    private async Task<string?> SolveAsync(NodeId server, int bits)
    {
        try
        {
            await _solving.WaitAsync(_stopping);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        try
        {
            PeerPuzzle puzzle = new(PeerPuzzle.BucketOf(_time.GetUtcNow()), _draw(), 0);
            while (puzzle.Counter < AttemptsMax && !_stopping.IsCancellationRequested)
            {
                if (puzzle.Search(server, bits, AttemptsAtOnce) is { } solved)
                {
                    return solved.ToString();
                }
                puzzle = puzzle with { Counter = puzzle.Counter + AttemptsAtOnce };
                await Task.Yield();
            }
            return null;
        }
        finally
        {
            _solving.Release();
        }
    }

    /// <summary>Until the handshake is over, whichever way; None when there is a link. The link ends later.</summary>
    private async Task<PeerRefusal> ShakeAsync(
        SocketPeerLink link, TimeSpan within, Action over, ReadOnlyMemory<byte> first = default)
    {
        PeerRefusal refusal = await link.ShakeAsync(within, first) ? PeerRefusal.None : link.Refusal;
        over();
        if (refusal == PeerRefusal.None)
        {
            Interlocked.Increment(ref _open);
            _ = link.Ended.ContinueWith(_ => Interlocked.Decrement(ref _open), TaskScheduler.Default);
        }
        return refusal;
    }

    private int CountInbound(int change) => Interlocked.Add(ref _inbound, change);

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

    /// <summary>What every socket of a link is told.</summary>
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
