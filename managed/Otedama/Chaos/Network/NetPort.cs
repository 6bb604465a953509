using System.Net;
using Otedama.Wire;

namespace Otedama;

/// <summary>
/// Where one life of one node meets the others: in the place of sockets and TLS, whose proof of who is at the other end
/// is taken for granted. touched: called after anything that came from outside.
/// </summary>
internal sealed class NetPort(
    NetWorld world, int number, NodeId id, SimLife life, int inboundMax, Action touched) : IPeerNetwork
{
    private readonly List<NetEnd> _ends = [];
    private IPEndPoint _place = NetWorld.PlaceOf(number);

    /// <summary>Of the machine it is on.</summary>
    public int Number { get; } = number;

    public NodeId Id { get; } = id;

    public SimLife Life { get; } = life;

    public IPEndPoint Place => _place;

    /// <summary>Who is told of those who come.</summary>
    public IPeerNetworkUser User { get; private set; } = null!;

    public int OpenCount => _ends.Count;

    /// <summary>Since when it has no link; null while it has one.</summary>
    public long? AloneSince { get; private set; } = world.Schedule.Now;

    /// <summary>Whom it dialled, and is connected to.</summary>
    public IEnumerable<IPAddress> Dialled =>
        _ends.Where(static end => end.IsInitiator).Select(static end => end.Remote.Address);

    public (int In, int Out) Shaking => default;

    public bool IsFull => _ends.Count(static end => !end.IsInitiator) >= inboundMax;

    public IReadOnlyList<IPEndPoint> Listen(IReadOnlyList<IPEndPoint> places, IPeerNetworkUser user)
    {
        (User, _place) = (user, places[0]);
        world.Wires.Listen(_place, this);
        return places;
    }

    public void Dial(IPEndPoint place, NodeId? expected, long number, IPeerNetworkUser user) =>
        world.Wires.Dial(this, place, expected, number, user);

    public long Count(PeerRefusal reason) => 0;

    /// <summary>As a step of this life, as soon as time goes on.</summary>
    public void Do(Action what) => world.Schedule.After(TimeSpan.Zero, Life, () => Now(what));

    public void Now(Action what)
    {
        what();
        touched();
    }

    public void Add(NetEnd end)
    {
        _ends.Add(end);
        AloneSince = null;
    }

    public void Remove(NetEnd end)
    {
        _ends.Remove(end);
        AloneSince = _ends.Count > 0 ? null : AloneSince ?? world.Schedule.Now;
    }

    /// <summary>A clean end: everybody is told.</summary>
    public void Dispose() => End(isHeard: true);

    /// <summary>isHeard: the machine goes on and tells the others that nobody is there any more.</summary>
    public void End(bool isHeard)
    {
        world.Wires.Leave(this);
        foreach (NetEnd end in _ends.ToList())
        {
            end.Vanish(isHeard);
        }
    }
}
