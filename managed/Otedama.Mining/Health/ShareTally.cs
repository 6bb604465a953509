namespace Otedama.Mining;

/// <summary>Counts of one worker's shares by outcome. Any thread.</summary>
internal sealed class ShareTally
{
    private long _accepted;
    private long _rejected;
    private long _stale;
    private long _dropped;
    private int _pending;

    public void OnSent() => Interlocked.Increment(ref _pending);

    public void OnAnswered(ShareOutcome outcome)
    {
        Interlocked.Decrement(ref _pending);
        OnOutcome(outcome);
    }

    public void OnOutcome(ShareOutcome outcome)
    {
        switch (outcome)
        {
            case ShareOutcome.Accepted:
                Interlocked.Increment(ref _accepted);
                break;
            case ShareOutcome.Rejected:
                Interlocked.Increment(ref _rejected);
                break;
            case ShareOutcome.Stale:
                Interlocked.Increment(ref _stale);
                break;
            default:
                Interlocked.Increment(ref _dropped);
                break;
        }
    }

    public ShareCounts Read() => new(
        Interlocked.Read(ref _accepted),
        Interlocked.Read(ref _rejected),
        Interlocked.Read(ref _stale),
        Interlocked.Read(ref _dropped),
        Volatile.Read(ref _pending));
}
