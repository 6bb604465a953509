namespace Otedama.Core;

/// <summary>Everything JobBuilder needs to make one job.</summary>
public sealed record JobRequest
{
    public required Template Template { get; init; }

    public required PayoutSplit Split { get; init; }

    /// <summary>Job id and at the same time the counter that makes this job's coinbase unique.</summary>
    public required uint Id { get; init; }

    /// <summary>An earlier job of the same template where the coinbase leaves nothing to vary; 0 = none.</summary>
    public uint Repeats { get; init; }

    public required uint Generation { get; init; }

    public required bool Clean { get; init; }

    /// <summary>Header time to offer, seconds since 1970; raised to the template's smallest when below.</summary>
    public required uint Time { get; init; }

    public required Target ShareTarget { get; init; }

    public CoinbaseClass Class { get; init; } = CoinbaseClass.Default;

    /// <summary>Bytes of both extranonces.</summary>
    public int ExtranonceLength { get; init; } = JobBuilder.Extranonce1Length + JobBuilder.Extranonce2Length;

    /// <summary>Text that marks the pool's blocks; goes into the coinbase script after the extranonce.</summary>
    public ReadOnlyMemory<byte> Tag { get; init; }

    /// <summary>Version bits miners may roll, before those the node demands and those that are set already are taken away.</summary>
    public uint VersionMask { get; init; } = JobBuilder.VersionRollingMask;

    /// <summary>Zcash family: bytes of a solution; 0 elsewhere.</summary>
    public int SolutionLength { get; init; }

    /// <summary>Merkle siblings of the coinbase when the caller has them already; null = computed here.</summary>
    public ReadOnlyMemory<byte>? Branches { get; init; }
}
