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
    /// Makes everything booked before the call durable. Throws IOException or UnauthorizedAccessException, saying where, when
    /// the disk refuses; nothing is lost, and the next call tries again.
    /// </summary>
    void Commit();
}
