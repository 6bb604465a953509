namespace Otedama.Tests.Node;

/// <summary>A clock whose time of day can be moved; timers run on the real one.</summary>
internal sealed class TestClock : TimeProvider
{
    private long _offsetTicks;

    public void Advance(TimeSpan by) => Interlocked.Add(ref _offsetTicks, by.Ticks);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _offsetTicks));

    public uint Seconds => (uint)GetUtcNow().ToUnixTimeSeconds();
}
