namespace Otedama.Pool;

/// <summary>Waiting times between attempts: 1, 2, 4 ... 60 s, each 20 % up or down so that nodes are not hit in step.</summary>
internal sealed class BackOff(TimeSpan first, TimeSpan last, IRandomness random)
{
    private TimeSpan _next;

    public TimeSpan Next() => Next(last);

    /// <summary>The next step, at most this long (and its fifth).</summary>
    public TimeSpan Next(TimeSpan atMost)
    {
        TimeSpan wait = _next == TimeSpan.Zero ? first : _next;
        _next = TimeSpan.FromTicks(Math.Min(wait.Ticks * 2, last.Ticks));
        return (wait < atMost ? wait : atMost) * (0.8 + (0.4 * (random.NextUInt64() / (double)ulong.MaxValue)));
    }

    public void Reset() => _next = TimeSpan.Zero;
}
