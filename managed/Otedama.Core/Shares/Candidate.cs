namespace Otedama.Core;

/// <summary>
/// "I think I found one": what a worker or a remote miner claims. Untrusted. A plain struct so that a ring of them
/// needs no allocation.
/// </summary>
public struct Candidate
{
    public uint JobId;

    /// <summary>Where it came from: a slot number of the rig's worker table or of the pool's session table.</summary>
    public int WorkerId;

    /// <summary>
    /// Routes the pool's reply. Unlike a slot number never used again, so that a late verdict cannot reach a stranger.
    /// </summary>
    public long SessionId;

    /// <summary>
    /// Who is paid: the number of an account of the ledger; 0 = the operator, negative = the claimant has none yet.
    /// </summary>
    public int AccountId;

    /// <summary>
    /// A pool's: the login it came under, which gets its account with the first accepted share. Null on a rig.
    /// </summary>
    public Claimant? Claimant;

    /// <summary>The claimant's own correlation number, handed back with the verdict.</summary>
    public long Tag;

    public ulong Nonce;

    /// <summary>Header time, seconds since 1970.</summary>
    public uint Time;

    /// <summary>Final header version, rolled bits applied.</summary>
    public uint Version;

    /// <summary>
    /// Version bits the claimant negotiated; bits outside of it and of the job's mask must be the job's.
    /// </summary>
    public uint VersionMask;

    /// <summary>
    /// Extranonce 1 then 2; in the Zcash and Verus families of a pool the 32 bytes of the header's nonce.
    /// </summary>
    public Extranonce Extranonce;

    /// <summary>
    /// The one target this share is graded by, fixed when the job was sent to the session. Zero = the session was never
    /// sent this job or no longer knows its target: stale, worth only what a block on it is.
    /// </summary>
    public Target Target;

    /// <summary>
    /// KawPow mix, Equihash solution or the end of a Verus solution; null where the nonce is the whole proof. In a pool a
    /// place of its sink's slab, filled anew once the candidate is answered: who needs it for longer copies it.
    /// </summary>
    public byte[]? Proof;

    /// <summary>
    /// Which verifier checks it: the session's extranonce 1, so that all candidates that could be the same work, those
    /// of a resumed connection included, meet in one place and are answered in order.
    /// </summary>
    public uint Lane;

    public CandidateRank Rank;

    /// <summary>Beyond the session's budget of shares: it earns nothing, but it may still be a block.</summary>
    public bool IsOverBudget;

    /// <summary>TimeProvider timestamp at which the line was read; measures submit-to-reply.</summary>
    public long ReceivedAt;
}
