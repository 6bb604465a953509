namespace Otedama.Core;

/// <summary>
/// What a worker hashes against: header recipe, targets, time window. Immutable. On a pool only JobBuilder makes one,
/// on a rig only the upstream's notify.
/// </summary>
public sealed class Job
{
    /// <summary>Unique in this process and increasing; on the wire as 8 hex digits.</summary>
    public required uint Id { get; init; }

    /// <summary>The job whose headers this one repeats under a new id, so that no share counts twice; 0 = none.</summary>
    public uint Repeats { get; init; }

    /// <summary>Under which the shares of this work are told apart.</summary>
    public uint WorkId => Repeats == 0 ? Id : Repeats;

    /// <summary>Rises by one when a new tip replaces the old. Candidates of an older generation are stale.</summary>
    public required uint Generation { get; init; }

    public required Algorithm Algorithm { get; init; }

    /// <summary>Block height; 0 when the upstream does not say.</summary>
    public required int Height { get; init; }

    public required HeaderRecipe Recipe { get; init; }

    /// <summary>Zero when the upstream does not say.</summary>
    public required Target NetworkTarget { get; init; }

    /// <summary>The target of the share chain that this job's split builds on; zero where there is none.</summary>
    public Target ChainTarget { get; init; }

    /// <summary>The easiest target worth reporting. On a pool each session has its own, never easier than this.</summary>
    public required Target ShareTarget { get; init; }

    /// <summary>True when all earlier jobs are void.</summary>
    public required bool Clean { get; init; }

    /// <summary>Smallest and largest header time a share may carry, seconds since 1970.</summary>
    public required uint TimeMin { get; init; }

    public required uint TimeMax { get; init; }
}

/// <summary>How a header of one family is put together from a job and a worker's part of the search space.</summary>
public abstract record HeaderRecipe
{
    /// <summary>Header time to begin with, seconds since 1970; 0 when a worker has no say in it.</summary>
    public abstract uint Time { get; init; }

    /// <summary>Header version and the bits of it that a worker may change (BIP 320).</summary>
    public virtual (uint Version, uint Mask) Rolling => (0, 0);
}

/// <summary>
/// The Bitcoin family (SHA-256d, scrypt, Verthash): 80-byte header whose merkle root depends on the extranonce in the
/// coinbase, and whose version may roll inside a mask.
/// </summary>
public sealed record BitcoinRecipe : HeaderRecipe
{
    public required uint Version { get; init; }

    /// <summary>Version bits a worker may change (BIP 320 within what was negotiated); 0 = none.</summary>
    public required uint VersionMask { get; init; }

    public required Hash256 PreviousHash { get; init; }

    /// <summary>Stripped coinbase before extranonce 1.</summary>
    public required ReadOnlyMemory<byte> CoinbasePrefix { get; init; }

    /// <summary>Stripped coinbase after extranonce 2.</summary>
    public required ReadOnlyMemory<byte> CoinbaseSuffix { get; init; }

    /// <summary>Merkle siblings of the coinbase, 32 bytes each in header order, deepest first.</summary>
    public required ReadOnlyMemory<byte> Branches { get; init; }

    public required uint Bits { get; init; }

    public required override uint Time { get; init; }

    public override (uint Version, uint Mask) Rolling => (Version, VersionMask);
}
