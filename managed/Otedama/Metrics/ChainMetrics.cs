using Otedama.Pool;

namespace Otedama;

/// <summary>Rows of pools on a share chain.</summary>
internal static class ChainMetrics
{
    private const string Prefix = "otedama_sharechain_";

    public static IEnumerable<Metric> Rows() =>
    [
        Of("height", "Height of the newest share; 0 before the first.", static c => c.Height),
        OfView("tip_age_seconds", "Age of the newest share; NaN before the first.",
            static c => c.TipAgeS ?? double.NaN),
        Of("work", "Expected hashes of the whole chain, uncles included.", static c => (double)c.Work),
        Of("share_work", "Expected hashes of the next share.", static c => (double)c.NextWork),
        Of("kept_shares", "Shares kept, branches included.", static c => c.Shares),
        Of("shares", "Shares of the chain in the window of payment.", static c => c.Window.Shares),
        Of("uncles", "Uncles in the window of payment.", static c => c.Window.Uncles),
        Of("payees", "Addresses in the window of payment.", static c => c.Window.Payees),
        Of("orphans", "Shares that wait for a share nobody has sent yet.", static c => c.Orphans),
        Of("held", "Shares that wait for this machine's clock or coin node.", static c => c.Held),
        OfView("own_shares", "Shares in the window whose payee mines here, uncles not counted.",
            static c => c.Window.OwnShares),
        OfView("own_part", "Part of the window's work that pays miners of this node, 0 to 1.",
            static c => c.Window.OwnPart),
        Counter("own_found_total", "Shares of the chain that miners of this node found.", static c => c.OwnFound),
        Counter("own_refused_total", "Found shares that this node's own check refused.", static c => c.OwnRefused),
        Counter("reorganisations_total", "Times that another branch became the chain.", static c => c.Reorganisations),
        Of("reorganisation_depth", "Most shares that one of those took back, since the start.",
            static c => c.DeepestReorganisation),
        Counter("deep_reorganisations_total", "Those that took back more than 12 shares.",
            static c => c.DeepReorganisations),
        Counter("blocks_announced_total", "Coin blocks found here that other nodes were sent.",
            static c => c.AnnouncedBlocks),
        Counter("peer_blocks_total", "Coin blocks found by other nodes that this node's coin nodes got.",
            static c => c.PeerBlocks),
        new ValueMetric(Prefix + "alarm", "gauge", ["pool", "kind"],
            "How many things of this kind the operator should look at.",
            static m => m.Pools.Where(static p => p.Pool.Chain is not null)
                .SelectMany(static p => Alarms(p, p.Pool.Chain!))),
        new ValueMetric(Prefix + "audits_total", "counter", ["pool", "result"],
            "Shares that were asked about their transactions (p2p.audit).",
            static m => m.Pools.Where(static p => p.Pool.Chain is not null)
                .SelectMany(static p => Audits(p, p.Pool.Chain!))),
        Of("relay_hybrid", "1 while shares are pushed to a few peers only (p2p.gossip_budget).",
            static c => c.IsHybrid ? 1 : 0),
        Of("gate_open", "1 while miners get work.", static c => c.Network.Gate.IsOpen ? 1 : 0),
        OfView("sync_ratio", "Part of a fetched history that came; 1 while none is fetched.",
            static c => c.Sync.Done ?? 1),
    ];

    private static IEnumerable<Sample> Alarms(PoolInput pool, ChainSnapshot chain) => ChainAlarms.All.Select(kind =>
        new Sample([pool.View.Name, kind], chain.Alarms.Count(alarm => alarm.Kind == kind)));

    private static IEnumerable<Sample> Audits(PoolInput pool, ChainSnapshot chain) =>
    [
        new Sample([pool.View.Name, "good"], chain.Audited.Good),
        new Sample([pool.View.Name, "bad"], chain.Audited.Bad),
        new Sample([pool.View.Name, "unknown"], chain.Audited.Unknown),
    ];

    private static ValueMetric Of(string name, string help, Func<ChainSnapshot, double> value) =>
        Alone(name, "gauge", help, value);

    private static ValueMetric Counter(string name, string help, Func<ChainSnapshot, double> value) =>
        Alone(name, "counter", help, value);

    private static ValueMetric Alone(string name, string type, string help, Func<ChainSnapshot, double> value) =>
        new(Prefix + name, type, ["pool"], help, m => m.Pools.Where(static pool => pool.Pool.Chain is not null)
            .Select(pool => new Sample([pool.View.Name], value(pool.Pool.Chain!))));

    private static ValueMetric OfView(string name, string help, Func<ChainView, double> value) =>
        new(Prefix + name, "gauge", ["pool"], help, m => m.Pools.Where(static pool => pool.View.Sharechain is not null)
            .Select(pool => new Sample([pool.View.Name], value(pool.View.Sharechain!))));
}
