using Otedama.Core;
using Otedama.Pool;

namespace Otedama.Tests.Jobs;

/// <summary>Notes what a job book tells.</summary>
internal sealed class JobNotes : IJobListener
{
    public List<PoolJob> Published { get; } = [];

    public List<CoinbaseClass> Opened { get; } = [];

    /// <summary>Fails instead of taking note.</summary>
    public bool Throws { get; init; }

    public void OnPublished(PoolJob job)
    {
        if (Throws)
        {
            throw new InvalidOperationException("receiver");
        }
        Published.Add(job);
    }

    public void OnClassOpened(PoolJob job) => Opened.Add(job.Class);
}
