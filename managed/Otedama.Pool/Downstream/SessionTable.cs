namespace Otedama.Pool;

/// <summary>Open sessions by slot number. Lookups take no lock.</summary>
internal sealed class SessionTable
{
    private readonly Lock _gate = new();
    private readonly StratumSession?[] _slots;
    private readonly Stack<int> _free = new();
    private int _high;

    public SessionTable(int max) => _slots = new StratumSession?[max];

    /// <summary>Makes a session in a free slot; null when there is none.</summary>
    public StratumSession? Add(Func<int, StratumSession> make)
    {
        lock (_gate)
        {
            if (_free.Count == 0 && _high == _slots.Length)
            {
                return null;
            }
            int slot = _free.Count > 0 ? _free.Pop() : _high++;
            StratumSession session = make(slot);
            Volatile.Write(ref _slots[slot], session);
            return session;
        }
    }

    public void Remove(StratumSession session)
    {
        lock (_gate)
        {
            if (_slots[session.Slot] == session)
            {
                _slots[session.Slot] = null;
                _free.Push(session.Slot);
            }
        }
    }

    /// <summary>The session with this slot and id; null when it has ended.</summary>
    public StratumSession? Find(int slot, long id)
    {
        StratumSession? session = slot >= 0 && slot < _slots.Length ? Volatile.Read(ref _slots[slot]) : null;
        return session is not null && session.Connection.Id == id ? session : null;
    }

    public ReadOnlySpan<StratumSession?> All => _slots.AsSpan(0, Volatile.Read(ref _high));

    public long PendingSubmits()
    {
        long pending = 0;
        foreach (StratumSession? session in All)
        {
            pending += session?.PendingSubmits ?? 0;
        }
        return pending;
    }
}
