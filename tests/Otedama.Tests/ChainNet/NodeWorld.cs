using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Benchmarks;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.Ledgers;
using Otedama.Wire;

namespace Otedama.Tests.ChainNet;

/// <summary>
/// Whole peer nodes, from dialling to frames, in one thread and virtual time. Outside stand only sockets and TLS: links
/// are memory, as far away as the world says.
/// </summary>
internal sealed class NodeWorld(ulong seed, Func<IPAddress, IPAddress, double> wayMs)
{
    private readonly Dictionary<IPEndPoint, (WorldNetwork Network, IPeerNetworkUser User)> _doors = [];

    public SimSchedule Schedule { get; } = new();

    public ChainParameters Parameters { get; } = EasyShares.Parameters(12);

    public SeededRandom RandomFor(string actor) => SeededRandom.For(seed, actor);

    public void Run(TimeSpan time)
    {
        long end = Schedule.Now + time.Ticks;
        while (Schedule.RunNext(end))
        {
        }
    }

    public TimeSpan OneWay(IPAddress from, IPAddress to) => TimeSpan.FromMilliseconds(wayMs(from, to) / 2);

    public void Open(IPEndPoint place, WorldNetwork network, IPeerNetworkUser user) => _doors[place] = (network, user);

    public void Shut(WorldNetwork network)
    {
        foreach (IPEndPoint place in _doors.Where(door => door.Value.Network == network).Select(static door => door.Key).ToArray())
        {
            _doors.Remove(place);
        }
    }

    public (WorldNetwork Network, IPeerNetworkUser User)? Door(IPEndPoint place) =>
        _doors.TryGetValue(place, out (WorldNetwork, IPeerNetworkUser) door) ? door : null;
}

/// <summary>The sockets of one node of the world.</summary>
internal sealed class WorldNetwork(NodeWorld world, SimLife life, NodeId id, IPAddress address, Action moved) : IPeerNetwork
{
    private static int s_ports = 40_000;

    public NodeWorld World { get; } = world;

    public SimLife Life { get; } = life;

    public NodeId Id { get; } = id;

    public IPAddress Address { get; } = address;

    public Action Moved { get; } = moved;

    public int OpenCount => 0;

    public IReadOnlyList<IPEndPoint> Listen(IReadOnlyList<IPEndPoint> places, IPeerNetworkUser user)
    {
        places.ToList().ForEach(place => World.Open(place, this, user));
        return places;
    }

    /// <summary>TCP and TLS take a way there and back each.</summary>
    public void Dial(IPEndPoint place, NodeId? expected, long number, IPeerNetworkUser user)
    {
        TimeSpan way = World.OneWay(Address, place.Address);
        World.Schedule.After(4 * way, Life, () => Reach(place, expected, number, user));
    }

    public void Dispose() => World.Shut(this);

    private void Reach(IPEndPoint place, NodeId? expected, long number, IPeerNetworkUser user)
    {
        if (World.Door(place) is not { } door || (expected is { } id && door.Network.Id != id))
        {
            user.OnNoLink(place, number, PeerRefusal.Closed, "nobody is there");
            Moved();
            return;
        }
        IPEndPoint from = new(Address, Interlocked.Increment(ref s_ports) % 20_000 + 40_000);
        WorldLink here = new(this, door.Network.Id, isInitiator: true, place), there = new(door.Network, Id, isInitiator: false, from);
        (here.Other, there.Other) = (there, here);
        there.User = door.User.OnLink(there, 0);
        here.User = user.OnLink(here, number);
        there.User.Start();
        here.User.Start();
        Moved();
        door.Network.Moved();
    }
}

/// <summary>One end of a link.</summary>
internal sealed class WorldLink(WorldNetwork network, NodeId peer, bool isInitiator, IPEndPoint remote) : IPeerLink
{
    private readonly List<byte> _written = [];
    private bool _isClosed;

    public WorldLink Other { get; set; } = null!;

    public IPeerLinkUser User { get; set; } = null!;

    public NodeId Peer { get; } = peer;

    public bool IsInitiator { get; } = isInitiator;

    public IPEndPoint Remote { get; } = remote;

    public int Unsent => 0;

    private TimeSpan Way => network.World.OneWay(network.Address, Remote.Address);

    public bool Write(ReadOnlyMemory<byte> plain)
    {
        _written.AddRange(plain.Span);
        return !_isClosed;
    }

    public void Flush()
    {
        byte[] bytes = [.. _written];
        _written.Clear();
        network.World.Schedule.After(Way, Other.Life, () =>
        {
            if (!Other._isClosed)
            {
                Other.User.OnReceived(bytes);
                Other.Moved();
            }
        });
    }

    public void PauseReading()
    {
    }

    public void ResumeReading()
    {
    }

    public void Close(CloseReason reason)
    {
        if (_isClosed)
        {
            return;
        }
        _isClosed = true;
        network.World.Schedule.After(TimeSpan.Zero, Life, End);
        network.World.Schedule.After(Way, Other.Life, () => Other.Close(CloseReason.PeerClosed));
    }

    private SimLife Life => network.Life;

    private void Moved() => network.Moved();

    private void End()
    {
        User.OnClosed();
        Moved();
    }
}

/// <summary>An honest node of the world; its disk outlives it.</summary>
internal sealed class WorldNode : IBlockTimes
{
    private readonly NodeWorld _world;
    private readonly SimLife _life;
    private readonly IStep[] _steps;
    private readonly int[] _turns;
    private readonly ShareDesk _desk;

    public WorldNode(NodeWorld world, string address, Func<PeerNodeOptions, PeerNodeOptions> change, IFiles? disk = null)
    {
        _world = world;
        Address = IPAddress.Parse(address);
        Disk = disk ?? new CrashDisk();
        _life = new SimLife(world.Schedule, address);
        Clock = new SimClock(world.Schedule, _life);
        PoolWorld outside = new()
        {
            Time = Clock,
            Random = world.RandomFor(address),
            Transport = null!,
            Files = Disk,
            Nodes = null!,
            Loggers = NullLoggerFactory.Instance,
            Peers = (identity, _) => new WorldNetwork(world, _life, identity.Id, Address, Pump),
        };
        _desk = new ShareDesk(world.Parameters, NoProofs.Instance, outside, "chain");
        Node = new PeerNode(change(new PeerNodeOptions
        {
            ChainId = world.Parameters.Id,
            Folder = Folder,
            Listen = [new IPEndPoint(Address, Port)],
        }), _desk, this, outside);
        _steps = [.. Node.Steps];
        _turns = new int[_steps.Length];
        Node.Listen();
        for (int i = 0; i < _steps.Length; i++)
        {
            Plan(i, TimeSpan.Zero);
        }
    }

    public const string Folder = "peers";
    public const int Port = 30303;

    public IPAddress Address { get; }

    public IFiles Disk { get; }

    public TimeProvider Clock { get; }

    public PeerNode Node { get; }

    public ChainNetwork Look() => Node.Look(default);

    /// <summary>A clean end.</summary>
    public void End()
    {
        Node.Drain();
        _world.Run(TimeSpan.FromSeconds(1));
        Node.Dispose();
        _desk.Dispose();
        _life.End();
    }

    ValueTask<ICoinBlocks?> IBlockTimes.LookAsync(IEnumerable<Hash256> blocks, CancellationToken stop) => new((ICoinBlocks?)null);

    private void Pump()
    {
        for (int i = 0; _steps is not null && i < _steps.Length; i++)
        {
            if (_steps[i].Wake.TryTake())
            {
                Plan(i, TimeSpan.Zero);
            }
        }
    }

    private void Plan(int index, TimeSpan wait)
    {
        int turn = ++_turns[index];
        _world.Schedule.After(wait, _life, () =>
        {
            if (_turns[index] == turn)
            {
                TimeSpan pause = _steps[index].StepAsync(default).GetAwaiter().GetResult();
                if (pause != Timeout.InfiniteTimeSpan && _turns[index] == turn)
                {
                    Plan(index, pause);
                }
                Pump();
            }
        });
    }
}

/// <summary>A node that speaks the protocol and lies about where it is, to everybody it can reach.</summary>
internal sealed class WorldLiar : IPeerNetworkUser, IPeerHandler, IConduct
{
    private readonly NodeWorld _world;
    private readonly SimLife _life;
    private readonly WorldNetwork _network;
    private readonly PeerSessions _sessions;
    private readonly List<PeerSession> _open = [];
    private readonly PeerCoord _lie;

    public WorldLiar(NodeWorld world, string address, PeerCoord lie)
    {
        (_world, _lie) = (world, lie);
        _life = new SimLife(world.Schedule, address);
        NodeId id = NodeId.OfKey(System.Text.Encoding.ASCII.GetBytes(address));
        _network = new WorldNetwork(world, _life, id, IPAddress.Parse(address), static () => { });
        _sessions = new PeerSessions
        {
            ChainId = world.Parameters.Id,
            Own = id,
            Time = new SimClock(world.Schedule, _life),
            Random = world.RandomFor(address),
            Handler = this,
            Conduct = this,
        };
        Say();
    }

    public int Open => _open.Count;

    public List<PeerBye> Byes { get; } = [];

    public void Dial(WorldNode node) => _network.Dial(new IPEndPoint(node.Address, WorldNode.Port), null, 1, this);

    private void Say() => _world.Schedule.After(TimeSpan.FromSeconds(30), _life, () =>
    {
        Span<byte> body = stackalloc byte[PeerCoord.BytesMax];
        int bytes = _lie.Write(body);
        foreach (PeerSession session in _open.ToArray())
        {
            session.Send(PeerMessage.Coord, body[..bytes]);
        }
        _sessions.Tick();
        Say();
    });

    IPeerLinkUser IPeerNetworkUser.OnLink(IPeerLink link, long number) => new PeerLine(new PeerSession(_sessions, link), static () => { });

    void IPeerNetworkUser.OnNoLink(IPEndPoint place, long number, PeerRefusal reason, string detail)
    {
    }

    PeerHello IPeerHandler.Describe() => new() { Nonce = default, ChainProof = default, Observed = default, UserAgent = "liar" };

    void IPeerHandler.OnOpen(PeerSession session) => _open.Add(session);

    PeerTake IPeerHandler.OnMessage(PeerSession session, in PeerFrame frame) => PeerTake.Done;

    void IPeerHandler.OnRoundTrip(PeerSession session)
    {
    }

    void IPeerHandler.OnClosed(PeerSession session, PeerBye reason)
    {
        _open.Remove(session);
        Byes.Add(reason);
    }

    void IConduct.Report(NodeId peer, IPAddress address, int points, string what)
    {
    }
}
