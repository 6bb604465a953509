using Otedama.Core;

namespace Otedama.Pool;

/// <summary>The answer to one candidate, ready to be sent: an accepted one is in the log already.</summary>
public struct Verdict
{
    /// <summary>As in the candidate: whose reply this is.</summary>
    public long SessionId;

    /// <summary>As in the candidate: which request of that session.</summary>
    public long Tag;

    public int WorkerId;

    /// <summary>As in the candidate: under which login.</summary>
    public Claimant? Claimant;

    public uint JobId;

    /// <summary>None = accepted.</summary>
    public Rejection Rejection;

    /// <summary>The candidate was a block and has been handed to the nodes.</summary>
    public bool IsBlock;

    /// <summary>Work paid for; 0 when rejected, and for a block that missed its session's target.</summary>
    public UInt128 Work;

    /// <summary>The block's id; zero for what is none.</summary>
    public Hash256 BlockId;

    /// <summary>As in the candidate: TimeProvider timestamp of reading the line.</summary>
    public long ReceivedAt;
}
