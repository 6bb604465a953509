using System.Net.Sockets;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// A node of the BitTorrent Mainline DHT, by which pool nodes find each other without a server of ours (BEP 5, 32,
/// 42, 43, 51). Nothing it finds is trusted: it hands on addresses, and who is there shows when somebody connects.
/// Steps and datagrams may come from different threads.
/// </summary>
public sealed class DhtNode : IStep
{
    private const double SaveSeconds = 600;

    private static readonly TimeSpan s_busy = TimeSpan.FromMilliseconds(100), s_quiet = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly DhtOptions _options;
    private readonly DhtWorld _world;
    private readonly IDiscovered _sink;
    private readonly DhtFamily[] _families;
    private readonly DhtAsker _asker;
    private readonly DhtListener _listener;
    private readonly DhtSearches _searches;
    private readonly DhtSchedule _schedule;
    private readonly DhtBootstrap _bootstrap;
    private double _savedAt;
    private int _announcePort;

    /// <summary>ArgumentException for mode off, which is no node.</summary>
    public DhtNode(DhtOptions options, DhtWorld world, IDiscovered sink)
    {
        if (options.Mode == DhtMode.Off)
        {
            throw new ArgumentException("dht.mode is off, so there is no DHT node; choose client or server");
        }
        (_options, _world, _sink) = (options, world, sink);
        double now = Now;
        _savedAt = now;
        DhtRules rules = new(options.IsTestNetwork);
        DhtBudget budget = new(options.Mode == DhtMode.Server, now);
        _families = [.. world.Datagrams.Endpoints.Select(static e => e.AddressFamily == AddressFamily.InterNetworkV6)
            .Distinct().Select(isV6 => new DhtFamily(isV6, rules, world.Random, now))];
        _asker = new DhtAsker(options, world, rules, budget);
        _listener = new DhtListener(options, world, rules, budget, _asker, _families, now);
        _searches = new DhtSearches(_asker, rules, world.Random, sink);
        _schedule = new DhtSchedule(world.Random);
        _bootstrap = new DhtBootstrap(options, world, rules, _asker, _searches, _families, now);
        Wake = new Signal(world.Time);
    }

    public Signal Wake { get; }

    /// <summary>
    /// The TCP port that is announced; 0 = none, while nobody has proved that we can be reached. It has to be the
    /// port the datagrams come from too: some nodes store that one, others the one that is said.
    /// </summary>
    public int AnnouncePort
    {
        get => _announcePort;
        set
        {
            _announcePort = value;
            Wake.Set();
        }
    }

    /// <summary>Seconds of a clock that only goes forward.</summary>
    private double Now => _world.Time.GetElapsedTime(0).TotalSeconds;

    /// <summary>Begins to listen. The steps do the rest.</summary>
    public void Start() => _world.Datagrams.Start(OnDatagram);

    /// <summary>Looks for the nodes of a chain. networkId: its 32 bytes.</summary>
    public void FollowNetwork(ReadOnlySpan<byte> networkId)
    {
        lock (_gate)
        {
            _schedule.FollowNetwork(networkId);
        }
        Wake.Set();
    }

    /// <summary>Looks for the peers of one key.</summary>
    public void FollowKey(DhtId key)
    {
        lock (_gate)
        {
            _schedule.FollowKey(key);
        }
        Wake.Set();
    }

    /// <summary>Takes one datagram, whatever it is.</summary>
    public void OnDatagram(PeerEndpoint from, ReadOnlySpan<byte> datagram)
    {
        lock (_gate)
        {
            double now = Now;
            if (Array.Find(_families, family => family.IsV6 == from.IsV6) is { } family)
            {
                _listener.Take(family, from, datagram, now);
                _searches.Pump(now);
            }
        }
    }

    public ValueTask<TimeSpan> StepAsync(CancellationToken stop)
    {
        lock (_gate)
        {
            double now = Now;
            TimeSpan patience = _asker.Expire(now);
            _bootstrap.Step(now, Wake.Set);
            if (_bootstrap.IsIn)
            {
                BeginDue(now);
                Maintain(now);
            }
            _searches.Pump(now);
            if (now - _savedAt > SaveSeconds)
            {
                SaveNodes(now);
            }
            return ValueTask.FromResult(Pause.Earlier(_searches.IsBusy ? s_busy : s_quiet, patience));
        }
    }

    /// <summary>Keeps the nodes for the next start. Throws as the files do.</summary>
    public void Save()
    {
        lock (_gate)
        {
            SaveNodes(Now);
        }
    }

    public DhtSnapshot Snapshot()
    {
        lock (_gate)
        {
            double now = Now;
            return new DhtSnapshot
            {
                Families = [.. _families.Select(family => Snapshot(family, now))],
                Asked = _asker.Sent,
                Answered = _asker.Answered,
                Queries = _asker.Counts,
                Misfits = _asker.Misfits,
                Refused = _listener.Refused,
                LookupsEnded = _searches.Ended,
                Announced = _searches.Announced,
                Hints = _searches.Hints,
                StoredPeers = _listener.StoredPeers,
                IsBusy = _searches.IsBusy || _asker.UnderWay > 0 || !_bootstrap.IsIn,
            };
        }
    }

    private static DhtFamilySnapshot Snapshot(DhtFamily family, double now) => new(
        family.IsV6,
        family.Table.Own,
        family.Table.Count,
        family.Table.CountGood(now),
        family.Table.All.Count(static entry => !entry.IsValid),
        family.External);

    private void BeginDue(double now)
    {
        foreach ((DhtId key, bool announce) in _schedule.TakeDue(_world.Time.GetUtcNow(), now, _announcePort > 0,
            _sink.HasEnough))
        {
            foreach (DhtFamily family in _families)
            {
                _searches.Find(family, key, _announcePort, announce);
            }
        }
    }

    /// <summary>Asks one node that has been silent, and freshens one bucket.</summary>
    private void Maintain(double now)
    {
        foreach (DhtFamily family in _families)
        {
            if (family.Table.NextQuestionable(now) is { } silent && !_asker.IsExpected(silent.Node.Endpoint))
            {
                _asker.TryAsk(family, silent.Node.Endpoint, new DhtQuestion(KrpcMethod.Ping, default, [], 0), now,
                    static _ => { });
            }
            if (!_searches.IsBusy && family.Table.NextRefresh(_world.Random, now) is { } key)
            {
                _searches.Approach(
                    family, key, family.Table.Closest(key, RoutingTable.K).Select(static e =>
                        (e.Node.Endpoint, (DhtId?)e.Node.Id)), null);
            }
        }
    }

    /// <summary>Nodes of a table that is empty are no reason to forget those of last time.</summary>
    private void SaveNodes(double now)
    {
        _savedAt = now;
        RoutingEntry[] nodes = [.. _families.SelectMany(static family => family.Table.All)];
        if (_options.SavedNodes.Length > 0 && nodes.Length > 0)
        {
            SavedNodes.Save(_world.Files, _options.SavedNodes, nodes);
        }
    }
}
