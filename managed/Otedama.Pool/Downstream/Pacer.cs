using Microsoft.Extensions.Logging;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// What the server does of itself: broadcasts new jobs and runs all sessions' timers. A step for one thread; whoever
/// calls it is told by <see cref="Woken"/> when it cannot wait.
/// </summary>
internal sealed partial class Pacer(SessionRoom room, SessionTable sessions, ITransport transport, ILogger logger)
    : IJobListener
{
    /// <summary>How often the timers run.</summary>
    public const int TickMs = 100;

    /// <summary>Changed difficulties go out together once a second, so that all share one fresh coinbase.</summary>
    private const int TicksPerMintTurn = 10;

    private const double ReportSeconds = 60;

    private readonly FlushBatch _batch = new(transport);
    private int _broadcastDue;
    private double _tickedAt;
    private int _ticks;
    private long _refusedReported;
    private double _refusedReportedAt = double.NegativeInfinity;
    private double _unsaidAt;

    /// <summary>A broadcast is due; raised on the thread that published.</summary>
    public event Action? Woken;

    /// <summary>A job was published. Any thread.</summary>
    public void OnPublished(PoolJob job)
    {
        Volatile.Write(ref _broadcastDue, 1);
        Woken?.Invoke();
    }

    /// <summary>
    /// Broadcasts what was published and runs the timers if they are due. now: seconds of the room's clock.
    /// </summary>
    public void Tick(double now)
    {
        if (Interlocked.Exchange(ref _broadcastDue, 0) == 1)
        {
            Broadcast();
        }
        if (now - _tickedAt >= TickMs * 0.9 / 1000)
        {
            _tickedAt = now;
            RunTimers(now, ++_ticks % TicksPerMintTurn == 0);
        }
    }

    private void Broadcast()
    {
        foreach (StratumSession? session in sessions.All)
        {
            if (session?.OnJobPublished() == true)
            {
                _batch.Add(session.Connection);
            }
        }
        _batch.End();
    }

    private void RunTimers(double now, bool mintTurn)
    {
        foreach (StratumSession? session in sessions.All)
        {
            if (session?.Tick(now, mintTurn) == true)
            {
                _batch.Add(session.Connection);
            }
        }
        _batch.End();
        if (mintTurn)
        {
            LookAtGate(now);
            Report(now);
        }
    }

    /// <summary>
    /// A full pool, a guard that refuses and sessions that were ended say so in the log, at most once a minute.
    /// </summary>
    private void Report(double now)
    {
        if (room.Guard.TryReport(now, out string rules))
        {
            StratumLog.Guarded(logger, rules);
        }
        long refused = transport.RefusedCount;
        if (refused > _refusedReported && now - _refusedReportedAt >= ReportSeconds)
        {
            StratumLog.ConnectionsRefused(logger, refused - _refusedReported, room.Options.Limits.ConnectionsMax);
            (_refusedReported, _refusedReportedAt) = (refused, now);
        }
        if (now - _unsaidAt >= ReportSeconds)
        {
            _unsaidAt = now;
            room.Log.TellUnsaid();
        }
    }
}
