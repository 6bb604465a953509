namespace Otedama.Pool;

/// <summary>How one node is doing; a copy taken at one moment. Unknown = null, never zero.</summary>
public sealed record NodeHealth
{
    public required string Name { get; init; }

    public required NodeState State { get; init; }

    /// <summary>Height of the block its newest template would be.</summary>
    public int? Height { get; init; }

    /// <summary>Round trip of the newest health probe.</summary>
    public double? LatencyMs { get; init; }

    public bool LongPolls { get; init; }

    public string? LastError { get; init; }

    public DateTimeOffset? LastErrorAt { get; init; }

    public long TemplatesServed { get; init; }

    /// <summary>Templates of this node that were mined on.</summary>
    public long TemplatesUsed { get; init; }
}
