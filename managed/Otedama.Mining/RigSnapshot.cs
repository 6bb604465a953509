using Otedama.Core;

namespace Otedama.Mining;

public enum RigState
{
    /// <summary>No job yet.</summary>
    Connecting,
    Mining,
    Paused,
    Stopped,
}

/// <summary>What a rig is doing, at one moment. Unknown is null, never zero.</summary>
public sealed record RigSnapshot
{
    public required RigState State { get; init; }

    public required Algorithm Algorithm { get; init; }

    public required TimeSpan Uptime { get; init; }

    /// <summary>Sum over the workers, hashes per second.</summary>
    public required HashRates Hashrate { get; init; }

    /// <summary>All hashes since the start, those of workers that have left included.</summary>
    public required long Hashes { get; init; }

    /// <summary>Best ten seconds since the start, hashes per second.</summary>
    public double HashrateMax { get; init; }

    /// <summary>Seconds a share takes on average at the present speed and difficulty; null without either.</summary>
    public double? ShareSeconds { get; init; }

    /// <summary>Why it is paused, when not by command.</summary>
    public string PauseReason { get; init; } = "";

    /// <summary>
    /// Hashes per second that the accepted shares of the last 15 minutes stand for; null before the first one.
    /// </summary>
    public required double? EffectiveHashrate { get; init; }

    /// <summary>Of all workers, those that have left included.</summary>
    public required ShareCounts Shares { get; init; }

    /// <summary>How often shares were refused, by the pool's words.</summary>
    public IReadOnlyDictionary<string, long> Refusals { get; init; } = new Dictionary<string, long>();

    /// <summary>Pool difficulty of the current job; null without a job.</summary>
    public required double? Difficulty { get; init; }

    /// <summary>Block height of the current job; null when the upstream does not say.</summary>
    public required int? Height { get; init; }

    /// <summary>Id of the current job; null without one.</summary>
    public required uint? JobId { get; init; }

    public required IReadOnlyList<WorkerSnapshot> Workers { get; init; }

    /// <summary>What the workers run on.</summary>
    public IReadOnlyList<DeviceSnapshot> Devices { get; init; } = [];

    /// <summary>In order of preference; empty for a rig with a job source of its own.</summary>
    public required IReadOnlyList<PoolSnapshot> Pools { get; init; }
}

/// <summary>Hashes per second over three windows.</summary>
public readonly record struct HashRates(double Seconds10, double Seconds60, double Minutes15)
{
    public static HashRates operator +(HashRates left, HashRates right) =>
        new(left.Seconds10 + right.Seconds10, left.Seconds60 + right.Seconds60, left.Minutes15 + right.Minutes15);
}

/// <param name="Accepted">Acknowledged by the pool.</param>
/// <param name="Rejected">Refused for another reason than being late.</param>
/// <param name="Stale">Refused as late, or dropped here because a new tip had come.</param>
/// <param name="Dropped">Never sent: the submit queue was full, or the connection went away before a reply.</param>
/// <param name="Pending">Sent, no reply yet.</param>
public readonly record struct ShareCounts(long Accepted, long Rejected, long Stale, long Dropped, int Pending)
{
    public static ShareCounts operator +(ShareCounts left, ShareCounts right) => new(
        left.Accepted + right.Accepted,
        left.Rejected + right.Rejected,
        left.Stale + right.Stale,
        left.Dropped + right.Dropped,
        left.Pending + right.Pending);
}

public sealed record WorkerSnapshot
{
    public required int Id { get; init; }

    /// <summary>Such as cpu0.</summary>
    public required string Name { get; init; }

    public required string Device { get; init; }

    /// <summary>DeviceSnapshot.Id of that; empty when none of them is meant.</summary>
    public string DeviceId { get; init; } = "";

    /// <summary>Instruction-set flavour or kernel; empty when not known.</summary>
    public required string Flavour { get; init; }

    public required WorkerState State { get; init; }

    /// <summary>Why the state is not Healthy; empty when it is.</summary>
    public required string Reason { get; init; }

    public required HashRates Hashrate { get; init; }

    /// <summary>All hashes since start.</summary>
    public required long Hashes { get; init; }

    public required ShareCounts Shares { get; init; }

    public required int Restarts { get; init; }
}

public enum PoolState
{
    /// <summary>Not in use.</summary>
    Standby,
    Connecting,
    Active,

    /// <summary>The last attempt failed; waiting for the next.</summary>
    Failed,
}

public sealed record PoolSnapshot
{
    public required string Url { get; init; }

    public required string User { get; init; }

    public required PoolState State { get; init; }

    /// <summary>Failures in a row.</summary>
    public required int Failures { get; init; }

    /// <summary>The last failure in words; empty when there was none.</summary>
    public required string LastError { get; init; }

    /// <summary>Last submit to reply; null before the first one.</summary>
    public required double? LatencyMs { get; init; }

    /// <summary>Since the current connection was made; null when not connected.</summary>
    public required TimeSpan? ConnectedFor { get; init; }
}
