using System.Buffers.Binary;
using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Whether others reach this node: has the gateway map its port, asks peers to connect back, and tells who has to know.
/// A step; answers come from any thread.
/// </summary>
internal sealed partial class PeerReach : IDialBackPeers, IStep
{
    /// <summary>A mapping that comes, changes or goes is seen within this time.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(5);

    private readonly PeerNodeOptions _options;
    private readonly PeerHost _host;
    private readonly IAddressGroups _groups;
    private readonly ILogger _logger;
    private readonly PortMapper _mapper;
    private readonly DialBackProof _proof;
    private string _said = "";

    public PeerReach(PeerNodeOptions options, PeerHost host, IAddressGroups groups, PoolWorld world)
    {
        (_options, _host, _groups) = (options, host, groups);
        _logger = world.Loggers.CreateLogger(LogCategory.PoolPeers);
        NatChoice nat = options.External is null ? options.Nat : NatChoice.Off;
        int port = options.Listen[0].Port;
        _mapper = new PortMapper(world.Gateway, nat, port, world.Time, world.Random);
        _proof = new DialBackProof(_mapper, this, options.External?.Port ?? port, world.Time);
        Announce();
    }

    /// <summary>Where the DHT is to be told of; null: nowhere.</summary>
    public DhtNode? Dht { get; set; }

    public Signal Wake => _proof.Wake;

    /// <summary>What moves it, each called by a loop of its own.</summary>
    public IReadOnlyList<IStep> Steps => [_mapper, this];

    /// <summary>As in `reachable: yes (pcp)`.</summary>
    public string Report => "reachable: " + (!_proof.IsReachable && !_options.NeedsProof
        ? "taken for granted, as on a test network"
        : !_proof.IsReachable && _options.External is { } place ? $"yes (p2p.external says {place}), and not proved: "
            + (_proof.IsJudged ? "peers could not connect" : "no peer has tried")
        : _proof.Report());

    /// <summary>Null: nobody is known to reach this node.</summary>
    public ReachMethod? Method => _proof.IsReachable ? _mapper.Mapping.Method switch
    {
        null => ReachMethod.OpenPort,
        string method => Enum.Parse<ReachMethod>(method, ignoreCase: true),
    }
        : !_options.NeedsProof ? ReachMethod.Assumed
        : _options.External is not null ? ReachMethod.External : null;

    /// <summary>The port that others are told of; 0 while nobody has proved that it is open.</summary>
    private ushort Open => _proof.IsReachable || !_options.NeedsProof || _options.External is not null ? _proof.Port
        : (ushort)0;

    public async ValueTask<TimeSpan> StepAsync(CancellationToken stop)
    {
        TimeSpan pause = await _proof.StepAsync(stop);
        Announce();
        string report = Report;
        if (report != _said)
        {
            _said = report;
            LogReachable(report);
        }
        return Pause.Earlier(pause, s_look);
    }

    /// <summary>On a clean stop: the gateway need not keep the port for us.</summary>
    public Task LeaveAsync(CancellationToken stop) => _mapper.DeleteAsync(stop);

    /// <summary>A RESULT.</summary>
    public void Take(SessionPeer peer, in PeerFrame frame)
    {
        peer.Answered(frame.Correlation);
        DialBackOutcome outcome = (DialBackOutcome)frame.Body[0];
        if (outcome == DialBackOutcome.NotNow)
        {
            _proof.Declined(peer.Number);
        }
        else
        {
            _proof.Answered(peer.Number, outcome == DialBackOutcome.Reached);
        }
    }

    IReadOnlyList<(long Number, AddressGroup Group)> IDialBackPeers.Peers() =>
        [.. _host.Peers.Where(static peer => peer.IsOutbound).Select(peer =>
            (peer.Number, _groups.Of(PlaceOf(peer, 0))))];

    void IDialBackPeers.Ask(long number, ushort port)
    {
        if (_host.Peers.FirstOrDefault(peer => peer.Number == number) is { } peer)
        {
            Span<byte> body = stackalloc byte[sizeof(ushort)];
            BinaryPrimitives.WriteUInt16LittleEndian(body, port);
            peer.Ask(PeerMessage.DialBack, body);
        }
        else
        {
            _proof.Declined(number);
        }
    }

    /// <summary>Where this node is, as this peer may tell others; null while that is not known.</summary>
    public PeerEndpoint? OwnFor(SessionPeer peer) => Open is > 0 and ushort port
        ? _options.External ?? _mapper.Mapping.Outside ?? peer.Hello.Observed with { Port = port } : null;

    private static PeerEndpoint PlaceOf(SessionPeer peer, ushort port) =>
        PeerEndpoint.Of(peer.Session.Remote.Address, port);

    /// <summary>Tells DHT and peers when the port that others reach has changed.</summary>
    private void Announce()
    {
        ushort port = Open;
        if (Dht is { } dht && dht.AnnouncePort != port)
        {
            dht.AnnouncePort = port;
        }
        _host.ListenPort = port;
    }

    [LoggerMessage(Level = LogLevel.Information, EventName = "peer_reachable", Message = "{Report}")]
    private partial void LogReachable(string report);
}
