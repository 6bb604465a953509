using Otedama.Core;

namespace Otedama.Mining;

/// <summary>What a worker sees of the dispatcher. Any thread; nothing here waits.</summary>
public interface IWorkDesk
{
    /// <summary>
    /// Why there is nothing to take: what a worker does meanwhile, such as powering down, may depend on it.
    /// </summary>
    IdleReason Idle { get; }

    /// <summary>The next range, or null while there is none. epoch tells IsVoid which range is meant.</summary>
    WorkRange? TryTake(in RangeAppetite appetite, out int epoch);

    /// <summary>
    /// Gives back what was not searched of a range, so that another worker may; ignored once its job is not the current
    /// one.
    /// </summary>
    void Return(WorkRange rest);

    /// <summary>
    /// A prefix of the extranonce space that nobody else has, for a worker that counts the rest itself. Null without a
    /// connection, where the space cannot be shared, and when all prefixes are out: take ranges then. Ends with Return, with the
    /// connection, or with the worker.
    /// </summary>
    PrefixLease? TryLease(int workerId);

    /// <summary>
    /// What to search under a lease: every extranonce that begins with Extranonce, every nonce, and the job's versions. Null while
    /// there is nothing to do; null though Idle is None: the lease is over, ask for another.
    /// </summary>
    WorkRange? TryTake(PrefixLease lease, double hashesPerCandidate, out int epoch);

    /// <summary>Gives a lease back; ignored for one that is over.</summary>
    void Return(PrefixLease lease);

    /// <summary>
    /// True when a range taken at this epoch is not worth finishing. A volatile read, cheap enough per scan.
    /// </summary>
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
