namespace Otedama.Mining;

/// <summary>Everything one run found out, ready to be written as JSON.</summary>
public sealed record BenchmarkReport
{
    /// <summary>Raised when a field changes its meaning.</summary>
    public const int SchemaNumber = 1;

    public int Schema => SchemaNumber;

    public required DateTimeOffset Started { get; init; }

    public required MachineDescription Machine { get; init; }

    public required IReadOnlyList<DatasetBuild> Datasets { get; init; }

    public required IReadOnlyList<BenchmarkResult> Results { get; init; }
}

/// <summary>One row: an algorithm in one flavour on one device with so many threads.</summary>
public sealed record BenchmarkResult
{
    /// <summary>Name in the native catalogue, such as sha256d.</summary>
    public required string Algorithm { get; init; }

    /// <summary>
    /// What was chosen beside the algorithm, such as "96,5" or "height 0"; empty where there is nothing to choose.
    /// </summary>
    public required string Parameters { get; init; }

    /// <summary>"scan", "verify", "build", or "precheck": the part of a check that needs no dataset.</summary>
    public required string Kind { get; init; }

    public required string Device { get; init; }

    public required string Flavour { get; init; }

    public required int Threads { get; init; }

    /// <summary>
    /// What every rate of this row counts: "H/s", "nonces/s" of a solver, "checks/s", or "B/s" of data made.
    /// </summary>
    public required string Unit { get; init; }

    /// <summary>Things per second of all threads together, one number per repeat, in order.</summary>
    public required IReadOnlyList<double> Samples { get; init; }

    /// <summary>Things per second of processor time: what one thread does while it really runs.</summary>
    public required IReadOnlyList<double> CpuSamples { get; init; }

    /// <summary>Per second of wall time.</summary>
    public required double Median { get; init; }

    public required double Min { get; init; }

    public required double Max { get; init; }

    /// <summary>(max - min) / median: above 0.05 the machine was not quiet.</summary>
    public required double Spread { get; init; }

    public required double CpuMedian { get; init; }

    public required double CpuSpread { get; init; }

    /// <summary>Solutions per nonce of an algorithm that solves instead of hashing; null elsewhere.</summary>
    public double? SolutionsPerNonce { get; init; }

    /// <summary>Checks handed over at once, of checks on a card; null elsewhere, where a pool's 256 are.</summary>
    public int? Batch { get; init; }

    /// <summary>Bytes of data that a build makes; null for other kinds.</summary>
    public ulong? Bytes { get; init; }

    /// <summary>Why there is no number; null when there is one.</summary>
    public string? Skipped { get; init; }

    public double PerThread => Threads > 0 ? Median / Threads : 0;

    /// <summary>Processor time of one thing that is counted, in microseconds.</summary>
    public double CpuMicroseconds => CpuMedian > 0 ? 1e6 / CpuMedian : 0;
}

/// <summary>How long a light cache or data file took to make.</summary>
/// <param name="Seconds">Wall time.</param>
/// <param name="CpuSeconds">Processor time of all threads.</param>
public sealed record DatasetBuild(string Algorithm, string Parameters, ulong Bytes, double Seconds, double CpuSeconds);

/// <summary>What the numbers were measured on. Unknown is null.</summary>
public sealed record MachineDescription
{
    public required string Cpu { get; init; }

    /// <summary>Family and model, where the name is the same for several generations; null when not known.</summary>
    public required string? CpuModel { get; init; }

    /// <summary>Instruction sets the native code found.</summary>
    public required IReadOnlyList<string> Features { get; init; }

    public required int HardwareThreads { get; init; }

    public required ulong MemoryBytes { get; init; }

    /// <summary>Frequency governor of processor 0.</summary>
    public required string? Governor { get; init; }

    /// <summary>Name and version of the system's kernel.</summary>
    public required string Kernel { get; init; }

    public required string Runtime { get; init; }

    /// <summary>Processes that wanted to run, averaged over the minute before: above 0 others were at work.</summary>
    public required double? LoadBefore { get; init; }

    /// <summary>Hypervisor or container hints make absolute numbers less comparable.</summary>
    public required bool Virtual { get; init; }

    /// <summary>The value of OTEDAMA_CPU, which forces a flavour; null when not set.</summary>
    public required string? ForcedFlavour { get; init; }
}
