namespace Otedama.Pool;

/// <summary>Whoever calls the steps of a share path in a running pool.</summary>
internal interface ISharePathRunner
{
    void Start();

    /// <summary>
    /// Refuses new candidates, answers all that are queued and commits them. With a disk that refuses, gives up after
    /// the timeout; what was not committed was never acknowledged.
    /// </summary>
    void Stop(TimeSpan timeout);
}
