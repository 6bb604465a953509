using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama.Tests.Peers;

/// <summary>One node of a test over sockets on 127.0.0.1: the real links, with sessions on them or without.</summary>
internal sealed class SocketNode : IPeerNetworkUser, IDisposable
{
    private readonly NodeIdentity _identity;
    private readonly bool _hasSessions;

    /// <summary>
    /// number: another node for each. stopwatch: what its handshakes are measured with. draws: random parts of the puzzles
    /// it solves; 77 when there are no more.
    /// </summary>
    public SocketNode(
        byte number, HeldClock clock, int inboundMax = 1_000, bool hasSessions = false, TimeProvider? stopwatch = null,
        IReadOnlyList<uint>? draws = null, int atTheDoor = 0)
    {
        Queue<uint> left = new(draws ?? []);
        _identity = PeerSamples.Make(number);
        _hasSessions = hasSessions;
        Peer = new TestPeer($"socket {number}", clock, own: _identity.Id);
        Network = new SocketPeerNetwork(_identity, clock, inboundMax, () => left.Count > 0 ? left.Dequeue() : 77, stopwatch ?? new HeldClock(),
            atTheDoor);
        Place = Network.Listen([new IPEndPoint(IPAddress.Loopback, 0)], this)[0];
    }

    public NodeId Id => _identity.Id;

    public IPEndPoint Place { get; }

    public SocketPeerNetwork Network { get; }

    /// <summary>Who has the sessions.</summary>
    public TestPeer Peer { get; }

    /// <summary>Links without a session on them.</summary>
    public ConcurrentQueue<RawLine> Lines { get; } = [];

    public ConcurrentQueue<(long Number, PeerRefusal Reason)> Refused { get; } = [];

    /// <summary>What was said of each of them.</summary>
    public ConcurrentQueue<string> Details { get; } = [];

    /// <summary>Addresses that are not counted.</summary>
    public Func<IPAddress, bool> Allows { get; set; } = static _ => false;

    bool IPeerNetworkUser.IsAllowed(IPAddress address) => Allows(address);

    IPeerLinkUser IPeerNetworkUser.OnLink(IPeerLink link, long number)
    {
        if (_hasSessions)
        {
            return new PeerLine(new PeerSession(Peer.Sessions, link), static () => { });
        }
        RawLine line = new(link);
        Lines.Enqueue(line);
        return line;
    }

    void IPeerNetworkUser.OnNoLink(IPEndPoint place, long number, PeerRefusal reason, string detail)
    {
        Details.Enqueue(detail);
        Refused.Enqueue((number, reason));
    }

    /// <summary>Dials and waits for the link.</summary>
    public Task<RawLine> LinkAsync(SocketNode to) => LinkAsync(to, to.Id);

    /// <summary>The same, expecting this node or anybody.</summary>
    public async Task<RawLine> LinkAsync(SocketNode to, NodeId? expected)
    {
        int before = Lines.Count;
        Network.Dial(to.Place, expected, 1, this);
        await Patience.UntilAsync(() => Lines.Count > before, "a link");
        return Lines.Last();
    }

    /// <summary>A TCP connection that says nothing, from 127.0.0.1 or another address of the loopback network.</summary>
    public Socket Connect(string from = "127.0.0.1")
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        socket.Connect(Place);
        return socket;
    }

    public Task UntilAsync(PeerRefusal reason, long count) =>
        Patience.UntilAsync(() => Network.Count(reason) >= count, $"{count} handshakes that end with {reason}");

    public void Dispose()
    {
        Network.Dispose();
        _identity.Dispose();
    }
}

/// <summary>A link as it is; keeps what it hears.</summary>
internal sealed class RawLine(IPeerLink link) : IPeerLinkUser
{
    private readonly List<byte> _heard = [];
    private readonly Lock _gate = new();

    public IPeerLink Link { get; } = link;

    public bool IsClosed { get; private set; }

    public byte[] Heard
    {
        get
        {
            lock (_gate)
            {
                return [.. _heard];
            }
        }
    }

    public void Say(byte[] bytes)
    {
        Link.Write(bytes);
        Link.Flush();
    }

    /// <summary>The last message heard, when it is a goodbye.</summary>
    public PeerBye? Bye
    {
        get
        {
            PeerFrameReader reader = new();
            reader.Append(Heard);
            PeerBye? bye = null;
            while (reader.TryNext(out PeerFrame frame, out _))
            {
                bye = frame.Message == PeerMessage.Bye ? PeerBye.Read(frame.Body) : null;
            }
            return bye;
        }
    }

    public void Start()
    {
    }

    public void OnReceived(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            _heard.AddRange(bytes);
        }
    }

    public void OnSent()
    {
    }

    public void OnClosed() => IsClosed = true;
}
