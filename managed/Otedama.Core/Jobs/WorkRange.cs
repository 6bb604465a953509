namespace Otedama.Core;

/// <summary>
/// A slice of a job's search space that nobody else has. A local worker gets header versions x nonces under one
/// extranonce; a remote miner gets everything under its extranonce 1 and splits it itself.
/// </summary>
public sealed class WorkRange
{
    public required Job Job { get; init; }

    /// <summary>Extranonce 1 then 2, fixed width. For a remote miner only extranonce 1.</summary>
    public required ReadOnlyMemory<byte> Extranonce { get; init; }

    public required ulong NonceFirst { get; init; }

    public required ulong NonceCount { get; init; }

    /// <summary>Full header versions to try with each nonce; at least one.</summary>
    public required IReadOnlyList<uint> Versions { get; init; }

    /// <summary>The worker's own target: about one candidate a second on a rig, vardiff for a remote miner.</summary>
    public required Target Target { get; init; }

    /// <summary>A part of it, by nonces inside it. Throws ArgumentOutOfRangeException when it reaches beyond.</summary>
    public WorkRange Slice(ulong nonceFirst, ulong nonceCount, Target target)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(nonceFirst, NonceFirst);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(nonceFirst - NonceFirst, NonceCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(nonceCount, NonceCount - (nonceFirst - NonceFirst));
        return new WorkRange
        {
            Job = Job,
            Extranonce = Extranonce,
            NonceFirst = nonceFirst,
            NonceCount = nonceCount,
            Versions = Versions,
            Target = target,
        };
    }
}
