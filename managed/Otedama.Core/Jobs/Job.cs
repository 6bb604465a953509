namespace Otedama.Core;

/// <summary>
/// What a worker hashes against: header recipe, targets, time window. Immutable. On a pool only JobBuilder makes one,
/// on a rig only the upstream's notify.
/// </summary>
public sealed class Job
{
    /// <summary>Unique in this process and increasing; on the wire as 8 hex digits.</summary>
    public required uint Id { get; init; }

    /// <summary>
    /// The job whose headers this one repeats under a new id, so that no share counts twice; 0 = none.
    /// </summary>
    public uint Repeats { get; init; }

    /// <summary>Under which the shares of this work are told apart.</summary>
    public uint WorkId => Repeats == 0 ? Id : Repeats;

    /// <summary>Rises by one when a new tip replaces the old. Candidates of an older generation are stale.</summary>
    public required uint Generation { get; init; }

    public required Algorithm Algorithm { get; init; }

    /// <summary>Block height; 0 when the upstream does not say.</summary>
    public required int Height { get; init; }

    public required HeaderRecipe Recipe { get; init; }

    /// <summary>
    /// The recipe of a pool's job, which makes whole blocks. Throws InvalidCastException for a rig's.
    /// </summary>
    public IBlockRecipe BlockRecipe => (IBlockRecipe)Recipe;

    /// <summary>Zero when the upstream does not say.</summary>
    public required Target NetworkTarget { get; init; }

    /// <summary>The target of the share chain that this job's split builds on; zero where there is none.</summary>
    public Target ChainTarget { get; init; }

    /// <summary>
    /// The easier one of network and chain: whoever reports only what is harder loses blocks or chain shares.
    /// </summary>
    public Target EasiestGoal => NetworkTarget > ChainTarget ? NetworkTarget : ChainTarget;

    /// <summary>
    /// The easiest target worth reporting. On a pool each session has its own, never easier than this.
    /// </summary>
    public required Target ShareTarget { get; init; }

    /// <summary>True when all earlier jobs are void.</summary>
    public required bool Clean { get; init; }

    /// <summary>Smallest and largest header time a share may carry, seconds since 1970.</summary>
    public required uint TimeMin { get; init; }

    public required uint TimeMax { get; init; }
}
