namespace Otedama.Pool;

/// <summary>Wakes one waiter: the one that waits, or else the next. Any thread sets, one waits.</summary>
public sealed class Signal(TimeProvider time)
{
    private readonly SemaphoreSlim _gate = new(0, 1);

    public void Set()
    {
        try
        {
            _gate.Release();
        }
        catch (SemaphoreFullException)
        {
            // Set already.
        }
    }

    /// <summary>True when it was set; then it is no more.</summary>
    public bool TryTake() => _gate.Wait(0);

    /// <summary>True when it was set, false after the time. Throws OperationCanceledException when stop is cancelled.</summary>
    public async Task<bool> WaitAsync(TimeSpan limit, CancellationToken stop)
    {
        using var patience = new CancellationTokenSource(limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stop);
        try
        {
            await _gate.WaitAsync(both.Token);
            return true;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return false;
        }
    }
}
