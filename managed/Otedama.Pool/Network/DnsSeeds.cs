using System.Net;
using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Asks name servers for nodes, when those known before, those configured and the DHT have not given two links in half
/// a minute: for SRV records of _otedama._tcp.SEED, and for the addresses of SEED itself. Again, ever more rarely,
/// while that is so.
/// </summary>
/// <remarks>
/// Who has a seed, or the way to a name server, fills the table for nothing; all of it counts as one source, which
/// reaches 64 of the 1,024 buckets of `new`, and that only while this node has nobody else.
/// </remarks>
internal sealed partial class DnsSeeds : IStep
{
    /// <summary>Where a seed's own addresses listen; SRV records say it themselves.</summary>
    public const ushort DefaultPort = 30_303;

    /// <summary>Links from which on nobody is asked.</summary>
    private const int Enough = 2;

    private const int ServicesMax = 16, AddressesMax = 32;

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(30), s_last = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    private readonly IReadOnlyList<string> _seeds;
    private readonly Func<IReadOnlyList<IPEndPoint>> _servers;
    private readonly PoolWorld _world;
    private readonly AddressManager _addresses;
    private readonly Dialler _dialler;
    private readonly BackOff _pauses;
    private readonly ILogger _logger;
    private Pause _rest;

    public DnsSeeds(PeerNodeOptions options, PoolWorld world, AddressManager addresses, Dialler dialler)
    {
        (_seeds, _world, _addresses, _dialler) = (options.DnsSeeds, world, addresses, dialler);
        _servers = options.NameServer is { } server ? () => [server] : world.NameServers;
        _pauses = new BackOff(s_look * 2, s_last, world.Random);
        _logger = world.Loggers.CreateLogger(LogCategory.PoolPeers);
        _rest = Pause.Begin(world.Time, s_look);
        Wake = new Signal(world.Time);
    }

    public Signal Wake { get; }

    public async ValueTask<TimeSpan> StepAsync(CancellationToken stop)
    {
        TimeSpan left = _rest.Left(_world.Time);
        if (left > TimeSpan.Zero)
        {
            return left;
        }
        if (_dialler.Lines().Count(static line => line.IsUp && line.Outbound.Kind != OutboundKind.Feeler) >= Enough)
        {
            _pauses.Reset();
            return s_look;
        }
        foreach (string seed in _seeds)
        {
            await LookAsync(seed, stop);
        }
        TimeSpan pause = _pauses.Next();
        _rest = Pause.Begin(_world.Time, pause);
        return pause;
    }

    private async Task LookAsync(string seed, CancellationToken stop)
    {
        List<PeerEndpoint> found = [];
        DnsAnswer? services = await AskAsync($"_otedama._tcp.{seed}", DnsType.Srv, stop);
        IReadOnlyList<DnsService> inOrder = DnsService.InOrder(services?.Services ?? [], Below);
        foreach (DnsService one in inOrder.Take(ServicesMax))
        {
            await FindAsync(one.Host, one.Port, found, stop);
        }
        await FindAsync(seed, DefaultPort, found, stop);
        long now = _world.Time.GetUtcNow().ToUnixTimeSeconds();
        int news = found.Take(AddressesMax).Count(place => _addresses.Add(place, default, now, AddressOrigin.Dns));
        LogSeed(seed, found.Count, news);
        if (news > 0)
        {
            _dialler.Wake.Set();
        }
    }

    private int Below(int count) => (int)(_world.Random.NextUInt64() % (ulong)count);

    private async Task FindAsync(string host, ushort port, List<PeerEndpoint> found, CancellationToken stop)
    {
        foreach (DnsType type in (DnsType[])[DnsType.A, DnsType.Aaaa])
        {
            DnsAnswer? answer = found.Count < AddressesMax ? await AskAsync(host, type, stop) : null;
            found.AddRange((answer?.Addresses ?? []).Select(address => PeerEndpoint.Of(address, port)));
        }
    }

    /// <summary>One server after the other, each once; null when none has answered.</summary>
    private async Task<DnsAnswer?> AskAsync(string name, DnsType type, CancellationToken stop)
    {
        if (!DnsMessage.IsName(name))
        {
            return null;
        }
        foreach (IPEndPoint server in _servers())
        {
            ushort id = (ushort)(_world.Random.NextUInt64() & ushort.MaxValue);
            byte[]? bytes =
                await _world.Gateway.AskAsync(server, DnsMessage.Question(id, name, type), s_patience, stop);
            if (bytes is not null && DnsMessage.Read(bytes, id, name, type) is { } answer)
            {
                return answer;
            }
        }
        return null;
    }

    [LoggerMessage(Level = LogLevel.Information, EventName = "peer_seed",
        Message = "DNS seed {Seed}: {Found} addresses, {News} of them not known before")]
    private partial void LogSeed(string seed, int found, int news);
}
