using Otedama.Core;

namespace Otedama.Mining;

/// <summary>Where a rig's jobs come from and its shares go: a Stratum pool, or a pool in the same process.</summary>
public interface IJobSource : IAsyncDisposable
{
    /// <summary>Pools behind the source, in order of preference; empty when there are none.</summary>
    IReadOnlyList<PoolSnapshot> Pools { get; }

    /// <summary>Begins to deliver jobs to the sink, from threads of the source's own. Called once.</summary>
    void Start(IJobSink sink);

    /// <summary>
    /// Takes a candidate that met its job's share target; never blocks. True: exactly one verdict will follow.
    /// False: the queue is full or nobody is connected, and the candidate is lost. Any thread.
    /// </summary>
    bool TrySubmit(in Candidate candidate);

    /// <summary>Waits until every submitted candidate has its verdict, at most this long.</summary>
    Task DrainAsync(TimeSpan wait);
}

/// <summary>
/// Whom a job source talks to: the dispatcher. Methods return quickly; a source calls them one at a time.
/// </summary>
public interface IJobSink
{
    /// <summary>
    /// A new job and the extranonces it may be mined with. A clean one voids all earlier ones at once.
    /// </summary>
    void OnJob(Job job, ExtranonceSpace space);

    /// <summary>No job is worth working on until the next OnJob.</summary>
    void OnLost();

    void OnVerdict(in UpstreamVerdict verdict);
}

/// <summary>The part of the coinbase an upstream leaves to us. Equal spaces continue one extranonce counter.</summary>
public sealed class ExtranonceSpace(ReadOnlyMemory<byte> extranonce1, int extranonce2Length)
{
    public ReadOnlyMemory<byte> Extranonce1 { get; } = extranonce1;

    /// <summary>Bytes.</summary>
    public int Extranonce2Length { get; } = extranonce2Length;

    public bool IsSameAs(ExtranonceSpace other) =>
        Extranonce2Length == other.Extranonce2Length && Extranonce1.Span.SequenceEqual(other.Extranonce1.Span);
}

/// <param name="WorkerId">From the candidate.</param>
/// <param name="Work">Expected hashes of the candidate's target.</param>
/// <param name="Reason">The upstream's words; empty when accepted.</param>
public readonly record struct UpstreamVerdict(int WorkerId, ShareOutcome Outcome, double Work, string Reason);
