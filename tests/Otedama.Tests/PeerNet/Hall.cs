using System.Net;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama.Tests.PeerNet;

/// <summary>
/// A network of real PeerNodes, and of strangers, in one thread and from one seed: links are memory with latency, their
/// ends are proved by being told. Nothing below the frames is there: no sockets, no TLS.
/// </summary>
internal sealed class Hall
{
    private readonly Dictionary<IPEndPoint, (NodeId Id, IPeerNetworkUser User)> _listening = [];
    private readonly ulong _seed;
    private int _lastPort = 40_000;

    public Hall(ulong seed)
    {
        _seed = seed;
        Life = new SimLife(Schedule, "hall");
        Clock = new SimClock(Schedule, Life);
    }

    public SimSchedule Schedule { get; } = new();

    public SimLife Life { get; }

    public TimeProvider Clock { get; }

    /// <summary>One way, of a link of these two addresses.</summary>
    public Func<IPAddress, IPAddress, TimeSpan> Latency { get; set; } = static (_, _) => TimeSpan.FromMilliseconds(20);

    /// <summary>Whether links tell their wire's way, as those of Linux do.</summary>
    public bool TellsWire { get; init; } = true;

    /// <summary>How much longer than the way what this address says takes; its wire is as fast as its place lets it.</summary>
    public Func<IPAddress, TimeSpan> Dawdles { get; set; } = static _ => TimeSpan.Zero;

    /// <summary>Every frame that arrives, with who sent it and who has it.</summary>
    public Action<IPAddress, IPAddress, PeerFrameSeen> OnFrame { get; set; } = static (_, _, _) => { };

    /// <summary>Dials so far, with who dialled whom.</summary>
    public List<(IPAddress From, IPEndPoint To)> Dials { get; } = [];

    public static PeerAddress Named(NodeId id, IPAddress address) =>
        PeerAddress.TryParse($"otp2p://{id}@{address}:{HallNode.Port}", out PeerAddress? named, out string? error)
            ? named : throw new FormatException(error);

    public SeededRandom RandomFor(string actor) => SeededRandom.For(_seed, actor);

    public void Run(double seconds)
    {
        long until = Schedule.Now + TimeSpan.FromSeconds(seconds).Ticks;
        while (Schedule.RunNext(until))
        {
        }
    }

    public IPeerNetwork NetworkOf(NodeId id, IPAddress address) => new Network(this, id, address);

    private sealed class Network(Hall hall, NodeId own, IPAddress address) : IPeerNetwork
    {
        private readonly List<IPEndPoint> _places = [];
        private readonly List<Link> _links = [];

        public int OpenCount => _links.Count(static link => !link.IsClosed);

        public (int In, int Out) Shaking => default; // ends are proved at once

        public long Count(PeerRefusal reason) => 0;

        public IReadOnlyList<IPEndPoint> Listen(IReadOnlyList<IPEndPoint> places, IPeerNetworkUser user)
        {
            IPEndPoint place = new(address, places[0].Port);
            hall._listening.Add(place, (own, user));
            _places.Add(place);
            return [place];
        }

        public void Dial(IPEndPoint place, NodeId? expected, long number, IPeerNetworkUser user)
        {
            hall.Dials.Add((address, place));
            hall.Schedule.After(hall.Latency(address, place.Address), hall.Life, () =>
            {
                if (!hall._listening.TryGetValue(place, out (NodeId Id, IPeerNetworkUser User) there))
                {
                    user.OnNoLink(place, number, PeerRefusal.Closed, "nobody listens there");
                }
                else if (expected is { } id && id != there.Id)
                {
                    user.OnNoLink(place, number, PeerRefusal.WrongNode, "");
                }
                else
                {
                    Join(place, there.Id, number, user, there.User);
                }
            });
        }

        public void Dispose()
        {
            _places.ForEach(place => hall._listening.Remove(place));
            _links.ForEach(static link => link.Close(CloseReason.ServerStopping));
        }

        private void Join(IPEndPoint place, NodeId other, long number, IPeerNetworkUser user, IPeerNetworkUser otherUser)
        {
            Link near = new(hall, other, isInitiator: true, address, place);
            Link far = new(hall, own, isInitiator: false, place.Address, new IPEndPoint(address, ++hall._lastPort));
            (near.Back, far.Back) = (far, near);
            (near.User, far.User) = (user.OnLink(near, number), otherUser.OnLink(far, 0));
            _links.Add(near);
            near.User.Start();
            far.User.Start();
        }
    }

    /// <summary>One end.</summary>
    private sealed class Link(Hall hall, NodeId peer, bool isInitiator, IPAddress own, IPEndPoint remote) : IPeerLink
    {
        private readonly PeerFrameReader _tap = new();
        private bool _hasEnded;

        public Link Back { get; set; } = null!;

        public IPeerLinkUser User { get; set; } = null!;

        public NodeId Peer => peer;

        public bool IsInitiator => isInitiator;

        public IPEndPoint Remote => remote;

        public TimeSpan? WireRoundTrip => hall.TellsWire ? 2 * hall.Latency(own, remote.Address) : null;

        public int Unsent { get; private set; }

        public bool IsClosed { get; private set; }

        public bool Write(ReadOnlyMemory<byte> plain)
        {
            if (IsClosed)
            {
                return false;
            }
            byte[] bytes = plain.ToArray();
            Unsent += bytes.Length;
            Later(() =>
            {
                Unsent -= bytes.Length;
                Back.Receive(bytes);
                User.OnSent();
            });
            return true;
        }

        public void Flush()
        {
        }

        public void PauseReading()
        {
        }

        public void ResumeReading()
        {
        }

        public void Close(CloseReason reason)
        {
            if (!IsClosed)
            {
                IsClosed = true;
                Later(() => Back.Close(CloseReason.PeerClosed)); // after what was written
                hall.Schedule.After(TimeSpan.Zero, hall.Life, End);
            }
        }

        private void Receive(byte[] bytes)
        {
            _tap.Append(bytes);
            while (_tap.TryNext(out PeerFrame frame, out _))
            {
                hall.OnFrame(remote.Address, own, new PeerFrameSeen(frame.Message, frame.Correlation, frame.Body.ToArray()));
            }
            if (!IsClosed)
            {
                User.OnReceived(bytes);
            }
        }

        private void End()
        {
            if (!_hasEnded)
            {
                _hasEnded = true;
                User.OnClosed();
            }
        }

        private void Later(Action what) => hall.Schedule.After(hall.Latency(own, remote.Address) + hall.Dawdles(own), hall.Life, what);
    }
}

/// <summary>A frame as it went by.</summary>
internal sealed record PeerFrameSeen(PeerMessage Message, uint Correlation, byte[] Body)
{
    public int Addresses => Message == PeerMessage.Addr ? Body.Length / PeerBody.AddrBytes : 0;

    public IEnumerable<PeerAddrEntry> Entries => Enumerable.Range(0, Addresses).Select(i => PeerAddrEntry.Read(Body, i));
}
