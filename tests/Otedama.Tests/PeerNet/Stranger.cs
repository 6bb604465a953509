using System.Net;
using System.Text;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama.Tests.PeerNet;

/// <summary>
/// Somebody in the hall with real sessions and nothing above them: says HELLO, and otherwise what the test says.
/// </summary>
internal sealed class Stranger : IPeerHandler, IConduct, IPeerNetworkUser
{
    private readonly Hall _hall;
    private readonly PeerSessions _sessions;
    private readonly IPeerNetwork _network;
    private long _dials;

    public Stranger(Hall hall, string address, bool listens = false, ChainParameters? rules = null)
    {
        _hall = hall;
        Address = IPAddress.Parse(address);
        Id = NodeId.OfKey(Encoding.ASCII.GetBytes(address));
        _sessions = new PeerSessions
        {
            ChainId = (rules ?? HallNode.Parameters).Id,
            Own = Id,
            Time = hall.Clock,
            Random = hall.RandomFor(address),
            Handler = this,
            Conduct = this,
        };
        _network = hall.NetworkOf(Id, Address);
        if (listens)
        {
            _network.Listen([new IPEndPoint(Address, HallNode.Port)], this);
        }
        Tick();
    }

    public IPAddress Address { get; }

    public NodeId Id { get; }

    public PeerAddress Named => Hall.Named(Id, Address);

    public PeerEndpoint Place => PeerEndpoint.Of(Address, HallNode.Port);

    /// <summary>How it introduces itself.</summary>
    public Func<PeerHello, PeerHello> Describes { get; set; } = static hello => hello;

    public List<PeerSession> Open { get; } = [];

    public List<PeerBye> Ended { get; } = [];

    /// <summary>How links ended, those too that nobody introduced himself on.</summary>
    public List<PeerBye> Byes { get; } = [];

    public List<PeerFrameSeen> Heard { get; } = [];

    public void Dial(HallNode node) =>
        _network.Dial(new IPEndPoint(node.Address, HallNode.Port), node.Node.Id, ++_dials, this);

    public void Tell(IEnumerable<PeerEndpoint> places, uint correlation = 0)
    {
        PeerEndpoint[] all = [.. places];
        byte[] body = new byte[all.Length * PeerBody.AddrBytes];
        uint now = (uint)_hall.Clock.GetUtcNow().ToUnixTimeSeconds();
        for (int i = 0; i < all.Length; i++)
        {
            new PeerAddrEntry(now, PeerServices.Listen, all[i], default).Write(body.AsSpan(i * PeerBody.AddrBytes));
        }
        Open[0].Send(PeerMessage.Addr, body, correlation);
    }

    PeerHello IPeerHandler.Describe() => Describes(new PeerHello
    {
        Nonce = Hash256.Zero,
        ChainProof = Hash256.Zero,
        Observed = default,
        TipId = HallNode.Parameters.Id,
        UserAgent = "stranger",
    });

    void IPeerHandler.OnOpen(PeerSession session) => Open.Add(session);

    PeerTake IPeerHandler.OnMessage(PeerSession session, in PeerFrame frame)
    {
        Heard.Add(new PeerFrameSeen(frame.Message, frame.Correlation, frame.Body.ToArray()));
        return PeerTake.Done;
    }

    void IPeerHandler.OnClosed(PeerSession session, PeerBye reason)
    {
        Open.Remove(session);
        Ended.Add(reason);
    }

    void IConduct.Report(NodeId peer, IPAddress address, PeerOffence offence, string what)
    {
    }

    bool IPeerNetworkUser.IsAllowed(IPAddress address) => false;

    IPeerLinkUser IPeerNetworkUser.OnLink(IPeerLink link, long number)
    {
        PeerSession session = new(_sessions, link);
        return new PeerLine(session, () => Byes.Add(session.Ending));
    }

    void IPeerNetworkUser.OnNoLink(IPEndPoint place, long number, PeerRefusal reason, string detail)
    {
    }

    private void Tick()
    {
        _sessions.Tick();
        _hall.Schedule.After(TimeSpan.FromSeconds(1), _hall.Life, Tick);
    }
}
