namespace Otedama.Pool;

/// <summary>
/// A part that acts only when it is called: by a loop of its own in a running pool, by a simulation in virtual time. One call
/// at a time. A call too early does nothing but tell how long is left.
/// </summary>
public interface IStep
{
    /// <summary>Set when there is something to do before the pause is over.</summary>
    Signal Wake { get; }

    /// <summary>
    /// One round; completes at once where what it asks answers at once. Returns how long the next may wait, Infinite until it is
    /// woken. Throws OperationCanceledException when stop is cancelled.
    /// </summary>
    ValueTask<TimeSpan> StepAsync(CancellationToken stop);
}
