namespace Otedama.Core;

/// <summary>Why a candidate is not a share. The order is the order of the checks, cheap to expensive.</summary>
public enum Rejection : byte
{
    None = 0,

    /// <summary>The job id was never sent, or is too old to be known.</summary>
    UnknownJob,

    /// <summary>The job was replaced by a new tip.</summary>
    Stale,

    /// <summary>Header time outside the job's window.</summary>
    TimeOutOfRange,

    /// <summary>Version bits outside the negotiated mask.</summary>
    VersionOutOfMask,

    /// <summary>The extranonce is not the claimant's own.</summary>
    NotYours,

    /// <summary>The same work was submitted before.</summary>
    Duplicate,

    /// <summary>Wrong mix or solution, or malformed.</summary>
    BadProof,

    /// <summary>The hash does not meet the target.</summary>
    AboveTarget,

    /// <summary>A good share of somebody the ledger has no room for.</summary>
    NoAccount,

    /// <summary>
    /// More than the session's budget of shares: no block, so it does not count, and the difficulty goes up.
    /// </summary>
    OverBudget,

    /// <summary>The validator's queue was full; nothing was checked.</summary>
    Overloaded,
}
