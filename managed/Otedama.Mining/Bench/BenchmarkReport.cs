namespace Otedama.Mining;

/// <summary>Everything one run found out, ready to be written as JSON.</summary>
public sealed record BenchmarkReport
{
    /// <summary>Raised when a field changes its meaning.</summary>
    public const int SchemaNumber = 1;

    public int Schema => SchemaNumber;

    public required DateTimeOffset Started { get; init; }

    public required MachineDescription Machine { get; init; }

    public required IReadOnlyList<BenchmarkResult> Results { get; init; }
}

/// <summary>One row: an algorithm in one flavour on one device with so many threads.</summary>
public sealed record BenchmarkResult
{
    /// <summary>Name in the native catalogue, such as sha256d.</summary>
    public required string Algorithm { get; init; }

    public required string Device { get; init; }

    public required string Flavour { get; init; }

    public required int Threads { get; init; }

    /// <summary>Hashes per second of all threads together, one number per repeat, in order.</summary>
    public required IReadOnlyList<double> Samples { get; init; }

    /// <summary>Hashes per second.</summary>
    public required double Median { get; init; }

    public required double Min { get; init; }

    public required double Max { get; init; }

    /// <summary>(max - min) / median: above 0.05 the machine was not quiet.</summary>
    public required double Spread { get; init; }

    /// <summary>Why there is no number; null when there is one.</summary>
    public string? Skipped { get; init; }

    public double PerThread => Threads > 0 ? Median / Threads : 0;
}

/// <summary>What the numbers were measured on. Unknown is null.</summary>
public sealed record MachineDescription
{
    public required string Cpu { get; init; }

    /// <summary>Instruction sets the native code found.</summary>
    public required IReadOnlyList<string> Features { get; init; }

    public required int HardwareThreads { get; init; }

    public required ulong MemoryBytes { get; init; }

    /// <summary>Frequency governor of processor 0.</summary>
    public required string? Governor { get; init; }

    /// <summary>Name and version of the system's kernel.</summary>
    public required string Kernel { get; init; }

    public required string Runtime { get; init; }

    /// <summary>Hypervisor or container hints make absolute numbers less comparable.</summary>
    public required bool Virtual { get; init; }

    /// <summary>The value of OTEDAMA_CPU, which forces a flavour; null when not set.</summary>
    public required string? ForcedFlavour { get; init; }
}
