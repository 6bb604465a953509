using System.Net;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>What a pool looks like at one moment. Hash rates are in hashes per second, from accepted work.</summary>
public sealed record PoolSnapshot
{
    public required DateTimeOffset Time { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required PayoutScheme Scheme { get; init; }

    /// <summary>The share chain; null where the pool's own ledger says whom blocks pay.</summary>
    public ChainSnapshot? Chain { get; init; }

    public required decimal FeePercent { get; init; }

    public required IReadOnlyList<IPEndPoint> Listen { get; init; }

    /// <summary>Open connections, logged in or not.</summary>
    public required int Connections { get; init; }

    /// <summary>Connections refused over the limit, since start.</summary>
    public required long ConnectionsRefused { get; init; }

    /// <summary>Addresses shut out at the moment.</summary>
    public required int Banned { get; init; }

    /// <summary>Connections the guard refused and bans it gave, by rule, since start.</summary>
    public IReadOnlyList<(GuardRule Rule, long Count)> Guarded { get; init; } = [];

    public required HashRates HashRate { get; init; }

    public required ShareCounts Shares { get; init; }

    /// <summary>Blocks found since start.</summary>
    public required long BlocksFound { get; init; }

    /// <summary>The newest blocks, newest first, at most 50.</summary>
    public required IReadOnlyList<FoundBlock> Blocks { get; init; }

    /// <summary>Workers that are connected, by address and worker name; at most 10,000.</summary>
    public required IReadOnlyList<MinerSnapshot> Miners { get; init; }

    /// <summary>Null until the first template has arrived.</summary>
    public required JobSnapshot? Job { get; init; }

    public required IReadOnlyList<NodeHealth> Nodes { get; init; }

    /// <summary>Time from reading a submit to writing its reply, of the last minute; zero when there was none.</summary>
    public required TimeSpan ReplyP50 { get; init; }

    public required TimeSpan ReplyP99 { get; init; }

    /// <summary>From reading a submit to handing over its answer, all of them.</summary>
    public required LatencyTotals Replies { get; init; }
}

/// <summary>Hash rate over three windows, hashes per second.</summary>
public readonly record struct HashRates(double OneMinute, double TenMinutes, double OneHour);

/// <summary>Shares since start, rejected by reason.</summary>
public sealed record ShareCounts(long Accepted, long Rejected, IReadOnlyDictionary<Rejection, long> Reasons);

/// <summary>A block this pool found.</summary>
public sealed record FoundBlock(DateTimeOffset Time, int Height, Hash256 Hash, string Finder, Amount Reward);

/// <summary>One worker of one address.</summary>
public sealed record MinerSnapshot
{
    public required string Address { get; init; }

    public required string Worker { get; init; }

    public required string UserAgent { get; init; }

    public required int Connections { get; init; }

    public required double Difficulty { get; init; }

    public required HashRates HashRate { get; init; }

    public required long Accepted { get; init; }

    public required long Rejected { get; init; }

    public required DateTimeOffset ConnectedAt { get; init; }

    /// <summary>Null before the first accepted share.</summary>
    public required DateTimeOffset? LastShareAt { get; init; }
}

/// <summary>What miners work on.</summary>
public sealed record JobSnapshot(uint Id, int Height, int Transactions, Amount Reward, double NetworkDifficulty, string Source, DateTimeOffset MadeAt);
