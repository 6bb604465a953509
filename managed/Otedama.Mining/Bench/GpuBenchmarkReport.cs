namespace Otedama.Mining;

/// <summary>What a run found out about graphics cards, ready to be written as JSON.</summary>
public sealed record GpuBenchmarkReport
{
    /// <summary>Raised when a field changes its meaning.</summary>
    public const int SchemaNumber = 1;

    public int Schema => SchemaNumber;

    public required DateTimeOffset Started { get; init; }

    public required MachineDescription Machine { get; init; }

    /// <summary>Data that was made first, the processor's and the cards'.</summary>
    public required IReadOnlyList<DatasetBuild> Datasets { get; init; }

    public required IReadOnlyList<GpuBenchmarkResult> Results { get; init; }
}

/// <summary>One row: an algorithm in one geometry on one card.</summary>
public sealed record GpuBenchmarkResult
{
    /// <summary>As --gpu counts.</summary>
    public required int Gpu { get; init; }

    public required string Device { get; init; }

    /// <summary>cuda, opencl or vulkan.</summary>
    public required string Interface { get; init; }

    public required string? Driver { get; init; }

    public required string Algorithm { get; init; }

    /// <summary>As BenchmarkResult.Parameters.</summary>
    public required string Parameters { get; init; }

    /// <summary>The geometry, as `otedama gpu list` and the log call it.</summary>
    public required string Flavour { get; init; }

    /// <summary>H/s, or nonces/s of a solver.</summary>
    public required string Unit { get; init; }

    /// <summary>One a repeat, in order.</summary>
    public IReadOnlyList<double> Samples { get; init; } = [];

    public double Median { get; init; }

    public double Min { get; init; }

    public double Max { get; init; }

    /// <summary>(max - min) / median.</summary>
    public double Spread { get; init; }

    /// <summary>Solutions per nonce of a solver; null elsewhere.</summary>
    public double? SolutionsPerNonce { get; init; }

    /// <summary>
    /// Of the card's memory, read and written; null where memory is not what it waits for, or nobody counted.
    /// </summary>
    public double? BytesPerHash { get; init; }

    /// <summary>Bytes per second, from the median; null as BytesPerHash.</summary>
    public double? BandwidthBs { get; init; }

    /// <summary>
    /// Bytes per second of this card's memory at best in this pattern; null where it was not measured.
    /// </summary>
    public double? CeilingBs { get; init; }

    /// <summary>BandwidthBs of CeilingBs; null where either is not known.</summary>
    public double? CeilingRatio { get; init; }

    /// <summary>The fastest geometry of this card for this algorithm.</summary>
    public bool Best { get; init; }

    /// <summary>Why there is no number; null when there is one.</summary>
    public string? Skipped { get; init; }
}
