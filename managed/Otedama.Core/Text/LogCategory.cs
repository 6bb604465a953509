namespace Otedama.Core;

/// <summary>
/// The names log messages carry and rules such as OTEDAMA_LOG=pool.stratum=debug speak of: part, dot, piece of it, in
/// lower case. A logger is made with one of these and nothing else.
/// </summary>
public static class LogCategory
{
    public const string Fleet = "fleet";
    public const string Instance = "instance";
    public const string Datasets = "instance.datasets";
    public const string Log = "instance.log";
    public const string Selftest = "instance.selftest";
    public const string Webhook = "instance.webhook";
    public const string Node = "node";
    public const string NodeRpc = "node.rpc";
    public const string Pool = "pool";
    public const string PoolChain = "pool.chain";
    public const string PoolJobs = "pool.jobs";
    public const string PoolLedger = "pool.ledger";
    public const string PoolPeers = "pool.peers";
    public const string PoolShares = "pool.shares";
    public const string PoolStratum = "pool.stratum";
    public const string PoolSubmit = "pool.submit";
    public const string PoolTemplates = "pool.templates";
    public const string Rig = "rig";
    public const string RigUpstream = "rig.upstream";
    public const string WireHttp = "wire.http";
    public const string WireRpc = "wire.rpc";

    /// <summary>At trace: every line miners send and get.</summary>
    public const string WireStratum = "wire.stratum";

    /// <summary>Every name, in the order of the reference page.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Instance, Datasets, Log, Selftest, Webhook, Node, NodeRpc, Pool, PoolChain, PoolJobs, PoolLedger, PoolPeers, PoolShares, PoolStratum, PoolSubmit,
        PoolTemplates, Rig, RigUpstream, WireHttp, WireRpc, WireStratum,
    ];

    /// <summary>Whether a rule for part speaks of the category: the same name, or one of the names below it.</summary>
    public static bool IsWithin(string category, string part) =>
        category.StartsWith(part, StringComparison.Ordinal) && (category.Length == part.Length || category[part.Length] == '.');
}
