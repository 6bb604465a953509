namespace Otedama.Core;

/// <summary>
/// Where the one consumer of some rings sleeps while all of them are empty. Producers look at a flag only, and take the
/// lock when it is set.
/// </summary>
public sealed class Parking
{
    private readonly object _gate = new();
    private int _parked; // 1 while the consumer sleeps or is about to

    /// <summary>
    /// The consumer only. Sleeps until woken or the time is over, unless hasItem says that there is work.
    /// </summary>
    public void Wait(TimeSpan timeout, Func<bool> hasItem)
    {
        lock (_gate)
        {
            // The exchange is a full fence: either the producer sees the flag or we see its item.
            Interlocked.Exchange(ref _parked, 1);
            if (!hasItem())
            {
                Monitor.Wait(_gate, timeout);
            }
            Volatile.Write(ref _parked, 0);
        }
    }

    /// <summary>Any thread. Ends a Wait early.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>A producer, after its item can be seen.</summary>
    internal void WakeIfParked()
    {
        Interlocked.MemoryBarrier(); // the item must be visible before the flag is read
        if (Volatile.Read(ref _parked) != 0 && Interlocked.Exchange(ref _parked, 0) != 0)
        {
            Wake();
        }
    }
}
