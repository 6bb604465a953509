namespace Otedama.Pool;

/// <summary>Wakes one waiter: the one that waits, or else the next. Any thread sets, one waits.</summary>
/// <remarks>
/// The waiter goes on where it was told to, its own context if it has one, and never inside Set: so that one thread in virtual
/// time can be all of them.
/// </remarks>
public sealed class Signal(TimeProvider time)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource<bool>? _waiter;
    private bool _isSet;

    public void Set()
    {
        TaskCompletionSource<bool>? waiter;
        lock (_gate)
        {
            waiter = _waiter;
            _waiter = null;
            _isSet = waiter is null;
        }
        waiter?.TrySetResult(true);
    }

    /// <summary>True when it was set; then it is no more.</summary>
    public bool TryTake()
    {
        lock (_gate)
        {
            return Interlocked.Exchange(ref _isSet, false);
        }
    }

    /// <summary>True when it was set, false after the time. Throws OperationCanceledException when stop is cancelled.</summary>
    public async Task<bool> WaitAsync(TimeSpan limit, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        TaskCompletionSource<bool> waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (Interlocked.Exchange(ref _isSet, false))
            {
                return true;
            }
            _waiter = waiter;
        }
        using CancellationTokenSource patience = new(limit, time);
        using CancellationTokenRegistration late = patience.Token.UnsafeRegister(_ => GiveUp(waiter, static w => w.TrySetResult(false)), null);
        using CancellationTokenRegistration stopped = stop.UnsafeRegister(_ => GiveUp(waiter, w => w.TrySetCanceled(stop)), null);
        return await waiter.Task;
    }

    /// <summary>A waiter that is taken by Set already has been woken.</summary>
    private void GiveUp(TaskCompletionSource<bool> waiter, Func<TaskCompletionSource<bool>, bool> end)
    {
        lock (_gate)
        {
            if (_waiter != waiter)
            {
                return;
            }
            _waiter = null;
        }
        end(waiter);
    }
}
