using System.Diagnostics.CodeAnalysis;

namespace Otedama.Core;

/// <summary>Cuts one connection's search space into ranges that nobody else has. Not thread-safe.</summary>
public interface IRangeSource
{
    /// <summary>
    /// The next slice of at most nonceCountMax nonces of a job, with up to versionsMax versions. False when the job's
    /// space is used up: the caller waits for the next job.
    /// </summary>
    bool TryTake(Job job, Target target, ulong nonceCountMax, int versionsMax, [NotNullWhen(true)] out WorkRange? range);
}
