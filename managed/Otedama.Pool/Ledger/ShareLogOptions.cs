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

    public ILogStorage Storage { get; init; } = new DiskLogStorage();
}
