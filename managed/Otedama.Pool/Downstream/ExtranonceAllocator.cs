namespace Otedama.Pool;

/// <summary>
/// Gives out extranonces of up to 4 bytes, in the leading bits of 32, so that no two sessions, resumable ones
/// included, share one. Thread-safe.
/// </summary>
public sealed class ExtranonceAllocator
{
    private readonly Lock _gate = new();
    private readonly HashSet<uint> _used = [];
    private readonly uint _step;
    private readonly long _capacity;
    private uint _next;

    /// <summary>bits: how many leading ones count, 16 to 32.</summary>
    public ExtranonceAllocator(uint first, int bits = 32)
    {
        _step = 1u << (32 - bits);
        _capacity = 1L << bits;
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

    /// <summary>False when every one is in use. Looks at no more than one past those in use.</summary>
    public bool TryTake(out uint extranonce)
    {
        lock (_gate)
        {
            extranonce = 0;
            if (_used.Count >= _capacity)
            {
                return false;
            }
            while (!_used.Add(_next))
            {
                _next = unchecked(_next + _step);
            }
            extranonce = _next;
            _next = unchecked(_next + _step);
            return true;
        }
    }

    /// <summary>Somebody has it, or may come back to it.</summary>
    public bool IsUsed(uint extranonce)
    {
        lock (_gate)
        {
            return _used.Contains(extranonce);
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
