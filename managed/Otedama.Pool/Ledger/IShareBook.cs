using Otedama.Core;

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
    /// A candidate goes as far as the job's share chain, or is a block, which is handed on already. Called in the batch that found
    /// it, before its share is booked; must not wait. The header, a block's or chain share's whole with its proof, is valid during
    /// the call only.
    /// </summary>
    void ChainShare(PoolJob job, ReadOnlySpan<byte> header, in Candidate candidate, Hash256 hash);

    /// <summary>
    /// Makes everything booked before the call durable. Throws IOException or UnauthorizedAccessException, saying where, when
    /// the disk refuses; nothing is lost, and the next call tries again.
    /// </summary>
    void Commit();
}
