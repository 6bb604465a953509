using Microsoft.Extensions.Logging;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>What a pool meets outside itself. The executable makes the real one; tests and the simulation make others.</summary>
public sealed record PoolWorld
{
    public required TimeProvider Time { get; init; }

    public required IRandomness Random { get; init; }

    /// <summary>Makes the listeners miners connect to.</summary>
    public required ITransportEngine Transport { get; init; }

    /// <summary>The disk under everything the pool keeps.</summary>
    public required IFiles Files { get; init; }

    /// <summary>Opens the coin nodes.</summary>
    public required INodeLinks Nodes { get; init; }

    public required ILoggerFactory Loggers { get; init; }
}
