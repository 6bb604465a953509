using System.Diagnostics.CodeAnalysis;

namespace Otedama.Pool;

/// <summary>What a session leaves behind: its extranonce, what its jobs are graded by, and what its shares have shown (0 = nothing).</summary>
public sealed record ResumedSession(uint Extranonce, JobTargets Targets, double Measured);

/// <summary>
/// Sessions whose connection ended, by session id: a miner that comes back in time continues with its extranonce and
/// difficulty, and its jobs keep their targets. Bounded; the oldest are forgotten first. Thread-safe.
/// </summary>
public sealed class ResumableSessions
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, Entry> _entries = [];
    private readonly Queue<(ulong Id, double At)> _order = new();
    private readonly ExtranonceAllocator _extranonces;
    private readonly int _max;
    private readonly double _seconds;

    public ResumableSessions(ExtranonceAllocator extranonces, int max, TimeSpan within)
    {
        _extranonces = extranonces;
        _max = max;
        _seconds = within.TotalSeconds;
    }

    /// <summary>Keeps a session; its extranonce stays reserved until it is resumed or forgotten.</summary>
    public void Keep(ulong id, ResumedSession session, double now)
    {
        lock (_gate)
        {
            _entries[id] = new Entry(session, now);
            _order.Enqueue((id, now));
            Trim(now);
        }
    }

    public bool TryTake(ulong id, double now, [NotNullWhen(true)] out ResumedSession? session)
    {
        lock (_gate)
        {
            Trim(now);
            bool found = _entries.Remove(id, out Entry entry);
            session = entry.Session;
            return found;
        }
    }

    private void Trim(double now)
    {
        while (_order.TryPeek(out (ulong Id, double At) oldest)
            && (_order.Count > _max || now - oldest.At > _seconds))
        {
            _order.Dequeue();
            if (_entries.TryGetValue(oldest.Id, out Entry entry) && entry.At == oldest.At)
            {
                _entries.Remove(oldest.Id);
                _extranonces.Return(entry.Session.Extranonce);
            }
        }
    }

    private readonly record struct Entry(ResumedSession Session, double At);
}
