using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Gives sessions their extranonce and the id under which they come back to it, and keeps both for a while when they
/// end. Any thread.
/// </summary>
internal sealed class ExtranonceDesk
{
    private readonly ResumableSessions _resumable;
    private readonly ConcurrentDictionary<ulong, StratumSession> _open = new();
    private readonly Lock _gate = new(); // from the open to those that can be resumed; nothing else is taken inside
    private readonly StratumDialect _dialect;
    private readonly PoolMeters _meters;
    private readonly IRandomness _random;

    public ExtranonceDesk(StratumDialect dialect, StratumLimits limits, PoolMeters meters, IRandomness random)
    {
        _dialect = dialect;
        _meters = meters;
        _random = random;
        Allocator = new ExtranonceAllocator((uint)(random.NextUInt64() >> 32), dialect.ExtranonceBits);
        _resumable = new ResumableSessions(Allocator, limits.ResumableSessionsMax, limits.ResumeWithin);
    }

    public ExtranonceAllocator Allocator { get; }

    /// <summary>Another session has it, or may come back to it.</summary>
    public bool IsUsed(uint extranonce) => Allocator.IsUsed(extranonce);

    /// <summary>False when all are in use.</summary>
    public bool TryTake(out uint extranonce, out ulong resumeId)
    {
        resumeId = _random.NextUInt64() | 1;
        return Allocator.TryTake(out extranonce);
    }

    /// <summary>
    /// Continues an earlier session. One whose connection still looks open is closed first: the miner knows better
    /// than our end of a dead line.
    /// </summary>
    public bool TryResume(StratumSession self, ulong id, [NotNullWhen(true)] out ResumedSession? session)
    {
        if (_open.TryGetValue(id, out StratumSession? open) && open != self)
        {
            open.Connection.Close(CloseReason.PeerClosed);
            GiveUp(open); // another thread may be closing it at this moment
        }
        lock (_gate)
        {
            return _resumable.TryTake(id, _meters.Now, out session);
        }
    }

    /// <summary>A session that has its resume id can be found by it from now on.</summary>
    public void Hold(StratumSession session)
    {
        _open[session.ResumeId] = session;
        if (session.Connection.IsClosed)
        {
            GiveUp(session);
        }
    }

    /// <summary>
    /// At the end of a session that has an extranonce: keeps it for the miner to resume, or returns it. Whoever takes
    /// the session out of the table does it, so that it happens once whichever thread closes.
    /// </summary>
    public void GiveUp(StratumSession session)
    {
        if (session.ResumeId == 0)
        {
            return;
        }
        ResumedSession left = session.LeaveBehind();
        lock (_gate)
        {
            if (!_open.TryRemove(new KeyValuePair<ulong, StratumSession>(session.ResumeId, session)))
            {
                return;
            }
            if (_dialect.CanResume)
            {
                _resumable.Keep(session.ResumeId, left, _meters.Now);
            }
            else
            {
                Allocator.Return(left.Extranonce);
            }
        }
    }
}
