namespace Otedama;

/// <summary>The clock of one life: virtual time, and timers that are steps of that life.</summary>
internal sealed class SimClock(SimSchedule schedule, SimLife life) : TimeProvider
{
    /// <summary>When every simulation begins.</summary>
    private static readonly DateTimeOffset s_start = DateTimeOffset.FromUnixTimeSeconds(1_900_000_000);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Never 0, which some take for "not yet".</summary>
    public override long GetTimestamp() => schedule.Now + TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => s_start + schedule.Elapsed;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        SimTimer timer = new(schedule, life, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class SimTimer(SimSchedule schedule, SimLife life, Action fire) : ITimer
    {
        private TimeSpan _period;
        private int _setting; // of what is planned, only that of the newest setting fires

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _period = period;
            int setting = ++_setting;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                schedule.After(dueTime, life, () => Fire(setting));
            }
            return true;
        }

        public void Dispose() => _setting++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Fire(int setting)
        {
            if (setting != _setting)
            {
                return;
            }
            if (_period > TimeSpan.Zero)
            {
                schedule.After(_period, life, () => Fire(setting));
            }
            fire();
        }
    }
}
