namespace Otedama.Mining;

public enum WorkerState
{
    /// <summary>Made, has not hashed yet.</summary>
    Starting,

    /// <summary>Works, or waits for a job.</summary>
    Healthy,

    /// <summary>Works, but slower than it did, stalled, or with refused shares; the reason says which.</summary>
    Degraded,

    /// <summary>Stopped by an error; will be restarted after a pause.</summary>
    Failed,
}
