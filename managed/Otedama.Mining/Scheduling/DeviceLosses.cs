namespace Otedama.Mining;

/// <summary>
/// How often one device was lost, and from that when it is tried again: later and later, and not at all once it is lost
/// too often. One thread at a time.
/// </summary>
internal sealed class DeviceLosses(TimeProvider clock)
{
    /// <summary>So many losses within the window, and it stays off.</summary>
    public const int LossesToStayOff = 3;

    public static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    /// <summary>After a run of this length a loss counts as the first one again.</summary>
    public static readonly TimeSpan RanWell = TimeSpan.FromMinutes(10);

    /// <summary>First pause; doubles.</summary>
    public static readonly TimeSpan PauseFirst = TimeSpan.FromSeconds(5);

    public static readonly TimeSpan PauseLongest = TimeSpan.FromMinutes(5);

    private readonly Queue<long> _times = new(); // within the window; LossesToStayOff at most

    /// <summary>Losses without a good run between them.</summary>
    public int InARow { get; private set; }

    /// <summary>Until Forget.</summary>
    public bool IsOff { get; private set; }

    /// <summary>From the last loss to the next attempt.</summary>
    public TimeSpan Pause { get; private set; }

    /// <param name="ran">How long its worker was there.</param>
    public void OnLost(TimeSpan ran)
    {
        long now = clock.GetTimestamp();
        while (_times.TryPeek(out long first) && clock.GetElapsedTime(first, now) > Window)
        {
            _times.Dequeue();
        }
        _times.Enqueue(now);
        InARow = ran >= RanWell ? 1 : InARow + 1;
        IsOff |= _times.Count >= LossesToStayOff;
        double seconds = PauseFirst.TotalSeconds * Math.Pow(2, Math.Min(InARow, 30) - 1);
        Pause = TimeSpan.FromSeconds(Math.Min(seconds, PauseLongest.TotalSeconds));
    }

    /// <summary>It is tried again at once, and what was is not held against it.</summary>
    public void Forget()
    {
        _times.Clear();
        InARow = 0;
        IsOff = false;
        Pause = TimeSpan.Zero;
    }
}
