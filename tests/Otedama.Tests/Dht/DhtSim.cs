using System.Net;
using Otedama.Pool;
using Otedama.Tests.Ledgers;
using Otedama.Wire;

namespace Otedama.Tests.Dht;

/// <summary>A network in memory: datagrams take 50 ms, time moves when a test moves it, a seed makes all of it again.</summary>
internal sealed class DhtSim(ulong seed)
{
    private static readonly TimeSpan s_flight = TimeSpan.FromMilliseconds(50);

    private readonly PriorityQueue<Action, (DateTimeOffset At, long Order)> _events = new();
    private readonly Dictionary<PeerEndpoint, DatagramReceiver> _hosts = [];
    private long _order;

    public HeldClock Clock { get; } = new();

    public SeededRandom Random { get; } = new(seed);

    /// <summary>Every datagram that is sent goes by here first.</summary>
    public Action<PeerEndpoint, PeerEndpoint, byte[]>? Seen { get; set; }

    /// <summary>An address on the internet nobody else has, each in a /16 of its own.</summary>
    public PeerEndpoint FreshPlace()
    {
        while (true)
        {
            byte[] bytes = new byte[4];
            Random.Fill(bytes);
            PeerEndpoint place = PeerEndpoint.Of(new IPAddress(bytes), 6_881);
            if (place.IsPublic && !_hosts.Keys.Any(host => host.Provider == place.Provider))
            {
                return place;
            }
        }
    }

    public IDatagrams Open(PeerEndpoint place) => new Host(this, place);

    public void Listen(PeerEndpoint place, DatagramReceiver receiver) => _hosts[place] = receiver;

    public void Send(PeerEndpoint from, PeerEndpoint to, byte[] datagram)
    {
        Seen?.Invoke(from, to, datagram);
        At(s_flight, () => _hosts.GetValueOrDefault(to)?.Invoke(from, datagram));
    }

    public DhtNode Node(DhtOptions options, PeerEndpoint place, IDiscovered sink, IFiles? files = null)
    {
        DhtNode node = new(
            options,
            new DhtWorld
            {
                Time = Clock,
                Random = new SeededRandom(Random.NextUInt64()),
                Datagrams = Open(place),
                Names = new NoNames(),
                Files = files ?? new CrashDisk(),
            },
            sink);
        node.Start();
        Step(node);
        return node;
    }

    /// <summary>A network of servers that have found each other; the first is the way in.</summary>
    public List<PeerEndpoint> Grow(int count)
    {
        List<PeerEndpoint> places = [];
        for (int i = 0; i < count; i++)
        {
            PeerEndpoint place = FreshPlace();
            DhtOptions options = new() { Mode = DhtMode.Server, Nodes = [.. places.Take(3)] };
            Node(options, place, new Found());
            places.Add(place);
            Run(1);
        }
        Run(60);
        return places;
    }

    public void Run(double seconds)
    {
        DateTimeOffset end = Clock.GetUtcNow() + TimeSpan.FromSeconds(seconds);
        while (_events.TryPeek(out Action? next, out (DateTimeOffset At, long) when) && when.At <= end)
        {
            _events.Dequeue();
            Clock.Advance(when.At - Clock.GetUtcNow());
            next();
        }
        Clock.Advance(end - Clock.GetUtcNow());
    }

    public void At(TimeSpan after, Action action) => _events.Enqueue(action, (Clock.GetUtcNow() + after, _order++));

    private void Step(DhtNode node) =>
        At(node.StepAsync(default).AsTask().GetAwaiter().GetResult(), () => Step(node));

    private sealed class Host(DhtSim sim, PeerEndpoint place) : IDatagrams
    {
        public IReadOnlyList<IPEndPoint> Endpoints => [new(place.IP, place.Port)];

        public void Start(DatagramReceiver receiver) => sim.Listen(place, receiver);

        public void Send(PeerEndpoint to, ReadOnlySpan<byte> datagram) => sim.Send(place, to, datagram.ToArray());

        public void Dispose() => sim._hosts.Remove(place);
    }
}

/// <summary>Keeps all hints.</summary>
internal sealed class Found : IDiscovered
{
    public List<PeerHint> Hints { get; } = [];

    public bool HasEnough { get; set; }

    public void Offer(PeerHint hint) => Hints.Add(hint);
}

internal sealed class NoNames : INames
{
    public Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken stop) => Task.FromResult<IReadOnlyList<IPAddress>>([]);
}
