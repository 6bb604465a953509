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

    public TimeSpan WarmUp { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Length of one repeat.</summary>
    public TimeSpan Repeat { get; init; } = TimeSpan.FromSeconds(1);

    public int Repeats { get; init; } = 5;

    /// <summary>Processors to bind the threads to, round-robin; empty = the scheduler decides.</summary>
    public IReadOnlyList<int> Affinity { get; init; } = [];
}
