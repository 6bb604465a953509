using Otedama.Core;

namespace Otedama.Pool;

/// <summary>How one node is doing; a copy taken at one moment. Unknown = null, never zero.</summary>
public sealed record NodeHealth
{
    public required string Name { get; init; }

    public required NodeState State { get; init; }

    /// <summary>Height of its best block.</summary>
    public int? Height { get; init; }

    /// <summary>What its newest template builds on.</summary>
    public Hash256? BestBlock { get; init; }

    /// <summary>Round trip of the newest health probe.</summary>
    public double? LatencyMs { get; init; }

    /// <summary>A question waits at the node until something is new; false where it never waits, and polling does it.</summary>
    public bool LongPolls { get; init; }

    /// <summary>Blocks published over ZeroMQ; null when no address was given or nothing was tried yet.</summary>
    internal EarState? Ear { get; init; }

    /// <summary>"connected", why not, or null when node.zmq names no address for it.</summary>
    public string? Zmq => Ear is null ? null : Ear.IsConnected ? "connected" : Ear.Problem;

    /// <summary>The newest published block.</summary>
    public Hash256? BlockHeard { get; init; }

    public long BlocksHeard { get; init; }

    public string? LastError { get; init; }

    public DateTimeOffset? LastErrorAt { get; init; }

    /// <summary>When it is asked again; null while it serves.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    public long TemplatesServed { get; init; }

    /// <summary>Templates of this node that were mined on.</summary>
    public long TemplatesUsed { get; init; }
}
