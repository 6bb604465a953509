namespace Otedama.Pool;

/// <summary>Where and how the share log is kept.</summary>
public sealed record ShareLogOptions
{
    /// <summary>Directory of the segments; created when missing.</summary>
    public required string Directory { get; init; }

    /// <summary>Bytes of a segment, 4 KiB to 1 GiB. 16 MiB hold 262,000 shares.</summary>
    public int SegmentBytes { get; init; } = 16 << 20;

    public LogSync Sync { get; init; } = LogSync.Group;

    /// <summary>Bytes that may wait for a commit; appends beyond it are refused. 8 MiB are 131,000 shares.</summary>
    public int PendingBytesMax { get; init; } = 8 << 20;

    /// <summary>Segments between two snapshots. A start reads that many and the last one.</summary>
    public int SnapshotSegments { get; init; } = 1;

    /// <summary>How long records are kept at least once snapshots hold what they amount to; zero: for ever.</summary>
    public TimeSpan Keep { get; init; }

    /// <summary>What tells the age of records.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public IFiles Files { get; init; } = new DiskFiles();
}
