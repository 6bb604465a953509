using Otedama.Wire;

namespace Otedama.Mining;

/// <summary>
/// What the loops of a connection step. Reader, submitter and watchdog may be three threads, each with its own output.
/// </summary>
internal interface IPoolLink
{
    /// <summary>Reader: the pool asked us to move, nothing more is read.</summary>
    bool IsMoving { get; }

    /// <summary>Reader: answers to what was received.</summary>
    WireBuffer Outgoing { get; }

    /// <summary>Ends when the pool has accepted us; nothing is submitted before.</summary>
    Task Ready { get; }

    /// <summary>
    /// Reader: takes what came, whole lines or parts of them; nothing at all is the end of the stream.
    /// </summary>
    void Receive(ReadOnlySpan<byte> received);

    /// <summary>Submitter, once and first: sends again what an earlier connection left unanswered.</summary>
    void Resend(WireBuffer output);

    /// <summary>Submitter: ends when a candidate waits. False: none will any more.</summary>
    ValueTask<bool> WaitForCandidateAsync(CancellationToken cancellation);

    /// <summary>Submitter: writes the submits that have a place; true when more wait for one.</summary>
    bool SubmitQueued(WireBuffer output);

    /// <summary>Submitter: ends when there is a place.</summary>
    Task WhenPlaceAsync(CancellationToken cancellation);

    /// <summary>
    /// Watchdog, about once a second: gives up what was never answered, and asks a silent pool whether it is alive.
    /// </summary>
    void Tick(WireBuffer output);
}
