namespace Otedama.Asic;

/// <summary>Where a chain gets its jobs and brings what it finds. All calls come from the thread that steps the
/// chain.</summary>
public interface IChipWork
{
    /// <summary>
    /// Grows when the jobs given so far are worth nothing any more (a clean job, a lost connection): the chain fetches
    /// a new one at once, and nonces of older generations are counted as stale and not brought. Read every few
    /// milliseconds.
    /// </summary>
    long Generation { get; }

    /// <summary>
    /// The next header material; each call gives another. Null = there is nothing to do now: asked again soon, and
    /// chips that can be halted are halted after a while.
    /// </summary>
    ChipJob? Next();

    /// <summary>
    /// A nonce whose header was hashed and meets the chips' own target or the job's ShareTarget, whichever is easier:
    /// compare Hash with ShareTarget before it is submitted. Each (job, version, nonce) comes once.
    /// </summary>
    void Found(in ChipNonce nonce);
}
