using Otedama.Pool;
using Otedama.Wire;

namespace Otedama;

/// <summary>Rows of what pools on a share chain count of their links to other nodes.</summary>
internal static class PeerMetrics
{
    private const string Prefix = "otedama_p2p_";

    public static IEnumerable<Metric> Rows() =>
    [
        new ValueMetric(Prefix + "peers", "gauge", ["pool", "direction", "state"],
            "Links to pool nodes, by who called whom: in the TLS handshake, before HELLO, connected.",
            static m => m.Pools.Where(static pool => pool.Pool.Chain?.Network.Totals is not null)
                .SelectMany(static pool => Peers(pool, pool.Pool.Chain!.Network))),
        Of("handshakes_total", "counter", ["result"],
            "TLS handshakes with pool nodes by how they ended; ok = with a link.",
            static t => t.Handshakes.Select(static row => Ended(row.Result, row.Count))),
        Of("not_listed_total", "counter", [],
            "Nodes that were not let in because p2p.private is set and p2p.bootstrap_nodes does not name them.",
            static t => [([], t.NotListed)]),
        Of("bytes_total", "counter", ["direction", "type"],
            "Bytes of frames, headers included, TLS not; of sent ones those that were queued.",
            static t => t.Traffic.Select(static row => Row(row.Bytes, row))),
        Of("frames_total", "counter", ["direction", "type"], "Frames, likewise.",
            static t => t.Traffic.Select(static row => Row(row.Frames, row))),
        Of("queue_bytes", "gauge", ["prio"], "Bytes that wait to be sent to all pool nodes, by urgency.",
            static t => t.Queued.Select(static row => Row(row.Bytes, row.Priority))),
        Of("ban_total", "counter", ["reason"], "Bans of pool nodes, by what was too much.",
            static t => t.Bans.Select(static row => Row(row.Count, row.Reason))),
        Of("addr_entries", "gauge", ["table"],
            "Places taken in the tables of addresses: hearsay, and those that answered.",
            static t => [(["new"], t.Addresses.New), (["tried"], t.Addresses.Tried)]),
        Of("dht_nodes", "gauge", ["family"], "Nodes of the DHT in the routing table.",
            static t => (t.Dht?.Families ?? [])
                .Select(static family => ((string[])[family.IsV6 ? "ipv6" : "ipv4"], (double)family.Nodes))),
        Of("dht_queries_total", "counter", ["method", "result"], "Questions to nodes of the DHT, by how they ended.",
            static t => (t.Dht?.Queries ?? []).Select(static row => Row(row.Count, row.Method, row.Result))),
        Of("dht_bep42_invalid_total", "counter", [], "Answers of nodes of the DHT whose id does not fit their address.",
            static t => t.Dht is { } dht ? [([], dht.Misfits)] : []),
        new HistogramMetric(Prefix + "share_propagation_seconds",
            "Age of other nodes' shares when they were checked here, by the time written in them.",
            static p => p.Pool.Chain?.Network.Totals is { } totals
                ? new Histogram(totals.Delays.Buckets, totals.Delays.SumSeconds) : null),
        Of("reachable", "gauge", ["method"], "1 for how others reach this node; all 0 when nobody is known to.",
            static t => Enum.GetValues<ReachMethod>().Select(method => Row(method == t.Reached ? 1 : 0, method))),
    ];

    private static IEnumerable<Sample> Peers(PoolInput pool, ChainNetwork network)
    {
        PeerTotals totals = network.Totals!;
        int dialled = network.Peers.Count(static peer => peer.IsOutbound);
        return
        [
            new Sample([pool.View.Name, "in", "handshake"], totals.Shaking.In),
            new Sample([pool.View.Name, "in", "greeting"], totals.Greeting.In),
            new Sample([pool.View.Name, "in", "connected"], network.Peers.Count - dialled),
            new Sample([pool.View.Name, "out", "handshake"], totals.Shaking.Out),
            new Sample([pool.View.Name, "out", "greeting"], totals.Greeting.Out),
            new Sample([pool.View.Name, "out", "connected"], dialled),
        ];
    }

    private static (string[] Labels, double Value) Ended(PeerRefusal result, long count) =>
        result == PeerRefusal.None ? (["ok"], count) : Row(count, result);

    private static (string[] Labels, double Value) Row(double value, params Enum[] labels) =>
        ([.. labels.Select(static label => Views.Snake(label.ToString()))], value);

    private static (string[] Labels, double Value) Row(double value, PeerTrafficRow row) =>
        ([row.IsOut ? "out" : "in", row.Message.ToLowerInvariant()], value);

    private static ValueMetric Of(
        string name, string type, string[] labels, string help,
        Func<PeerTotals, IEnumerable<(string[] Labels, double Value)>> read) =>
        new(Prefix + name, type, ["pool", .. labels], help,
            m => m.Pools.Where(static pool => pool.Pool.Chain?.Network.Totals is not null)
                .SelectMany(pool => read(pool.Pool.Chain!.Network.Totals!)
                    .Select(row => new Sample([pool.View.Name, .. row.Labels], row.Value))));
}
