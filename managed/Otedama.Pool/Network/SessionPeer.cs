using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// A session as the share chain sees it. What would be too often for the other side is made less: a share too many is
/// only announced, and of tips that follow each other closely the last one goes out.
/// </summary>
internal sealed class SessionPeer : IChainPeer
{
    /// <summary>Peers take two tips a second.</summary>
    private static readonly TimeSpan s_tipEvery = TimeSpan.FromMilliseconds(600);

    private readonly PeerHost _host;
    private readonly Lock _gate = new(); // guards everything below
    private readonly ShareBudget _budget;
    private byte[]? _tip; // to be sent
    private Pause _tipRest;

    public SessionPeer(PeerSession session, long number, PeerHost host, double shareUnit)
    {
        (Session, Number, _host) = (session, number, host);
        Name = $"{session.Peer.ToString()[..12]}@{session.Remote}";
        _budget = new ShareBudget(shareUnit, host.Now);
    }

    public PeerSession Session { get; }

    public long Number { get; }

    /// <summary>The first hex digits of its id, and where it is.</summary>
    public string Name { get; }

    public bool IsOutbound => Session.IsInitiator;

    public TimeSpan? RoundTrip => Session.RoundTrip;

    public ToldPlace Place { get; } = new();

    /// <summary>Where it can be dialled; null where it does not listen.</summary>
    public PeerEndpoint? ListensAt => IsOutbound ? PeerEndpoint.Of(Session.Remote.Address, Session.Remote.Port)
        : Hello.ListenPort > 0 ? PeerEndpoint.Of(Session.Remote.Address, Hello.ListenPort) : null;

    /// <summary>What our call was for; null when it came in, and when the call has ended.</summary>
    public OutboundKind? Kind => _host.KindOf(Session);

    public PeerHello Hello => Session.Hello!;

    /// <summary>Belongs to the desk of addresses.</summary>
    public AddressTalk Talk { get; } = new();

    public bool Send(PeerMessage message, ReadOnlySpan<byte> body, uint correlation = 0)
    {
        if (message == PeerMessage.Tip)
        {
            lock (_gate)
            {
                _tip = body.ToArray();
            }
            if (SendTip())
            {
                _host.Wake.Set();
            }
            return true;
        }
        return message == PeerMessage.Share && correlation == 0 && !MayPush() ? Announce(body)
            : Session.Send(message, body, correlation);
    }

    public uint Ask(PeerMessage message, ReadOnlySpan<byte> body) => Session.Ask(message, body);

    public void Answered(uint number) => Session.Answered(number);

    public void GiveUp(uint number) => Session.GiveUp(number);

    public void Blame(PeerOffence offence, string detail) => _host.Blame(this, offence, detail);

    /// <summary>Sends the newest tip when it is time; true when one still waits.</summary>
    public bool SendTip()
    {
        byte[]? tip;
        lock (_gate)
        {
            if (_tip is null)
            {
                return false;
            }
            if (_tipRest.Left(_host.Time) > TimeSpan.Zero)
            {
                return true;
            }
            (tip, _tip) = (_tip, null);
            _tipRest = Pause.Begin(_host.Time, s_tipEvery);
        }
        Session.Send(PeerMessage.Tip, tip);
        return false;
    }

    private bool MayPush()
    {
        lock (_gate)
        {
            return _budget.TryTake(_host.Now);
        }
    }

    private bool Announce(ReadOnlySpan<byte> share)
    {
        Span<byte> body = stackalloc byte[PeerBody.KindIdBytes];
        new PeerInv(PeerInvKind.Share, Sha256d.Hash(share)).Write(body);
        return Session.Send(PeerMessage.Inv, body);
    }
}
