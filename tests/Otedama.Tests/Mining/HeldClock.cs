namespace Otedama.Tests.Mining;

/// <summary>Time that stands still, timers included, until a test moves it. Any thread.</summary>
internal sealed class HeldClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<HeldTimer> _timers = [];
    private long _ticks = 1;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Volatile.Read(ref _ticks);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        HeldTimer timer = new(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>One jump: whatever is due by then fires once and sees the new time.</summary>
    public void Advance(double seconds)
    {
        HeldTimer[] due;
        lock (_gate)
        {
            _ticks += (long)(seconds * TimeSpan.TicksPerSecond);
            due = [.. _timers.Where(timer => timer.Due <= _ticks)];
            foreach (HeldTimer timer in due)
            {
                timer.Due = timer.Period > 0 ? _ticks + timer.Period : long.MaxValue;
            }
        }
        foreach (HeldTimer timer in due)
        {
            timer.Fire();
        }
    }

    private sealed class HeldTimer(HeldClock clock, Action fire) : ITimer
    {
        public long Due { get; set; } = long.MaxValue;

        public long Period { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime == TimeSpan.Zero)
            {
                ThreadPool.QueueUserWorkItem(_ => fire());
            }
            lock (clock._gate)
            {
                Period = Math.Max(0, period.Ticks);
                Due = dueTime <= TimeSpan.Zero ? long.MaxValue : clock._ticks + dueTime.Ticks;
                clock._timers.Remove(this);
                clock._timers.Add(this);
            }
            return true;
        }

        public void Dispose()
        {
            lock (clock._gate)
            {
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
