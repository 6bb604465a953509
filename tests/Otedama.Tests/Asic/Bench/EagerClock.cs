namespace Otedama.Tests.Asic;

/// <summary>
/// Time for one waiter at a time: whatever it waits for comes at once, and the clock says so. Deadlines (of a CancellationTokenSource) do not come by
/// themselves: they fall due when a wait or the test has moved the clock past them, so that a busy machine makes none of them early.
/// </summary>
internal sealed class EagerClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Deadline> _deadlines = [];
    private DateTimeOffset _now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    public void Advance(TimeSpan by)
    {
        Deadline[] due;
        lock (_gate)
        {
            _now += by;
            due = [.. _deadlines.Where(deadline => deadline.At <= _now)];
            _deadlines.RemoveAll(due.Contains);
        }
        foreach (Deadline deadline in due)
        {
            deadline.Fire();
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Deadline timer = new(this, () => callback(state));
        if (state is CancellationTokenSource)
        {
            timer.Change(dueTime, period);
        }
        else if (dueTime >= TimeSpan.Zero)
        {
            Advance(dueTime);
            ThreadPool.QueueUserWorkItem(_ => callback(state));
        }
        return timer;
    }

    private sealed class Deadline(EagerClock clock, Action fire) : ITimer
    {
        public DateTimeOffset At { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                clock._deadlines.Remove(this);
                if (dueTime >= TimeSpan.Zero)
                {
                    At = clock._now + dueTime;
                    clock._deadlines.Add(this);
                }
            }
            return true;
        }

        public void Dispose()
        {
            lock (clock._gate)
            {
                clock._deadlines.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
