namespace Otedama.Pool;

/// <summary>
/// Sessions whose connection ended, by session id: a miner that comes back in time continues with its extranonce and
/// difficulty. Bounded; the oldest are forgotten first. Thread-safe.
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
    public void Keep(ulong id, uint extranonce, double difficulty, double now)
    {
        lock (_gate)
        {
            _entries[id] = new Entry(extranonce, difficulty, now);
            _order.Enqueue((id, now));
            Trim(now);
        }
    }

    public bool TryTake(ulong id, double now, out uint extranonce, out double difficulty)
    {
        lock (_gate)
        {
            Trim(now);
            bool found = _entries.Remove(id, out Entry entry);
            extranonce = entry.Extranonce;
            difficulty = entry.Difficulty;
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
                _extranonces.Return(entry.Extranonce);
            }
        }
    }

    private readonly record struct Entry(uint Extranonce, double Difficulty, double At);
}
