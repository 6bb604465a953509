namespace Otedama.Pool;

/// <summary>Told of new jobs, in order, on the thread that publishes them, so that implementers only take note.</summary>
public interface IJobListener
{
    /// <summary>A new broadcast: the job for receivers of the default class. Others take theirs with JobBook.JobFor.</summary>
    void OnPublished(PoolJob job);

    /// <summary>
    /// The first job of its own that a coinbase class got, for a look at it by the node. Called under the mint's lock.
    /// </summary>
    void OnClassOpened(PoolJob job)
    {
        // Of no concern to those who only pass jobs on.
    }
}
