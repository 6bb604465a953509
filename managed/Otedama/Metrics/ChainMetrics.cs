using Otedama.Pool;

namespace Otedama;

/// <summary>Rows of pools on a share chain and of their peers.</summary>
internal static class ChainMetrics
{
    public static IEnumerable<Metric> Rows() =>
    [
        Of("otedama_sharechain_height", "gauge", "Height of the newest share; 0 before the first.", static c => c.Height),
        OfView("otedama_sharechain_tip_age_seconds", "gauge", "Age of the newest share; NaN before the first.", static c => c.TipAgeS ?? double.NaN),
        Of("otedama_sharechain_work", "gauge", "Expected hashes of the whole chain, uncles included.", static c => (double)c.Work),
        Of("otedama_sharechain_share_work", "gauge", "Expected hashes of the next share.", static c => (double)c.NextWork),
        Of("otedama_sharechain_kept_shares", "gauge", "Shares kept, branches included.", static c => c.Shares),
        Of("otedama_sharechain_shares", "gauge", "Shares of the chain in the window of payment.", static c => c.Window.Shares),
        Of("otedama_sharechain_uncles", "gauge", "Uncles in the window of payment.", static c => c.Window.Uncles),
        Of("otedama_sharechain_payees", "gauge", "Addresses in the window of payment.", static c => c.Window.Payees),
        Of("otedama_sharechain_orphans", "gauge", "Shares that wait for a share nobody has sent yet.", static c => c.Orphans),
        Of("otedama_sharechain_held", "gauge", "Shares that wait for this machine's clock or coin node.", static c => c.Held),
        OfView("otedama_sharechain_own_shares", "gauge", "Shares in the window whose payee mines here, uncles not counted.", static c => c.Window.OwnShares),
        OfView("otedama_sharechain_own_part", "gauge", "Part of the window's work that pays miners of this node, 0 to 1.", static c => c.Window.OwnPart),
        Of("otedama_sharechain_own_found_total", "counter", "Shares of the chain that miners of this node found.", static c => c.OwnFound),
        Of("otedama_sharechain_own_refused_total", "counter", "Found shares that this node's own check refused.", static c => c.OwnRefused),
        Of("otedama_sharechain_reorganisations_total", "counter", "Times that another branch became the chain.", static c => c.Reorganisations),
        Of("otedama_sharechain_reorganisation_depth", "gauge", "Most shares that one of those took back, since the start.", static c => c.DeepestReorganisation),
        Of("otedama_sharechain_gate_open", "gauge", "1 while miners get work.", static c => c.Network.Gate.IsOpen ? 1 : 0),
        OfView("otedama_sharechain_sync_ratio", "gauge", "Part of a fetched history that came; 1 while none is fetched.", static c => c.Sync.Done ?? 1),
        new ValueMetric("otedama_p2p_peers", "gauge", ["pool", "direction", "state"], "Pool nodes connected, by who called whom.",
            static m => m.Pools.Where(static p => p.Pool.Chain is not null).SelectMany(static p => Peers(p, p.Pool.Chain!))),
    ];

    private static IEnumerable<Sample> Peers(PoolInput pool, ChainSnapshot chain) =>
    [
        new Sample([pool.View.Name, "in", "connected"], chain.Network.Peers.Count(static peer => !peer.IsOutbound)),
        new Sample([pool.View.Name, "out", "connected"], chain.Network.Peers.Count(static peer => peer.IsOutbound)),
    ];

    private static ValueMetric Of(string name, string type, string help, Func<ChainSnapshot, double> value) =>
        new(name, type, ["pool"], help, m => m.Pools.Where(static pool => pool.Pool.Chain is not null)
            .Select(pool => new Sample([pool.View.Name], value(pool.Pool.Chain!))));

    private static ValueMetric OfView(string name, string type, string help, Func<ChainView, double> value) =>
        new(name, type, ["pool"], help, m => m.Pools.Where(static pool => pool.View.Sharechain is not null)
            .Select(pool => new Sample([pool.View.Name], value(pool.View.Sharechain!))));
}
