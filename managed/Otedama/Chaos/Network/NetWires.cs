using System.Net;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama;

/// <summary>
/// What lies between the nodes: who listens where, how far they are apart, and who cannot reach whom.
/// </summary>
internal sealed class NetWires(NetWorld world)
{
    /// <summary>A call that nobody answers is given up after this.</summary>
    private static readonly TimeSpan s_dialPatience = TimeSpan.FromSeconds(10);

    private readonly SeededRandom _random = world.RandomFor("wires");
    private readonly Dictionary<IPEndPoint, NetPort> _listening = [];
    private readonly Dictionary<(int, int), TimeSpan> _latencies = [];
    private readonly List<NetLink> _links = [];
    private readonly Dictionary<int, int> _sides = [];

    /// <summary>Links that stand, in no order that means anything.</summary>
    public IReadOnlyList<NetLink> Links => _links;

    public bool IsParted => _sides.Count > 0;

    public long BytesSent { get; set; }

    public void Listen(IPEndPoint place, NetPort port) => _listening[place] = port;

    public void Leave(NetPort port)
    {
        if (_listening.GetValueOrDefault(port.Place) == port)
        {
            _listening.Remove(port.Place);
        }
    }

    public void Forget(NetLink link) => _links.Remove(link);

    /// <summary>TCP takes one way to and fro, TLS another; then both have a link.</summary>
    public void Dial(NetPort from, IPEndPoint place, NodeId? expected, long number, IPeerNetworkUser user)
    {
        NetPort? known = _listening.GetValueOrDefault(place);
        TimeSpan way = 2 * (known is null ? TimeSpan.FromMilliseconds(100) : Latency(from.Number, known.Number));
        bool isCut = known is not null && AreParted(from.Number, known.Number);
        world.Schedule.After(isCut ? s_dialPatience : 2 * way, world.Life, () =>
        {
            NetPort? to = isCut ? null : _listening.GetValueOrDefault(place);
            bool isClosed = to is null || to == from || to.IsFull || AreParted(from.Number, to.Number);
            PeerRefusal refusal = isClosed ? PeerRefusal.Closed
                : expected is { } wanted && wanted != to!.Id ? PeerRefusal.WrongNode : PeerRefusal.None;
            if (refusal == PeerRefusal.None && !from.Life.IsOver)
            {
                Join(from, to!, place, number, user);
            }
            else
            {
                from.Do(() => user.OnNoLink(place, number, refusal, "in a simulation"));
            }
        });
    }

    /// <summary>
    /// From now on who is on one side does not reach the other; what was sent may still come after the heal.
    /// </summary>
    public void Part(IEnumerable<int> actors, TimeSpan length)
    {
        foreach (int actor in actors)
        {
            _sides[actor] = _random.Below(2);
        }
        StallBetween(length);
    }

    /// <summary>From now on these reach each other only, and are reached by nobody else.</summary>
    public void Enclose(IEnumerable<int> actors, TimeSpan length)
    {
        foreach (int actor in actors)
        {
            _sides[actor] = 1;
        }
        StallBetween(length);
    }

    public void Heal()
    {
        _sides.Clear();
        _links.ForEach(static link => link.Stall(TimeSpan.Zero));
    }

    private void StallBetween(TimeSpan length)
    {
        foreach (NetLink link in _links.Where(link => AreParted(link.One.Port.Number, link.Other.Port.Number)).ToList())
        {
            link.Stall(length);
        }
    }

    private void Join(NetPort from, NetPort to, IPEndPoint place, long number, IPeerNetworkUser user)
    {
        world.Audit.OnDialled(from, place.Address);
        NetLink link = new(world, from, to, place, Latency(from.Number, to.Number), _random.NextUInt64());
        _links.Add(link);
        to.Do(() => link.Other.Begin(to.User, 0));
        from.Do(() => link.One.Begin(user, number));
    }

    private bool AreParted(int one, int other) => _sides.GetValueOrDefault(one) != _sides.GetValueOrDefault(other);

    private TimeSpan Latency(int one, int other)
    {
        (int, int) pair = (Math.Min(one, other), Math.Max(one, other));
        if (!_latencies.TryGetValue(pair, out TimeSpan latency))
        {
            double ms = world.Options.LatencyMs(_random, pair.Item1, pair.Item2) + _random.Fraction();
            latency = TimeSpan.FromMilliseconds(ms);
            _latencies.Add(pair, latency);
        }
        return latency;
    }
}
