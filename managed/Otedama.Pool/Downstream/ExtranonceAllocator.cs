namespace Otedama.Pool;

/// <summary>Gives out 4-byte extranonces so that no two sessions, resumable ones included, share one. Thread-safe.</summary>
public sealed class ExtranonceAllocator
{
    private readonly Lock _gate = new();
    private readonly HashSet<uint> _used = [];
    private uint _next;

    public ExtranonceAllocator(uint first) => _next = first;

    public int UsedCount
    {
        get
        {
            lock (_gate)
            {
                return _used.Count;
            }
        }
    }

    public uint Take()
    {
        lock (_gate)
        {
            // Fewer than 2^21 are ever in use (connections plus resumable sessions), so a free one is near.
            while (!_used.Add(_next))
            {
                _next = unchecked(_next + 1);
            }
            uint taken = _next;
            _next = unchecked(_next + 1);
            return taken;
        }
    }

    public void Return(uint extranonce)
    {
        lock (_gate)
        {
            _used.Remove(extranonce);
        }
    }
}
