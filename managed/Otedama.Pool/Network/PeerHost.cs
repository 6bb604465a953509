using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Everything this node is to its peers: introduces itself, lets in whom policy and bans allow, and hands what is
/// about the share chain and about addresses to whoever knows. Any thread; its step does what must not be done inside
/// a session's call.
/// </summary>
internal sealed partial class PeerHost : IPeerHandler, IConduct, IStep
{
    private const int GoneMax = 4_096;

    private static readonly TimeSpan s_tipLook = TimeSpan.FromMilliseconds(100);

    private readonly PeerHostOptions _options;
    private readonly ShareDesk _desk;
    private readonly ChainPeers _chain;
    private readonly IAddressGroups _groups;
    private readonly BanList _bans;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<PeerSession, SessionPeer> _peers = new();
    private readonly ConcurrentQueue<SessionPeer> _gone = new();
    private readonly Lock _doorGate = new(); // of who is let in
    private readonly SipHash _secret; // which groups are kept when somebody has to go
    private long _lastNumber;
    private volatile ushort _listenPort;

    public PeerHost(
        PeerHostOptions options,
        ShareDesk desk,
        ChainPeers chain,
        IAddressGroups groups,
        BanList bans,
        PoolWorld world)
    {
        (_options, _desk, _chain, _groups, _bans) = (options, desk, chain, groups, bans);
        _secret = new SipHash(world.Random.NextUInt64(), world.Random.NextUInt64());
        _listenPort = options.ListenPort;
        _time = world.Time;
        _logger = world.Loggers.CreateLogger(LogCategory.PoolPeers);
        Wake = new Signal(_time);
    }

    public Signal Wake { get; }

    /// <summary>Where others are told that they can connect; 0 = nowhere.</summary>
    public ushort ListenPort
    {
        get => _listenPort;
        set => _listenPort = value;
    }

    /// <summary>What is told of addresses; null: nothing.</summary>
    public AddressDesk? Addresses { get; set; }

    /// <summary>Who dialled, and knows what for; null: nobody dials.</summary>
    public Dialler? Dialler { get; set; }

    /// <summary>Who connects back for others; null: nobody.</summary>
    public DialBackDesk? DialBacks { get; set; }

    /// <summary>Who is told what came of their connections back.</summary>
    public PeerReach? Reach { get; set; }

    /// <summary>Who keeps how far away peers are.</summary>
    public PeerWays? Ways { get; set; }

    internal TimeProvider Time => _time;

    /// <summary>Seconds of a monotonic clock.</summary>
    internal double Now => _time.GetElapsedTime(0).TotalSeconds;

    /// <summary>Those who have said HELLO and were let in.</summary>
    public IReadOnlyList<SessionPeer> Peers =>
        [.. _peers.Values.OrderBy(static peer => peer.Number)];

    public PeerHello Describe()
    {
        PeerHello hello = new()
        {
            Nonce = Hash256.Zero, // these two are the session's
            ChainProof = Hash256.Zero,
            Observed = default,
            Services = (_listenPort > 0 ? PeerServices.Listen : PeerServices.None) | PeerServices.Stratum
                | (_options.IsDhtServer ? PeerServices.DhtServer : PeerServices.None),
            ListenPort = _listenPort,
            UserAgent = _options.UserAgent,
        };
        return _desk.Parameters.Pass.Length > 0 ? hello : WithTips(hello);
    }

    /// <summary>
    /// Not on a chain with a pass: who says HELLO has proved nothing yet. There TIP and COINTIP tell it, right after.
    /// </summary>
    private PeerHello WithTips(PeerHello hello)
    {
        NextShare next = _desk.Next;
        int window = _desk.Parameters.WindowShares;
        return hello with
        {
            TipId = next.Parent,
            TipHeight = next.Height - 1,
            TipWork = _desk.Look(static chain => chain.CumulativeWork),
            WindowWork = _desk.Look(chain => chain.RecentWork(window)),
            CoinTip = _desk.Coin.Tip.Id,
            CoinHeight = _desk.Coin.Tip.Height,
        };
    }

    public void OnOpen(PeerSession session)
    {
        if ((_bans.WhyBanned(session.Peer) ?? _bans.WhyBanned(session.Remote.Address)) is { } ban)
        {
            session.End(PeerByeCode.Banned, ban);
            return;
        }
        Dialler?.Established(session.DialNumber, session.Peer);
        if (KindOf(session) == OutboundKind.Feeler)
        {
            session.Drain(PeerByeCode.Shutdown, "this was only to see whether you answer");
            return;
        }
        if (LetIn(session) is not { } peer)
        {
            return;
        }
        LogOpened(peer.Name, peer.IsOutbound ? "dialled" : "came", peer.Hello.UserAgent, peer.Hello.TipHeight);
        if (session.IsClockOff)
        {
            LogClock(peer.Name);
        }
        Addresses?.OnOpen(peer);
        _chain.OnJoined(peer);
    }

    /// <summary>
    /// Whom the operator named is not banned for it: one of the two has a wrong pass, chain or coin, and when that is put
    /// right they have to find each other again.
    /// </summary>
    public bool OnOtherChain(PeerSession session)
    {
        bool isNamed = Dialler?.OnOtherChain(session.DialNumber, session.Remote.Address, session.Peer) == true;
        if (isNamed)
        {
            LogOtherChain(session.Remote);
        }
        return isNamed;
    }

    public PeerTake OnMessage(PeerSession session, in PeerFrame frame)
    {
        if (!_peers.TryGetValue(session, out SessionPeer? peer))
        {
            return PeerTake.Done;
        }
        switch (frame.Message)
        {
            case PeerMessage.GetAddr:
                Addresses?.OnGetAddr(peer, frame.Correlation);
                break;
            case PeerMessage.Addr:
                Addresses?.OnAddr(peer, frame);
                break;
            case PeerMessage.Coord:
                Ways?.Take(peer, frame);
                break;
            case PeerMessage.DialBack:
                DialBacks?.Take(peer, frame);
                break;
            case PeerMessage.DialBackResult:
                Reach?.Take(peer, frame);
                break;
            default:
                _chain.OnMessage(peer, frame);
                break;
        }
        return PeerTake.Done;
    }

    public void OnRoundTrip(PeerSession session)
    {
        if (_peers.TryGetValue(session, out SessionPeer? peer))
        {
            Ways?.OnRoundTrip(peer);
        }
    }

    public void OnClosed(PeerSession session, PeerBye reason)
    {
        if (_peers.TryRemove(session, out SessionPeer? peer))
        {
            LogClosed(peer.Name, PeerWords.Of(reason.Code), reason.Text);
            if (_gone.Count < GoneMax)
            {
                _gone.Enqueue(peer); // the chain may be in the middle of telling everybody something
            }
            Wake.Set();
        }
    }

    /// <summary>What our call was for; null when it came in, and when the call has ended.</summary>
    public OutboundKind? KindOf(PeerSession session) => Dialler?.KindOf(session.DialNumber);

    /// <summary>Whether a peer says that it listens there.</summary>
    public bool IsMet(PeerEndpoint place) => _peers.Values.Any(peer => peer.Hello.ListenPort == place.Port
        && PeerEndpoint.Of(peer.Session.Remote.Address, place.Port) == place);

    /// <summary>Points that the session itself gives.</summary>
    public void Report(NodeId peer, IPAddress address, PeerOffence offence, string what)
    {
        BanVerdict verdict = _bans.Report(address, peer, offence, what);
        LogBlamed($"{peer.ToString()[..12]}@{address}", verdict.Words);
        if (verdict.IsBanned)
        {
            End(verdict.Words, other => other.Session.Peer == peer);
        }
    }

    /// <summary>Points that the share chain gives.</summary>
    public void Blame(SessionPeer peer, PeerOffence offence, string detail)
    {
        BanVerdict verdict = _bans.Report(peer.Session.Remote.Address, peer.Session.Peer, offence, detail);
        LogBlamed(peer.Name, verdict.Words);
        if (verdict.Disconnects || verdict.IsBanned)
        {
            peer.Session.End(PeerByeCode.Banned, verdict.Words);
        }
    }

    /// <summary>Tells the chain who has left, and the peers of tips that waited.</summary>
    public ValueTask<TimeSpan> StepAsync(CancellationToken stop)
    {
        while (_gone.TryDequeue(out SessionPeer? peer))
        {
            _chain.OnLeft(peer);
        }
        bool waits = false;
        foreach (SessionPeer peer in Peers)
        {
            waits |= peer.SendTip();
        }
        return new ValueTask<TimeSpan>(waits ? s_tipLook : Timeout.InfiniteTimeSpan);
    }

    private void End(string why, Func<SessionPeer, bool> which)
    {
        foreach (SessionPeer peer in _peers.Values.Where(which))
        {
            peer.Session.End(PeerByeCode.Banned, why);
        }
    }

    /// <summary>
    /// Null when it was told that there is no room. Few of an address and of its network, so that one machine is not
    /// everybody; when the table is full, somebody else goes.
    /// </summary>
    private SessionPeer? LetIn(PeerSession session)
    {
        lock (_doorGate)
        {
            if (!session.IsInitiator && !_options.IsAllowed(session.Remote.Address) && MakeRoom(session) is { } refusal)
            {
                session.End(PeerByeCode.Full, refusal);
                return null;
            }
            double unit = _desk.Parameters.SpacingMs / 10_000.0;
            return _peers[session] = new SessionPeer(session, Interlocked.Increment(ref _lastNumber), this, unit);
        }
    }

    /// <summary>Under the door's lock: ends a link where one has to go. A sentence where there is no room.</summary>
    private string? MakeRoom(PeerSession newcomer)
    {
        Dictionary<long, SessionPeer> came = _peers.Values
            .Where(static peer => !peer.IsOutbound && !peer.Session.IsEnded).ToDictionary(static peer => peer.Number);
        Inbound[] connected = [.. came.Values.Select(Describe)];
        PeerEndpoint place = PeerEndpoint.Of(newcomer.Remote.Address, newcomer.Remote.Port);
        if (InboundPolicy.WhyRefused(place, connected) is { } crowded)
        {
            return crowded;
        }
        if (connected.Length < _options.InboundMax)
        {
            return null;
        }
        if (InboundPolicy.Victim(connected, _secret) is not { } victim)
        {
            return $"all {connected.Length} places are taken, and nobody who has one has to go for another";
        }
        SessionPeer goes = came[victim.Number];
        LogPutOut(goes.Name, newcomer.Remote);
        goes.Session.End(PeerByeCode.Full, $"all {connected.Length} places are taken, and your network has most of "
            + "those that were of no use lately: the place is for another node");
        return null;
    }

    private Inbound Describe(SessionPeer peer)
    {
        PeerEndpoint place = PeerEndpoint.Of(peer.Session.Remote.Address, peer.Session.Remote.Port);
        (long share, long block) = _chain.GiftsOf(peer);
        return new Inbound
        {
            Number = peer.Number,
            Place = place,
            Group = _groups.Of(place),
            Since = (_time.GetUtcNow() - peer.Session.Age).ToUnixTimeMilliseconds(),
            Ping = peer.Session.ShortestRoundTrip?.TotalSeconds ?? double.PositiveInfinity,
            LastShare = share,
            LastBlock = block,
            IsAllowed = _options.IsAllowed(peer.Session.Remote.Address),
        };
    }

    [LoggerMessage(Level = LogLevel.Information, EventName = "peer_opened",
        Message = "Peer {Peer} {How}: {Agent}, share chain at height {Height}")]
    private partial void LogOpened(string peer, string how, string agent, uint height);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "peer_other_chain",
        Message = "Node {Place}, which p2p.bootstrap_nodes names, belongs to another chain: compare p2p.pass, p2p.chain, "
            + "node.coin and node.network with its own")]
    private partial void LogOtherChain(IPEndPoint place);

    [LoggerMessage(Level = LogLevel.Information, EventName = "peer_closed",
        Message = "Peer {Peer} is gone ({Code}): {Reason}")]
    private partial void LogClosed(string peer, string code, string reason);

    [LoggerMessage(Level = LogLevel.Information, EventName = "peer_put_out",
        Message = "Peer {Peer} goes, because all places are taken and {Newcomer} has come")]
    private partial void LogPutOut(string peer, IPEndPoint newcomer);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "peer_blamed", Message = "Peer {Peer} {What}")]
    private partial void LogBlamed(string peer, string what);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "peer_clock",
        Message = "The clock of peer {Peer} and ours are more than ten minutes apart; look at yours")]
    private partial void LogClock(string peer);
}
