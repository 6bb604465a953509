namespace Otedama.Interop;

/// <summary>Makes one dataset in a device's memory; as PowDataset.CreateOn.</summary>
internal delegate PowDataset DeviceDatasetMaker(
    int device, DatasetKind kind, PowDataset source, PowProgress? progress, CancellationToken cancellation);

/// <summary>How datasets of graphics cards are kept.</summary>
public sealed record DeviceDatasetOptions
{
    /// <summary>Time between two attempts to make one that could not be made.</summary>
    public TimeSpan Retry { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long one stays when nobody uses it any more, so that a rig that is started anew finds it; and that of the
    /// epoch
    /// before, so that a pool whose block is a moment older can be served.
    /// </summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long before the end of an epoch the next one's is begun, at least; three times what the last took, when
    /// that is longer.
    /// </summary>
    public TimeSpan Lead { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>As DatasetStoreOptions.Finished.</summary>
    public Action<DatasetState>? Finished { get; init; }

    /// <summary>Told in one sentence what an operator wants to know of memory. Must not throw.</summary>
    public Action<string>? Says { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The seam for tests, which have no card.</summary>
    internal DeviceDatasetMaker Make { get; init; } = PowDataset.CreateOn;
}
