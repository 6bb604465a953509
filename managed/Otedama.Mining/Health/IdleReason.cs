namespace Otedama.Mining;

/// <summary>Why a worker finds nothing to do.</summary>
public enum IdleReason
{
    /// <summary>There is something to do.</summary>
    None,

    /// <summary>No pool, or none that has sent a job.</summary>
    NoJob,

    /// <summary>Mining was paused, by command or for the machine's sake.</summary>
    Paused,

    /// <summary>The job is searched through; the next one comes soon.</summary>
    SearchedThrough,
}
