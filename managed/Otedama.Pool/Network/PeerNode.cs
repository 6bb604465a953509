using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// This node among the others of its share chain: its key, where it listens, whom it dials, who is connected. Nothing
/// moves by itself but the links; its steps are called by loops.
/// </summary>
public sealed partial class PeerNode : IPeerNetworkUser, IPeerDialer, IDisposable
{
    private static readonly PeerBye s_notListed = new(PeerByeCode.NotListed,
        "this is a private node, and yours is not among those its operator named (p2p.private, p2p.bootstrap_nodes)");

    private const string AddressFile = "peers.dat", BanFileName = "bans.dat", AnchorFile = "anchors.dat",
        DhtFile = "dht.nodes", WayFile = "ways.dat";

    private readonly PeerNodeOptions _options;
    private readonly PoolWorld _world;
    private readonly ILogger _logger;
    private readonly NodeIdentity _identity;
    private readonly AddressManager _addresses;
    private readonly BanList _bans;
    private readonly PeerHost _host;
    private readonly PeerSessions _sessions;
    private readonly Dialler _dialler;
    private readonly IPeerNetwork _network;
    private readonly DialBackDesk _dialBacks;
    private readonly ShareDelays _delays;
    private readonly PeerReach? _reach; // null where nobody is let in
    private readonly PeerDiscovery? _discovery;
    private readonly WayBook _book;
    private readonly PeerWays _ways;
    private readonly HashSet<NodeId>? _listed; // null where it speaks to everybody
    private readonly ConcurrentDictionary<long, long> _dialledAt = new(); // until it is known what became of it

    /// <summary>
    /// Reads what was kept. Throws IOException, UnauthorizedAccessException or FormatException, in words, when folder
    /// or key cannot be used.
    /// </summary>
    public PeerNode(
        PeerNodeOptions options, ShareDesk desk, IBlockTimes times, ICoinBlockSink? nodes, PoolWorld world)
    {
        (_options, _world) = (options, world);
        _listed = options.IsPrivate ? [.. options.Bootstrap.Select(static named => named.Id).OfType<NodeId>()] : null;
        _logger = world.Loggers.CreateLogger(LogCategory.PoolPeers);
        world.Files.CreateFolder(options.Folder);
        _identity = NodeKeyFile.LoadOrCreate(
            world.Files, InFolder(NodeKeyFile.Name), world.Random, world.Time, options.AllowLooseKey);
        NetworkGroups groups = new(world.Atlas);
        _book = new WayBook(groups, world.Atlas);
        _book.Load(world.Files, InFolder(WayFile));
        _addresses = new AddressManager(world.Time, world.Random, groups,
            options.IsPrivate || options.Dht is { IsTestNetwork: true });
        _bans = new BanList(world.Time, options.Allowed);
        Note(_addresses.Load(world.Files, InFolder(AddressFile)));
        Note(BanFile.Load(_bans, world.Files, InFolder(BanFileName)));
        Chain = new ChainPeers(desk, times, nodes, world, options.GossipBudget) { Audits = options.Audits };
        _delays = new ShareDelays(world.Time);
        desk.Tell(_delays);
        _network = world.Peers(_identity, options.InboundMax, AtTheDoor);
        _host = new PeerHost(
            new PeerHostOptions
            {
                InboundMax = options.InboundMax,
                IsDhtServer = options.Dht is { Mode: DhtMode.Server },
                Allowed = options.Allowed,
                UserAgent = options.UserAgent,
            },
            desk, Chain, groups, _bans, world);
        _host.Ways = _ways = new PeerWays(_host, _book, options.Region, world);
        _sessions = new PeerSessions
        {
            ChainId = options.ChainId,
            Own = _identity.Id,
            Time = world.Time,
            ShareSpacing = TimeSpan.FromMilliseconds(desk.Parameters.SpacingMs),
            Random = world.Random,
            Handler = _host,
            Conduct = _host,
            SessionsMax = options.InboundMax + AtTheDoor + options.OutboundMax + Spare,
            MemoryMax = options.MemoryMax,
        };
        _dialler = new Dialler(
            new DiallerOptions
            {
                FullMax = options.OutboundMax,
                FirstContacts = FirstContacts(),
                OnlyFirstContacts = options.IsPrivate,
            },
            _addresses, groups, _bans, this, _book, world.Time, world.Random);
        (_host.Dialler, _dialler.IsMet) = (_dialler, _host.IsMet);
        TipWatch tips = new(desk, Chain, _host, _dialler, options.OutboundMax, world);
        PeerClock clock = new(_sessions, _addresses, Save, world.Time);
        _dialBacks = new DialBackDesk(_network, this, new DhtRules(options.Dht is { IsTestNetwork: true }), world.Time);
        _host.DialBacks = _dialBacks;
        if (options.Listen.Count > 0)
        {
            _host.Reach = _reach = new PeerReach(options, _host, groups, world);
        }
        _host.Addresses = options.IsPrivate ? null : Gossip();
        _discovery = Discover();
        Steps =
        [
            _host, _ways, _dialler, clock, tips, Chain, Chain.Sync,
            .. _host.Addresses is { } gossip ? (IEnumerable<IStep>)[gossip] : [],
            .. _reach?.Steps ?? [],
            .. _discovery is null ? (IEnumerable<IStep>)[] : [_discovery.Node],
            .. Names(),
        ];
    }

    /// <summary>Two links for shares only, a feeler, an extra one.</summary>
    private const int Spare = 4;

    /// <summary>
    /// Links that may come as far as their HELLO when all places are taken: then somebody goes for each.
    /// </summary>
    private const int AtTheDoor = 16;

    /// <summary>Who this node is to others.</summary>
    public NodeId Id => _identity.Id;

    /// <summary>What is said about shares.</summary>
    public ChainPeers Chain { get; }

    /// <summary>Where it listens, with the real ports.</summary>
    public IReadOnlyList<IPEndPoint> Endpoints { get; private set; } = [];

    /// <summary>What moves it, each called by a loop of its own.</summary>
    public IReadOnlyList<IStep> Steps { get; }

    /// <summary>In one sentence, as in `reachable: yes (pcp)`.</summary>
    public string Reachable => _reach?.Report ?? "reachable: no: this node lets nobody in (p2p.max_inbound is 0)";

    /// <summary>
    /// What it looks like when nodes the operator named prove another chain, in words; null while none does.
    /// </summary>
    public string? OfOtherChains => _dialler.OfOtherChains switch
    {
        0 => null,
        1 => "1 node that was called belongs to another chain: compare p2p.pass, p2p.chain, node.coin and node.network "
            + "with its own",
        int nodes => $"{nodes} nodes that were called belong to another chain: compare p2p.pass, p2p.chain, node.coin and "
            + "node.network with theirs",
    };

    /// <summary>The node of the DHT; null where it is off.</summary>
    public DhtSnapshot? Dht => _discovery?.Node.Snapshot();

    /// <summary>Lets others in. Throws IOException when a place cannot be had.</summary>
    public void Listen()
    {
        _discovery?.Node.Start();
        if (_options.Listen.Count > 0)
        {
            Endpoints = _network.Listen(_options.Listen, this);
            LogListens(string.Join(", ", Endpoints), $"otp2p://{Id}@HOST:{Endpoints[0].Port}");
        }
    }

    /// <summary>Who is connected, and how their chains stand to ours, whose work this is.</summary>
    public ChainNetwork Look(UInt128 work)
    {
        HashSet<PeerEndpoint> near =
            [.. _dialler.Lines().Where(static line => line.Outbound.IsForLatency).Select(static line => line.Outbound.Place)];
        PeerRow[] rows = [.. _host.Peers.Select(peer => Row(peer, near))];
        (int Had, int Of, string From)? fetch = Chain.Sync.Progress;
        ChainSyncState state = rows.Length == 0 ? ChainSyncState.Alone
            : fetch is not null || Chain.Sync.BestWork > work ? ChainSyncState.Fetching : ChainSyncState.Level;
        return new ChainNetwork(
            rows,
            ChainNetwork.GateOf(state, OfOtherChains),
            new ChainProgress(state, fetch?.Had ?? 0, fetch?.Of ?? 0, fetch?.From ?? ""),
            new OwnPlace(_ways.Region, _ways.Own))
        {
            Totals = Totals(),
        };
    }

    /// <summary>Says goodbye to everybody.</summary>
    public void Drain() => _sessions.DrainAll(PeerByeCode.Shutdown, "this node stops");

    /// <summary>On a clean stop, before the end: what others keep for this node is given back.</summary>
    public Task LeaveAsync(CancellationToken stop) => _reach?.LeaveAsync(stop) ?? Task.CompletedTask;

    /// <summary>Keeps what it knows and ends.</summary>
    public void Dispose()
    {
        Save();
        try
        {
            Anchors.Keep(_world.Files, InFolder(AnchorFile), _dialler.AnchorsToKeep());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotKept(_options.Folder, e.Message);
        }
        _network.Dispose();
        _discovery?.Dispose();
        _identity.Dispose();
    }

    void IPeerDialer.Dial(DialOrder order)
    {
        _dialledAt[order.Number] = _world.Time.GetTimestamp();
        _network.Dial(new IPEndPoint(order.Place.IP, order.Place.Port), order.NodeId, order.Number, this);
    }

    bool IPeerNetworkUser.IsAllowed(IPAddress address) => _bans.IsAllowed(address);

    IPeerLinkUser IPeerNetworkUser.OnLink(IPeerLink link, long number)
    {
        if (number < 0)
        {
            _dialBacks.Ended(number, PeerRefusal.None, "");
            return new DialBackLine(link);
        }
        PeerSession session = new(_sessions, link) { DialNumber = number };
        if (_listed?.Contains(link.Peer) == false)
        {
            Interlocked.Increment(ref _notListed);
            LogNotListed(link.Remote, link.Peer);
            return new PeerLine(session, () => Ended(session), refusal: s_notListed);
        }
        bool isFeeler = _host.KindOf(session) == OutboundKind.Feeler;
        if (_dialledAt.TryRemove(number, out long at) && isFeeler)
        {
            NoteFeeler(link, _world.Time.GetElapsedTime(at));
        }
        if (isFeeler && _sessions.Has(link.Peer))
        {
            _dialler.Established(number, link.Peer);
            _dialler.Ended(number);
            return new DialBackLine(link);
        }
        // A feeler that introduced itself might take the place of a link that is there, or of another node's.
        return new PeerLine(session, () => Ended(session), introduces: !isFeeler);
    }

    void IPeerNetworkUser.OnNoLink(IPEndPoint place, long number, PeerRefusal reason, string detail)
    {
        if (number == 0)
        {
            LogRefused(place, PeerWords.Of(reason));
            if (reason is PeerRefusal.HandshakeTimeout or PeerRefusal.NotTls or PeerRefusal.OldTls
                or >= PeerRefusal.NoCertificate)
            {
                _bans.Report(place.Address, null, PeerOffence.HandshakeFailed, PeerWords.Of(reason));
            }
            return;
        }
        if (number < 0)
        {
            _dialBacks.Ended(number, reason, detail);
            return;
        }
        LogNotReached(place, PeerWords.Of(reason), detail.Length > 0 ? $" ({detail})" : "");
        _dialledAt.TryRemove(number, out _);
        _dialler.Ended(number);
    }

    private void Ended(PeerSession session)
    {
        if (session.EndedWith == PeerByeCode.Duplicate && session.Peer != _identity.Id)
        {
            _dialler.Established(session.DialNumber, session.Peer); // as it is by another link
        }
        else if (session is { WasOpen: false, DialNumber: > 0 } && _host.KindOf(session) != OutboundKind.Feeler)
        {
            LogNotLetIn(session.Remote, session.Ending.Code, session.Ending.Text);
        }
        _dialler.Ended(session.DialNumber);
    }

    /// <summary>TCP and TLS took a way there and back each; who was pinged once is known better.</summary>
    private void NoteFeeler(IPeerLink link, TimeSpan took)
    {
        PeerEndpoint place = PeerEndpoint.Of(link.Remote.Address, link.Remote.Port);
        double seconds = took.TotalSeconds / 2;
        if (seconds > 0 && !_book.Knows(place))
        {
            _book.Note(place, seconds);
        }
    }

    private PeerRow Row(SessionPeer peer, HashSet<PeerEndpoint> near) => new(
        peer.Session.Peer.ToString(),
        peer.Session.Remote.ToString(),
        peer.IsOutbound,
        peer.Hello.UserAgent,
        peer.Session.Age,
        peer.Session.RoundTrip,
        Chain.TipOf(peer),
        peer.Session.BytesIn,
        peer.Session.BytesOut,
        _bans.PointsOf(peer.Session.Peer),
        RegionOf(peer),
        _world.Atlas.SystemOf(peer.Session.Remote.Address),
        peer.Place.Told,
        peer.IsOutbound && near.Contains(peer.ListensAt!.Value));

    /// <summary>By its own word, else by the database.</summary>
    private string RegionOf(SessionPeer peer) => peer.Place.Region is { Length: > 0 } said ? said
        : _world.Atlas.RegionOf(peer.Session.Remote.Address).Country;

    private AddressDesk Gossip() => new(_identity.Id, _addresses, () => _host.Peers, _world)
    {
        Own = peer => _reach?.OwnFor(peer),
    };

    private PeerDiscovery? Discover()
    {
        if (_options.Dht is not { } dht)
        {
            return null;
        }
        try
        {
            PeerDiscovery discovery = new(dht with { SavedNodes = InFolder(DhtFile) }, _world.Dht(_options.DhtPlaces),
                _options.ChainId, _options.OutboundMax, _addresses, _dialler);
            _ = _reach?.Dht = discovery.Node;
            return discovery;
        }
        catch (SocketException e)
        {
            throw new IOException(
                $"the DHT cannot use {string.Join(", ", _options.DhtPlaces)} (UDP): {e.Message}; choose another p2p.port, "
                + "or set dht.mode to off", e);
        }
    }

    private List<FirstContact> FirstContacts()
    {
        List<FirstContact> contacts = [];
        foreach (Anchor anchor in Anchors.Take(_world.Files, InFolder(AnchorFile))
            .Where(anchor => _listed?.Contains(anchor.NodeId) != false))
        {
            contacts.Add(new FirstContact(anchor.Place, anchor.NodeId, IsAnchor: true));
        }
        foreach (PeerAddress named in _options.Bootstrap)
        {
            if (IPAddress.TryParse(named.Host, out IPAddress? address))
            {
                contacts.Add(new FirstContact(PeerEndpoint.Of(address, named.Port), named.Id));
            }
        }
        return contacts;
    }

    /// <summary>Ways to nodes that are neither here nor in the DHT.</summary>
    private IEnumerable<IStep> Names()
    {
        PeerAddress[] named = [.. _options.Bootstrap.Where(static one => !IPAddress.TryParse(one.Host, out _))];
        if (named.Length > 0)
        {
            yield return new BootstrapNames(named, _world, _dialler);
        }
        if (_options.DnsSeeds.Count > 0 && !_options.IsPrivate)
        {
            yield return new DnsSeeds(_options, _world, _addresses, _dialler);
        }
    }

    private void Save()
    {
        try
        {
            _addresses.Save(_world.Files, InFolder(AddressFile));
            _discovery?.Node.Save();
            _book.Save(_world.Files, InFolder(WayFile));
            BanFile.Save(_bans, _world.Files, InFolder(BanFileName));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotKept(_options.Folder, e.Message);
        }
    }

    private void Note(string? problem)
    {
        if (problem is not null)
        {
            LogDamaged(problem);
        }
    }

    private string InFolder(string name) => Path.Combine(_options.Folder, name);

    [LoggerMessage(Level = LogLevel.Information, EventName = "peer_listens",
        Message = "Other nodes can connect to {Places}; this node is {Address}")]
    private partial void LogListens(string places, string address);

    [LoggerMessage(Level = LogLevel.Debug, EventName = "peer_refused",
        Message = "A connection from {Place} came to nothing: {Reason}")]
    private partial void LogRefused(IPEndPoint place, string reason);

    [LoggerMessage(Level = LogLevel.Information, EventName = "peer_not_listed",
        Message = "A node that p2p.bootstrap_nodes does not name is not let in (p2p.private): {Place}, id {Id}")]
    private partial void LogNotListed(IPEndPoint place, NodeId id);

    [LoggerMessage(Level = LogLevel.Information, EventName = "peer_not_let_in",
        Message = "Node {Place} was called, and the link ended before the introductions were over ({Code}): {Reason}")]
    private partial void LogNotLetIn(IPEndPoint place, PeerByeCode code, string reason);

    [LoggerMessage(Level = LogLevel.Information, EventName = "peer_not_reached",
        Message = "Node {Place} was not reached: {Reason}{Detail}")]
    private partial void LogNotReached(IPEndPoint place, string reason, string detail);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "peer_not_kept",
        Message = "What this node knows of others could not be kept in {Folder}: {Problem}")]
    private partial void LogNotKept(string folder, string problem);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "peer_file_damaged", Message = "{Problem}")]
    private partial void LogDamaged(string problem);
}
