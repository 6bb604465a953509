using System.Net;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// The way into the network, again whenever too few nodes are known: those saved, then those configured, then
/// public routers, each only where the one before was not enough; then a pause of 15 s that grows to 15 min. A
/// machine that starts without a network finds it when it comes.
/// </summary>
internal sealed class DhtBootstrap
{
    /// <summary>Good nodes of a family below which it has to find the way in again.</summary>
    public const int NodesMin = RoutingTable.K;

    private const double StartSeconds = 3;
    private const int RoutersMax = 16;
    private const int AddressesOfRouterMax = 4;

    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(15), s_last = TimeSpan.FromMinutes(15);

    private readonly DhtOptions _options;
    private readonly DhtWorld _world;
    private readonly DhtRules _rules;
    private readonly DhtAsker _asker;
    private readonly DhtSearches _searches;
    private readonly IReadOnlyList<DhtFamily> _families;
    private readonly IReadOnlyList<KrpcNode> _saved;
    private readonly BackOff _pauses;
    private Task<IReadOnlyList<PeerEndpoint>>? _routers;
    private Source _next;
    private double _nextAt;
    private int _running;

    public DhtBootstrap(
        DhtOptions options,
        DhtWorld world,
        DhtRules rules,
        DhtAsker asker,
        DhtSearches searches,
        IReadOnlyList<DhtFamily> families,
        double now)
    {
        (_options, _world, _rules, _asker, _searches, _families) = (options, world, rules, asker, searches, families);
        _saved = SavedNodes.Load(world.Files, options.SavedNodes);
        _pauses = new BackOff(s_first, s_last, world.Random);
        // Machines that start together after a power cut do not ask together.
        _nextAt = now + (world.Random.NextUInt64() / (double)ulong.MaxValue * StartSeconds);
    }

    private enum Source
    {
        Saved,
        Configured,
        Routers,
    }

    /// <summary>True when a round has ended and there are nodes to ask about other things.</summary>
    public bool IsIn => _running == 0 && _families.Any(static family => family.Table.Count > 0);

    /// <summary>
    /// Begins the next round when it is time and one is needed. wake: called when the routers' addresses have come.
    /// </summary>
    public void Step(double now, Action wake)
    {
        DhtFamily[] lacking = [.. _families.Where(family => family.Table.CountGood(now) < NodesMin)];
        if (lacking.Length == 0)
        {
            _pauses.Reset();
            _next = Source.Saved;
            return;
        }
        if (_running > 0 || now < _nextAt || SeedsOf(_next, wake) is not { } seeds)
        {
            return;
        }
        foreach (DhtFamily family in lacking)
        {
            Approach(family, seeds);
        }
        if (_next == Source.Routers)
        {
            _nextAt = now + _pauses.Next().TotalSeconds;
            _routers = null;
        }
        _next = _next == Source.Routers ? Source.Saved : _next + 1;
    }

    private void Approach(DhtFamily family, IEnumerable<(PeerEndpoint Endpoint, DhtId? Id)> from)
    {
        (PeerEndpoint Endpoint, DhtId? Id)[] seeds =
        [
            .. from.Where(seed => seed.Endpoint.IsV6 == family.IsV6),
            .. family.Table.Closest(family.Table.Own, RoutingTable.K).Select(static e =>
                (e.Node.Endpoint, (DhtId?)e.Node.Id)),
        ];
        if (seeds.Length > 0)
        {
            _running++;
            _searches.Approach(family, family.Table.Own, seeds, () => _running--);
        }
    }

    /// <summary>Null while the routers' names are being looked up.</summary>
    private IEnumerable<(PeerEndpoint Endpoint, DhtId? Id)>? SeedsOf(Source source, Action wake)
    {
        switch (source)
        {
            case Source.Saved:
                return _saved.Select(static node => (node.Endpoint, (DhtId?)node.Id));
            case Source.Configured:
                return _options.Nodes.Select(static node => (node, (DhtId?)null));
            default:
                _routers ??= ResolveAsync(wake);
                if (!_routers.IsCompletedSuccessfully)
                {
                    return null;
                }
                foreach (PeerEndpoint router in _routers.Result)
                {
                    _asker.LeaveAlone(router);
                }
                return _routers.Result.Select(static router => (router, (DhtId?)null));
        }
    }

    private async Task<IReadOnlyList<PeerEndpoint>> ResolveAsync(Action wake)
    {
        IReadOnlyList<PeerEndpoint>[] found = await Task.WhenAll(_options.Routers.Take(RoutersMax)
            .Select(ResolveAsync));
        wake();
        return [.. found.SelectMany(static endpoints => endpoints).Where(_rules.IsUsable)];
    }

    private async Task<IReadOnlyList<PeerEndpoint>> ResolveAsync(string router)
    {
        int colon = router.LastIndexOf(':');
        if (colon < 1 || !ushort.TryParse(router.AsSpan(colon + 1), out ushort port))
        {
            return [];
        }
        try
        {
            IReadOnlyList<IPAddress> addresses = await _world.Names.ResolveAsync(router[..colon], default);
            return [.. addresses.Take(AddressesOfRouterMax).Select(address => PeerEndpoint.Of(address, port))];
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return []; // one name of many
        }
    }
}
