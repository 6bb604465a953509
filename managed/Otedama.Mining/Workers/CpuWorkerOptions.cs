using Otedama.Interop;

namespace Otedama.Mining;

internal sealed record CpuWorkerOptions
{
    public required int Id { get; init; }

    public required string Name { get; init; }

    public required string Device { get; init; }

    public required AlgorithmInfo Algorithm { get; init; }

    public required FlavourInfo Flavour { get; init; }

    /// <summary>Hashes a searched nonce counts for: one, or the solutions Equihash has per nonce.</summary>
    public double HashesPerNonce { get; init; } = 1;

    /// <summary>Processor to run on; null = any.</summary>
    public int? Cpu { get; init; }

    public CpuPriority Priority { get; init; } = CpuPriority.Low;

    /// <summary>First pause after a failure; doubles up to a minute.</summary>
    public TimeSpan RestartFirst { get; init; } = TimeSpan.FromSeconds(1);
}
