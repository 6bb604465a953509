using Otedama.Pool;

namespace Otedama.Tests;

/// <summary>Time that moves, timers included, only when a test moves it. Any thread.</summary>
internal sealed class HeldClock(DateTimeOffset? start = null) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<HeldTimer> _timers = [];
    private DateTimeOffset _now = start ?? DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        HeldTimer timer = new(this, () => callback(state));
        lock (_gate)
        {
            _timers.Add(timer);
        }
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the time and fires what falls due, in order.</summary>
    public void Advance(double seconds) => Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>Moves the time and fires what falls due, in order.</summary>
    public void Advance(TimeSpan by)
    {
        DateTimeOffset end = GetUtcNow() + by;
        while (TakeDue(end) is { } next)
        {
            next.Fire();
        }
    }

    /// <summary>Moves the time and calls the step whenever it wants to be called.</summary>
    public void Advance(double seconds, IStep step)
    {
        DateTimeOffset end = GetUtcNow() + TimeSpan.FromSeconds(seconds);
        for (TimeSpan left = end - GetUtcNow(); left >= TimeSpan.Zero; left = end - GetUtcNow())
        {
            TimeSpan pause = step.StepAsync(default).AsTask().GetAwaiter().GetResult();
            if (pause == Timeout.InfiniteTimeSpan || pause > left)
            {
                Advance(left);
                return;
            }
            Advance(pause);
        }
    }

    /// <summary>Moves the time in steps, with a little real time between them for answers on sockets, until the condition holds.</summary>
    public async Task UntilAsync(Func<bool> condition, TimeSpan step, TimeSpan most)
    {
        DateTimeOffset end = GetUtcNow() + most;
        while (!condition())
        {
            Xunit.Assert.True(GetUtcNow() < end, $"not within {most} of the held clock");
            await Task.Delay(10);
            if (!condition())
            {
                Advance(step);
            }
        }
    }

    private HeldTimer? TakeDue(DateTimeOffset end)
    {
        lock (_gate)
        {
            HeldTimer? next = _timers.Where(timer => timer.Due <= end).MinBy(static timer => timer.Due);
            _now = next?.Due > _now ? next.Due.Value : next is null ? end : _now;
            next?.Taken();
            return next;
        }
    }

    private sealed class HeldTimer(HeldClock clock, Action fire) : ITimer
    {
        private TimeSpan _period = Timeout.InfiniteTimeSpan;

        public DateTimeOffset? Due { get; private set; }

        public void Fire() => fire();

        public void Taken() => Due = _period > TimeSpan.Zero ? Due + _period : null;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                _period = period;
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : clock._now + dueTime;
            }
            return true;
        }

        public void Dispose()
        {
            lock (clock._gate)
            {
                Due = null;
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
