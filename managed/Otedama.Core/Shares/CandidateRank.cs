namespace Otedama.Core;

/// <summary>Which candidates are checked first where a check is dear.</summary>
public enum CandidateRank : byte
{
    /// <summary>From a session with accepted shares.</summary>
    Known,

    /// <summary>From a session that has shown no work yet, or sent wrong proofs of late.</summary>
    Stranger,

    /// <summary>If its proof is right it is a block.</summary>
    ClaimedBlock,
}
