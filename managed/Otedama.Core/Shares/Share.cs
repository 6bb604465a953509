namespace Otedama.Core;

/// <summary>
/// A candidate that was recomputed and met its target. Only ShareValidator makes one. A struct, so that the way of a
/// share allocates nothing.
/// </summary>
public readonly struct Share
{
    internal Share(in Candidate candidate, Job job, UInt128 work, Hash256 hash, bool isBlock)
    {
        JobId = job.Id;
        Height = job.Height;
        Algorithm = job.Algorithm;
        WorkerId = candidate.WorkerId;
        AccountId = candidate.AccountId;
        Work = work;
        Hash = hash;
        IsBlock = isBlock;
    }

    public uint JobId { get; }

    public int Height { get; }

    public Algorithm Algorithm { get; }

    /// <summary>Slot of the session or worker that found it.</summary>
    public int WorkerId { get; }

    /// <summary>Who is paid.</summary>
    public int AccountId { get; init; }

    /// <summary>Expected hashes of the target it was graded by; the unit of pay.</summary>
    public UInt128 Work { get; }

    public Hash256 Hash { get; }

    /// <summary>True when the hash also meets the network target: submit it before anything else.</summary>
    public bool IsBlock { get; }
}
