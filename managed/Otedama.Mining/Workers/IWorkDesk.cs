using Otedama.Core;

namespace Otedama.Mining;

/// <summary>What a worker sees of the dispatcher. Any thread; nothing here waits.</summary>
public interface IWorkDesk
{
    /// <summary>Why there is nothing to take: what a worker does meanwhile, such as powering down, may depend on it.</summary>
    IdleReason Idle { get; }

    /// <summary>The next range, or null while there is none. epoch tells IsVoid which range is meant.</summary>
    WorkRange? TryTake(in RangeAppetite appetite, out int epoch);

    /// <summary>Gives back what was not searched of a range, so that another worker may; ignored once its job is not the current one.</summary>
    void Return(WorkRange rest);

    /// <summary>True when a range taken at this epoch is not worth finishing. A volatile read, cheap enough per scan.</summary>
    bool IsVoid(int epoch);

    /// <summary>
    /// Hands in what was found in a range of that epoch. hash decides whether it is worth a submit or only counts for
    /// measurement.
    /// </summary>
    void Offer(in Candidate candidate, Hash256 hash, WorkRange range, int epoch);
}

/// <summary>How much one worker wants at a time.</summary>
/// <param name="NonceCount">Nonces at most, each tried with every version; sized to a few seconds of work.</param>
/// <param name="Versions">Versions at most, 1 to 8.</param>
/// <param name="HashesPerCandidate">
/// Expected hashes between two candidates, for measurement; the job's share target is used when it is easier. 0 = the
/// share target.
/// </param>
public readonly record struct RangeAppetite(ulong NonceCount, int Versions, double HashesPerCandidate);
