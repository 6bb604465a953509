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
        Rejection.NoAccount => (StratumError.Other, "no account yet: this pool is short of room for new addresses, so that the first share has to be a better one"),
        Rejection.OverBudget => (StratumError.Other, "too many shares, this one does not count: the difficulty goes up"),
        Rejection.Overloaded => (StratumError.Other, "overloaded, share not checked"),
        _ => (StratumError.Other, "rejected"),
    };

    /// <summary>What the miner's owner can do about work that is refused again and again.</summary>
    public static string CureOf(Rejection rejection, CoinSpec coin, StratumDialect dialect) => rejection switch
    {
        Rejection.NotYours => dialect.CureOfForeignWork,
        Rejection.Duplicate => "Your miner sends the same work again: restart it, update its firmware, or give each rig its own connection.",
        Rejection.AboveTarget =>
            $"Check that it mines {coin.Algorithm} as this pool does, follows mining.set_difficulty, and is not overclocked.",
        Rejection.BadProof => $"Check that it mines {coin.Algorithm} with this coin's parameters, and lower its clocks.",
        Rejection.VersionOutOfMask => "Your miner rolls version bits the pool did not allow: turn overt AsicBoost off, or update it.",
        Rejection.TimeOutOfRange => "Your miner changes the block's time too far: set its clock, or turn ntime rolling off.",
        _ => "Restart the miner.",
    };

    /// <summary>Whether the work itself was wrong; being late, sent twice or unlucky with our load is not.</summary>
    public static bool IsMinersFault(Rejection rejection) =>
        rejection is Rejection.BadProof or Rejection.AboveTarget or Rejection.NotYours or Rejection.VersionOutOfMask
            or Rejection.TimeOutOfRange;
}
