namespace Otedama.Core;

/// <summary>What a validator is told once.</summary>
public sealed record ShareValidatorOptions
{
    /// <summary>Bytes of extranonce 1 and 2 together that the coinbase leaves room for.</summary>
    public int ExtranonceLength { get; init; } = 12;

    /// <summary>
    /// Jobs whose accepted shares are remembered: more than the job table holds (73,856 in SOLO mode), as further jobs
    /// are overloaded from the start.
    /// </summary>
    public int JobsMax { get; init; } = 1 << 17;

    /// <summary>
    /// Accepted shares remembered per job, so that none is paid twice; beyond it the job is overloaded.
    /// </summary>
    public int SharesPerJobMax { get; init; } = 1 << 20;

    /// <summary>
    /// Told once for each job whose remembered shares reach seven eighths of SharesPerJobMax, so that miners get other
    /// work before it is full. Called on the validator's thread; must not wait.
    /// </summary>
    public Action<uint>? JobFilling { get; init; }

    /// <summary>Secret start value of the duplicate sets' hash; random in production, fixed in tests.</summary>
    public ulong Seed { get; init; }
}
