using Otedama.Core;

namespace Otedama.Mining;

/// <summary>
/// Whoever hashes: a CPU thread, a GPU, an ASIC chain. It takes ranges from a desk and offers candidates back, at its
/// own pace and on its own thread. Health and telemetry are read beside that path and never wait for it.
/// </summary>
public interface IWorker : IDisposable
{
    int Id { get; }

    /// <summary>Begins to take ranges. Called once.</summary>
    void Start(IWorkDesk desk);

    /// <summary>Drops the range in hand within milliseconds and asks for another. Any thread.</summary>
    void Interrupt();

    /// <summary>Ends the thread; waits for it at most this long. True when it ended.</summary>
    bool Stop(TimeSpan wait);

    /// <summary>One of this worker's shares was answered.</summary>
    void OnVerdict(ShareOutcome outcome);

    /// <summary>Any thread. Shares are counted by the dispatcher and filled in there.</summary>
    WorkerSnapshot Read();
}

/// <summary>What a worker sees of the dispatcher. Any thread.</summary>
public interface IWorkDesk
{
    /// <summary>
    /// The next range, or null when none came within the wait (no job, paused, or the space is used up). epoch tells
    /// IsVoid which range is meant.
    /// </summary>
    WorkRange? Take(in RangeAppetite appetite, TimeSpan wait, out int epoch);

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
