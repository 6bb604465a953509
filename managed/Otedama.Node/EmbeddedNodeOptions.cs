using System.Net;
using Otedama.Core;

namespace Otedama.Node;

/// <summary>How the embedded chain moves its target.</summary>
public enum RetargetMode
{
    /// <summary>Every block at the coin's easiest target, as regtest.</summary>
    Off,

    /// <summary>After every block, towards one block each BlockSeconds.</summary>
    Fast,
}

/// <summary>Settings of an embedded chain.</summary>
public sealed record EmbeddedNodeOptions
{
    /// <summary>Own folder of this node; made when missing.</summary>
    public required string DataDirectory { get; init; }

    public CoinSpec Coin { get; init; } = CoinCatalogue.Otedama;

    public RetargetMode Retarget { get; init; } = RetargetMode.Fast;

    /// <summary>Intended seconds between blocks when retargeting; 1 to 3600.</summary>
    public int BlockSeconds { get; init; } = 10;

    public IPAddress RpcAddress { get; init; } = IPAddress.Loopback;

    /// <summary>0 lets the system choose.</summary>
    public int RpcPort { get; init; }

    /// <summary>A second way in beside the cookie; null for none. Both or neither.</summary>
    public string? RpcUser { get; init; }

    public string? RpcPassword { get; init; }

    /// <summary>Smallest fee rate the mempool takes, smallest units per 1000 virtual bytes.</summary>
    public long MinRelayFeePerKvb { get; init; } = 1000;

    /// <summary>Serialised bytes the mempool keeps before it evicts the lowest fee rate.</summary>
    public long MempoolBytesMax { get; init; } = 20_000_000;

    /// <summary>How long a long poll waits after a mempool change, so that a burst makes one answer.</summary>
    public TimeSpan LongPollMempoolDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A long poll is answered with a fresh template after this even when nothing changed.</summary>
    public TimeSpan LongPollMax { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>False skips the disk flush after each block; for tests.</summary>
    public bool SyncToDisk { get; init; } = true;
}
