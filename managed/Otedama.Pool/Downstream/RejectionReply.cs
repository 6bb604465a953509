using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>What a miner is told about a candidate that is no share.</summary>
internal static class RejectionReply
{
    public static (StratumError Code, string Text) For(Rejection rejection) => rejection switch
    {
        Rejection.UnknownJob => (StratumError.JobNotFound, "job not found (stale)"),
        Rejection.Stale => (StratumError.JobNotFound, "stale share"),
        Rejection.TimeOutOfRange => (StratumError.Other, "ntime out of range"),
        Rejection.VersionOutOfMask => (StratumError.Other, "version bits outside the mask"),
        Rejection.NotYours => (StratumError.Other, "extranonce is not yours"),
        Rejection.Duplicate => (StratumError.Duplicate, "duplicate share"),
        Rejection.BadProof => (StratumError.Other, "bad proof of work"),
        Rejection.AboveTarget => (StratumError.LowDifficulty, "low difficulty share"),
        Rejection.OverBudget => (StratumError.Other, "too many shares, this one was not checked: the difficulty goes up"),
        Rejection.Overloaded => (StratumError.Other, "overloaded, share not checked"),
        _ => (StratumError.Other, "rejected"),
    };

    /// <summary>Whether the miner's own work was wrong; being late or unlucky with our load is not.</summary>
    public static bool IsMinersFault(Rejection rejection) =>
        rejection is Rejection.Duplicate or Rejection.BadProof or Rejection.AboveTarget or Rejection.NotYours
            or Rejection.VersionOutOfMask or Rejection.TimeOutOfRange;
}
