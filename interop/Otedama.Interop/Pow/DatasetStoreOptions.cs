using Otedama.Core;

namespace Otedama.Interop;

/// <summary>Makes one dataset; as PowDataset.Create.</summary>
internal delegate PowDataset DatasetMaker(
    Algorithm algorithm, DatasetKind kind, uint epoch, string path, int threads, PowProgress progress, CancellationToken cancellation);

/// <summary>Where datasets come from.</summary>
public sealed record DatasetStoreOptions
{
    /// <summary>Folder of files worth keeping, which is verthash.dat (1.2 GiB); empty = memory only.</summary>
    public string Folder { get; init; } = "";

    /// <summary>Threads that build; 0 = all.</summary>
    public int Threads { get; init; }

    /// <summary>Verthash: graph of the generator, 1 to 17; 0 = the network's. Small ones are for tests.</summary>
    public int VerthashGraph { get; init; }

    /// <summary>Time between two attempts to make a whole KawPow dataset that could not be made.</summary>
    public TimeSpan FullRetry { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Told once for each dataset that is made, or could not be made, on the thread that made it. Must not throw. One that
    /// is given up because nobody needs it any more is not told.
    /// </summary>
    public Action<DatasetState>? Finished { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The seam for tests: a whole KawPow dataset takes minutes.</summary>
    internal DatasetMaker Make { get; init; } = PowDataset.Create;
}
