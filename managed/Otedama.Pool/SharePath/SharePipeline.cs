using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// The way of a share through the pool: ring, validator thread (blocks are submitted here, before anything else), log
/// with group commit, verdicts.
/// </summary>
public sealed class SharePipeline : IDisposable
{
    private readonly Ledger _ledger;

    public SharePipeline(
        SharePipelineOptions options,
        IPoolJobTable jobs,
        ShareValidator validator,
        Ledger ledger,
        IBlockSink blocks,
        IVerdictSink verdicts,
        TimeProvider time,
        ILogger logger)
    {
        _ledger = ledger;
    }

    /// <summary>
    /// Hands a candidate to the validator; never waits. False when the queue is full or the pipeline is stopping: answer
    /// error 20 "overloaded".
    /// </summary>
    public bool TryEnqueue(in Candidate candidate) => false;

    /// <summary>Starts the threads.</summary>
    public void Start()
    {
    }

    /// <summary>Refuses new candidates, answers all that are queued, commits them and ends the threads.</summary>
    public void Stop(TimeSpan timeout)
    {
    }

    public void Dispose() => Stop(TimeSpan.FromSeconds(5));
}
