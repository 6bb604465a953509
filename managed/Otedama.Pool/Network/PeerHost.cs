using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Everything this node is to its peers: introduces itself, lets in whom policy and bans allow, gives and takes
/// addresses, and hands what is about the share chain to it. Any thread; its step does what must not be done inside a
/// session's call.
/// </summary>
internal sealed partial class PeerHost : IPeerHandler, IConduct, IStep
{
    /// <summary>Addresses in one ADDR: what its limit holds.</summary>
    private const int AddrMax = 132;

    private const int GoneMax = 4_096;

    private static readonly TimeSpan s_tipLook = TimeSpan.FromMilliseconds(100);

    private readonly PeerHostOptions _options;
    private readonly ShareDesk _desk;
    private readonly ChainPeers _chain;
    private readonly AddressManager _addresses;
    private readonly BanList _bans;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<PeerSession, SessionPeer> _peers = new();
    private readonly ConcurrentQueue<SessionPeer> _gone = new();
    private long _lastNumber;
    private volatile ushort _listenPort;

    public PeerHost(
        PeerHostOptions options,
        ShareDesk desk,
        ChainPeers chain,
        AddressManager addresses,
        BanList bans,
        PoolWorld world)
    {
        (_options, _desk, _chain, _addresses, _bans) = (options, desk, chain, addresses, bans);
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
    public IReadOnlyList<SessionPeer> Peers => [.. _peers.Values];

    public PeerHello Describe()
    {
        NextShare next = _desk.Next;
        int window = _desk.Parameters.WindowShares;
        return new PeerHello
        {
            Nonce = Hash256.Zero, // these two are the session's
            ChainProof = Hash256.Zero,
            Observed = default,
            Services = (_listenPort > 0 ? PeerServices.Listen : PeerServices.None) | PeerServices.Stratum
                | (_options.IsDhtServer ? PeerServices.DhtServer : PeerServices.None),
            ListenPort = _listenPort,
            TipId = next.Parent,
            TipHeight = next.Height - 1,
            TipWork = _desk.Look(static chain => chain.CumulativeWork),
            WindowWork = _desk.Look(chain => chain.RecentWork(window)),
            CoinHeight = _desk.Coin.Height,
            UserAgent = _options.UserAgent,
        };
    }

    public void OnOpen(PeerSession session)
    {
        string? refusal = _bans.WhyBanned(session.Peer) ?? _bans.WhyBanned(session.Remote.Address) ?? Crowded(session);
        if (refusal is not null)
        {
            session.End(PeerByeCode.Banned, refusal);
            return;
        }
        double unit = _desk.Parameters.SpacingMs / 10_000.0;
        SessionPeer peer = new(session, Interlocked.Increment(ref _lastNumber), this, unit);
        _peers[session] = peer;
        LogOpened(peer.Name, peer.IsOutbound ? "dialled" : "came", peer.Hello.UserAgent, peer.Hello.TipHeight);
        if (session.IsClockOff)
        {
            LogClock(peer.Name);
        }
        if (peer.IsOutbound && !_options.IsPrivate)
        {
            session.Ask(PeerMessage.GetAddr, []);
        }
        NoteListener(peer);
        _chain.OnJoined(peer);
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
                SendAddresses(session, frame.Correlation);
                break;
            case PeerMessage.Addr:
                TakeAddresses(peer, frame);
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
            LogClosed(peer.Name, reason.Code, reason.Text);
            if (_gone.Count < GoneMax)
            {
                _gone.Enqueue(peer); // the chain may be in the middle of telling everybody something
            }
            Wake.Set();
        }
    }

    /// <summary>Points that the session itself gives.</summary>
    public void Report(NodeId peer, IPAddress address, int points, string what)
    {
        BanVerdict verdict = _bans.Report(address, peer, points, what);
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
        foreach (SessionPeer peer in _peers.Values)
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

    /// <summary>Few of an address and of its network, so that one machine is not everybody.</summary>
    private string? Crowded(PeerSession session)
    {
        if (session.IsInitiator || _options.IsAllowed(session.Remote.Address))
        {
            return null;
        }
        Inbound[] connected =
        [
            .. _peers.Values.Where(peer => !peer.IsOutbound && !_options.IsAllowed(peer.Session.Remote.Address))
                .Select(static peer => new Inbound
                {
                    Number = peer.Number,
                    Place = PeerEndpoint.Of(peer.Session.Remote.Address, peer.Session.Remote.Port),
                    Group = default,
                    Since = 0,
                }),
        ];
        return InboundPolicy.WhyRefused(PeerEndpoint.Of(session.Remote.Address, session.Remote.Port), connected);
    }

    /// <summary>A peer that listens is a place that others can be told of.</summary>
    private void NoteListener(SessionPeer peer)
    {
        if (peer.Hello.ListenPort > 0)
        {
            PeerEndpoint place = PeerEndpoint.Of(peer.Session.Remote.Address, peer.Hello.ListenPort);
            _addresses.Add(place, place, _time.GetUtcNow().ToUnixTimeSeconds(), AddressOrigin.Peer);
        }
    }

    private void SendAddresses(PeerSession session, uint correlation)
    {
        IReadOnlyList<AddressCandidate> sample = _options.IsPrivate ? [] : _addresses.Sample(AddrMax);
        byte[] body = new byte[sample.Count * PeerBody.AddrBytes];
        for (int i = 0; i < sample.Count; i++)
        {
            AddressCandidate known = sample[i];
            new PeerAddrEntry((uint)known.LastSeen, PeerServices.Listen, known.Place, known.NodeId ?? default)
                .Write(body.AsSpan(i * PeerBody.AddrBytes));
        }
        if (body.Length > 0)
        {
            session.Send(PeerMessage.Addr, body, correlation);
        }
    }

    private void TakeAddresses(SessionPeer peer, in PeerFrame frame)
    {
        if (_options.IsPrivate)
        {
            return;
        }
        PeerEndpoint source = PeerEndpoint.Of(peer.Session.Remote.Address, peer.Session.Remote.Port);
        for (int i = 0; i < PeerBody.Entries(frame); i++)
        {
            PeerAddrEntry entry = PeerAddrEntry.Read(frame.Body, i);
            _addresses.Add(entry.Endpoint, source, entry.LastSeen, AddressOrigin.Peer);
        }
        if (frame.Correlation != 0)
        {
            peer.Answered(frame.Correlation);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, EventName = "peer_opened",
        Message = "Peer {Peer} {How}: {Agent}, share chain at height {Height}")]
    private partial void LogOpened(string peer, string how, string agent, uint height);

    [LoggerMessage(Level = LogLevel.Information, EventName = "peer_closed",
        Message = "Peer {Peer} is gone ({Code}): {Reason}")]
    private partial void LogClosed(string peer, PeerByeCode code, string reason);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "peer_blamed", Message = "Peer {Peer} {What}")]
    private partial void LogBlamed(string peer, string what);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "peer_clock",
        Message = "The clock of peer {Peer} and ours are more than ten minutes apart; look at yours")]
    private partial void LogClock(string peer);
}
