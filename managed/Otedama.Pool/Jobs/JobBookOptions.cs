using Otedama.Core;

namespace Otedama.Pool;

/// <summary>How a pool makes its jobs.</summary>
public sealed record JobBookOptions
{
    /// <summary>
    /// Jobs kept in the mode where all miners share coinbases. A refresh every 30 s in all six coinbase classes uses
    /// 12 a minute, so that late candidates find their job for 10 minutes.
    /// </summary>
    public const int SharedCapacity = 128;

    /// <summary>
    /// Jobs kept where no account has a coinbase of its own. Splits that change every 10 s use 36 a minute, and every SplitEvery
    /// 72: where they do, 512 let late candidates find their job for 14 and 7 minutes.
    /// </summary>
    public int Capacity { get; init; } = SharedCapacity;

    /// <summary>Who is paid.</summary>
    public required ISplits Splits { get; init; }

    /// <summary>The easiest target a session may be given.</summary>
    public required Target ShareTarget { get; init; }

    /// <summary>Text in the coinbase script; at most 40 bytes.</summary>
    public ReadOnlyMemory<byte> Tag { get; init; } = "/otedama/"u8.ToArray();

    public uint VersionMask { get; init; } = JobBuilder.VersionRollingMask;

    /// <summary>Zcash family: bytes of a solution; 0 elsewhere.</summary>
    public int SolutionLength { get; init; }

    /// <summary>Miners take a silent pool for dead after 1 to 5 minutes.</summary>
    public TimeSpan RefreshEvery { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Smallest time between two jobs on the same tip when the node's mempool is busy.</summary>
    public TimeSpan UpdateEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Smallest time between two jobs because of other splits.</summary>
    public TimeSpan SplitEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The first job id; null = from the clock, so that a coinbase made before a restart is never made again.
    /// </summary>
    public uint? FirstId { get; init; }
}
