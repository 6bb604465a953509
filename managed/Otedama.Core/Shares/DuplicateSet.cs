namespace Otedama.Core;

/// <summary>
/// The accepted shares of one job, as 128-bit keys in an open-addressing table that grows by doubling up to a limit.
/// </summary>
internal sealed class DuplicateSet
{
    /// <summary>128 bytes: a SOLO pool has a set for each of ten thousands of jobs.</summary>
    private const int InitialSlots = 8;

    private readonly int _max;
    private UInt128[] _slots = new UInt128[InitialSlots]; // 0 = empty
    private int _count;

    public DuplicateSet(int max) => _max = max;

    /// <summary>
    /// One of the shares was a block or chain share: worth telling its twin apart even after its job went stale.
    /// </summary>
    public bool OutlivesItsTip { get; set; }

    public int Count => _count;

    public bool IsFull => _count >= _max;

    public bool Contains(UInt128 key) => _slots[Find(_slots, key)] != UInt128.Zero;

    /// <summary>False when it is there already. The caller has looked at IsFull.</summary>
    public bool Add(UInt128 key)
    {
        int slot = Find(_slots, key);
        if (_slots[slot] != UInt128.Zero)
        {
            return false;
        }
        _slots[slot] = key;
        _count++;
        if (_count > _slots.Length / 2)
        {
            Grow();
        }
        return true;
    }

    private void Grow()
    {
        UInt128[] larger = new UInt128[_slots.Length * 2];
        foreach (UInt128 key in _slots)
        {
            if (key != UInt128.Zero)
            {
                larger[Find(larger, key)] = key;
            }
        }
        _slots = larger;
    }

    /// <summary>
    /// Where the key is or belongs. The load stays under one half, so an empty slot ends every search.
    /// </summary>
    private static int Find(UInt128[] slots, UInt128 key)
    {
        int mask = slots.Length - 1;
        int slot = unchecked((int)(uint)key) & mask;
        while (slots[slot] != UInt128.Zero && slots[slot] != key)
        {
            slot = (slot + 1) & mask;
        }
        return slot;
    }
}
