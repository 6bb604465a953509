namespace Otedama.Pool;

/// <summary>
/// What the commits of the share path amount to since start. One writer, the committer; reads from elsewhere see some moment of
/// each. Shares and answers are counted by PoolMeters.
/// </summary>
public sealed class CommitCounters
{
    private long _commits;
    private long _microseconds;
    private long _failures;

    public long Commits => Volatile.Read(ref _commits);

    /// <summary>Sum over all commits.</summary>
    public long CommitMicroseconds => Volatile.Read(ref _microseconds);

    public long CommitFailures => Volatile.Read(ref _failures);

    internal void CountCommit(double microseconds)
    {
        Volatile.Write(ref _commits, _commits + 1);
        Volatile.Write(ref _microseconds, _microseconds + (long)microseconds);
    }

    internal void CountFailure() => Volatile.Write(ref _failures, _failures + 1);
}
