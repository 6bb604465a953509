using System.Net;
using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Finds the addresses of the nodes that the operator named, and looks again for those that have none: a machine that
/// starts without a network meets them when it comes.
/// </summary>
internal sealed partial class BootstrapNames : IStep
{
    private const int AddressesMax = 8;

    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(10), s_last = TimeSpan.FromMinutes(10);

    private readonly List<PeerAddress> _missing;
    private readonly PoolWorld _world;
    private readonly Dialler _dialler;
    private readonly BackOff _pauses;
    private readonly ILogger _logger;
    private Pause _rest;

    public BootstrapNames(IEnumerable<PeerAddress> named, PoolWorld world, Dialler dialler)
    {
        (_missing, _world, _dialler) = ([.. named], world, dialler);
        _pauses = new BackOff(s_first, s_last, world.Random);
        _logger = world.Loggers.CreateLogger(LogCategory.PoolPeers);
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
        foreach (PeerAddress named in _missing.ToArray())
        {
            IReadOnlyList<IPAddress> addresses = await _world.Names.ResolveAsync(named.Host, stop);
            _dialler.Name([.. addresses.Take(AddressesMax).Select(address =>
                new FirstContact(PeerEndpoint.Of(address, named.Port), named.Id))]);
            if (addresses.Count > 0)
            {
                _missing.Remove(named);
            }
            else
            {
                LogNoName(named.Host);
            }
        }
        TimeSpan pause = _missing.Count == 0 ? Timeout.InfiniteTimeSpan : _pauses.Next();
        _rest = _missing.Count == 0 ? default : Pause.Begin(_world.Time, pause);
        return pause;
    }

    [LoggerMessage(Level = LogLevel.Warning, EventName = "peer_no_name",
        Message = "p2p.bootstrap_nodes: {Host} has no address that could be found; it is looked for again")]
    private partial void LogNoName(string host);
}
