using System.Numerics;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// What the share path counted since start. Numbers of verdicts and commits have one writer, the committer's thread; reads
/// from elsewhere see some moment of each. Histograms have buckets that double.
/// </summary>
public sealed class ShareCounters
{
    /// <summary>Bucket i of Latency counts answers within 2^i microseconds; the last one all slower ones.</summary>
    public const int LatencyBuckets = 26;

    private readonly long[] _rejected = new long[(int)Rejection.Overloaded + 1];
    private readonly long[] _latency = new long[LatencyBuckets];
    private long _accepted;
    private long _blocks;
    private long _commits;
    private long _commitMicroseconds;
    private long _commitFailures;
    private long _latencyMicroseconds;

    public long Accepted => Volatile.Read(ref _accepted);

    public long Blocks => Volatile.Read(ref _blocks);

    public long Commits => Volatile.Read(ref _commits);

    /// <summary>Sum over all commits.</summary>
    public long CommitMicroseconds => Volatile.Read(ref _commitMicroseconds);

    public long CommitFailures => Volatile.Read(ref _commitFailures);

    public long Rejected(Rejection reason) => Volatile.Read(ref _rejected[(int)reason]);

    /// <summary>From reading the line to handing the verdict to the sink.</summary>
    public long Latency(int bucket) => Volatile.Read(ref _latency[bucket]);

    /// <summary>Sum over all answers.</summary>
    public long LatencyMicroseconds => Volatile.Read(ref _latencyMicroseconds);

    /// <summary>Any thread: refused at the door.</summary>
    internal void CountOverloaded() => Interlocked.Increment(ref _rejected[(int)Rejection.Overloaded]);

    /// <summary>Any thread.</summary>
    internal void CountBlock() => Interlocked.Increment(ref _blocks);

    /// <summary>The committer's thread.</summary>
    internal void CountVerdict(Rejection rejection, double microseconds)
    {
        if (rejection == Rejection.None)
        {
            Bump(ref _accepted);
        }
        else if (rejection == Rejection.Overloaded)
        {
            CountOverloaded();
        }
        else
        {
            Bump(ref _rejected[(int)rejection]);
        }
        ulong us = (ulong)Math.Clamp(microseconds, 0, 1e12);
        Bump(ref _latency[Math.Min(LatencyBuckets - 1, Log2Up(us))]);
        Volatile.Write(ref _latencyMicroseconds, _latencyMicroseconds + (long)us);
    }

    internal void CountCommit(double microseconds)
    {
        Bump(ref _commits);
        Volatile.Write(ref _commitMicroseconds, _commitMicroseconds + (long)microseconds);
    }

    internal void CountCommitFailure() => Bump(ref _commitFailures);

    private static int Log2Up(ulong value) => value <= 1 ? 0 : BitOperations.Log2(value - 1) + 1;

    /// <summary>One writer per number, so no locked instruction is needed.</summary>
    private static void Bump(ref long number) => Volatile.Write(ref number, number + 1);
}
