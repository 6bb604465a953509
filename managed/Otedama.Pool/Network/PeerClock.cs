namespace Otedama.Pool;

/// <summary>
/// Looks at the time for all sessions once a second, and has kept what is known every quarter of an hour.
/// </summary>
internal sealed class PeerClock(PeerSessions sessions, AddressManager addresses, Action save, TimeProvider time) : IStep
{
    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(1), s_saveEvery = TimeSpan.FromMinutes(15);

    private Pause _rest = Pause.Begin(time, s_saveEvery);

    public Signal Wake { get; } = new(time);

    public ValueTask<TimeSpan> StepAsync(CancellationToken stop)
    {
        sessions.Tick();
        addresses.SettleNewcomers();
        if (_rest.Left(time) == TimeSpan.Zero)
        {
            save();
            _rest = Pause.Begin(time, s_saveEvery);
        }
        return new ValueTask<TimeSpan>(s_tick);
    }
}
