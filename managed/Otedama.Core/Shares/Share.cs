namespace Otedama.Core;

/// <summary>
/// A candidate that was recomputed and met its target. Only ShareValidator makes one.
/// </summary>
public sealed record Share
{
    internal Share()
    {
    }

    public required uint JobId { get; init; }

    public required int Height { get; init; }

    public required Algorithm Algorithm { get; init; }

    /// <summary>Slot of the session or worker that found it.</summary>
    public required int WorkerId { get; init; }

    /// <summary>Expected hashes of the target it was graded by; the unit of pay.</summary>
    public required UInt128 Work { get; init; }

    public required Hash256 Hash { get; init; }

    /// <summary>The full header as hashed (see otedama_algo.h).</summary>
    public required ReadOnlyMemory<byte> Header { get; init; }

    /// <summary>True when the hash also meets the network target: submit it before anything else.</summary>
    public required bool IsBlock { get; init; }
}
