namespace Otedama.Pool;

/// <summary>Gives out extranonces of up to 4 bytes, in the leading bits of 32, so that no two sessions, resumable ones included, share one. Thread-safe.</summary>
public sealed class ExtranonceAllocator
{
    private readonly Lock _gate = new();
    private readonly HashSet<uint> _used = [];
    private readonly uint _step;
    private uint _next;

    /// <summary>bits: how many leading ones count, 16 to 32.</summary>
    public ExtranonceAllocator(uint first, int bits = 32)
    {
        _step = 1u << (32 - bits);
        _next = first & ~(_step - 1);
    }

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
            // Fewer than 2^21 (and 60,000 where 16 bits count) are ever in use (connections plus resumable sessions), so a free one is near.
            while (!_used.Add(_next))
            {
                _next = unchecked(_next + _step);
            }
            uint taken = _next;
            _next = unchecked(_next + _step);
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
