using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Where the share path books what was proven. What was booked may be acknowledged once a Commit that began later has
/// returned. Any thread.
/// </summary>
public interface IShareBook : IBlockBook
{
    /// <summary>True when something was booked that no commit has taken yet.</summary>
    bool HasPending { get; }

    /// <summary>
    /// Books shares, whose accounts exist, for the next commit. False when too many wait for it; then none was taken.
    /// </summary>
    bool TryAppend(ReadOnlySpan<ShareRecord> shares);

    /// <summary>
    /// A candidate goes as far as the job's share chain, or is a block, which is handed on already. Called in the batch
    /// that found it, before its share is booked; must not wait. The header, a block's or chain share's whole with its
    /// proof, is valid during the call only.
    /// </summary>
    void ChainShare(PoolJob job, ReadOnlySpan<byte> header, in Candidate candidate, Hash256 hash);

    /// <summary>
    /// Makes everything booked before the call durable. Throws IOException or UnauthorizedAccessException, saying
    /// where, when the disk refuses; nothing is lost, and the next call tries again.
    /// </summary>
    void Commit();

    /// <summary>
    /// The same for a loop that must not wait: begins to write what was booked through its disk. False when there is
    /// nothing, or when it takes more than a write (a new segment, what failed before): then Commit does it. EndCommit
    /// comes after it, and no other commit before that.
    /// </summary>
    bool TryBeginCommit(ILoopDisk disk) => false;

    /// <summary>
    /// The commit that began is on disk, or failed; then nothing is lost, and the next one tries again.
    /// </summary>
    void EndCommit(IOException? failure)
    {
    }
}
