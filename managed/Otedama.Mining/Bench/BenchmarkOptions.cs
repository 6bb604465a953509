using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>What to measure. Empty lists mean everything this machine can do.</summary>
public sealed record BenchmarkOptions
{
    public IReadOnlyList<Algorithm> Algorithms { get; init; } = [];

    /// <summary>Plugins to measure before them; with plugins and no algorithms, only the plugins.</summary>
    public IReadOnlyList<WasmPlugin> Plugins { get; init; } = [];

    /// <summary>Flavours by name; empty = only the one mining would choose.</summary>
    public IReadOnlyList<string> Flavours { get; init; } = [];

    /// <summary>Measure every flavour that runs here; overrides Flavours.</summary>
    public bool AllFlavours { get; init; }

    /// <summary>Thread counts to measure one after the other; empty = 1 and all hardware threads.</summary>
    public IReadOnlyList<int> Threads { get; init; } = [];

    /// <summary>Scan searches nonces; Verify checks headers in batches as a pool does; Build makes data.</summary>
    public BenchmarkKind Kind { get; init; }

    public TimeSpan WarmUp { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Length of one repeat. An algorithm that needs longer for one nonce finishes that nonce.</summary>
    public TimeSpan Repeat { get; init; } = TimeSpan.FromSeconds(1);

    public int Repeats { get; init; } = 5;

    /// <summary>Processors to bind the threads to, round-robin; empty = the scheduler decides.</summary>
    public IReadOnlyList<int> Affinity { get; init; } = [];

    /// <summary>Graphics cards to measure in place of the processor, each geometry of each algorithm.</summary>
    public IReadOnlyList<GpuInfo> Gpus { get; init; } = [];

    /// <summary>As RigOptions.GpuIntensity.</summary>
    public int GpuIntensity { get; init; }

    /// <summary>Told in words which row is measured next.</summary>
    public Action<string>? Begins { get; init; }

    /// <summary>
    /// KawPow: the block height, which selects light cache and program. Building the cache is timed too.
    /// </summary>
    public uint KawPowHeight { get; init; }

    /// <summary>KawPow: measure with the whole dataset (minutes to make) in place of the light cache.</summary>
    public bool KawPowFull { get; init; }

    /// <summary>Verthash: its data file; written when it does not exist. Null: see VerthashInMemory.</summary>
    public string? VerthashFile { get; init; }

    /// <summary>
    /// Verthash: generate the data (1.2 GiB, some seconds) in memory. Without it and without a file it is skipped.
    /// </summary>
    public bool VerthashInMemory { get; init; }

    /// <summary>Equihash (n, k) pairs; empty = 96,5, whose solver answers within a second.</summary>
    public IReadOnlyList<(uint N, uint K)> Equihash { get; init; } = [];
}

public enum BenchmarkKind
{
    Scan = 0,
    Verify = 1,

    /// <summary>
    /// Makes the data an algorithm needs, from nothing and in memory; every repeat is one whole build.
    /// </summary>
    Build = 2,
}
