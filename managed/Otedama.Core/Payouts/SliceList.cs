namespace Otedama.Core;

/// <summary>
/// Slices in order, the oldest at index 0. Adding at the end and dropping at the front cost a step each, however many there
/// are; taking one out of the middle moves the shorter side.
/// </summary>
internal sealed class SliceList
{
    private WorkSlice[] _items = new WorkSlice[64]; // from _front on; null in front of it and behind the last
    private int _front;

    public int Count { get; private set; }

    public WorkSlice this[int index]
    {
        get => _items[_front + CheckedIndex(index)];
        set => _items[_front + CheckedIndex(index)] = value;
    }

    public void Add(WorkSlice slice)
    {
        if (_front + Count == _items.Length)
        {
            MakeRoom();
        }
        _items[_front + Count++] = slice;
    }

    public void DropFirst(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)Count, nameof(count));
        Array.Clear(_items, _front, count);
        _front += count;
        Count -= count;
    }

    public void RemoveAt(int index)
    {
        int at = _front + CheckedIndex(index);
        int behind = Count - 1 - index;
        if (index < behind)
        {
            Array.Copy(_items, _front, _items, _front + 1, index);
            _items[_front++] = null!;
        }
        else
        {
            Array.Copy(_items, at + 1, _items, at, behind);
            _items[_front + Count - 1] = null!;
        }
        Count--;
    }

    private int CheckedIndex(int index) => (uint)index < (uint)Count ? index : throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>Moves to the start when half of the array is free there, which that many drops have paid for; else doubles.</summary>
    private void MakeRoom()
    {
        WorkSlice[] items = _front >= _items.Length / 2 ? _items : new WorkSlice[2 * _items.Length];
        Array.Copy(_items, _front, items, 0, Count);
        if (items == _items)
        {
            Array.Clear(items, Count, items.Length - Count);
        }
        (_items, _front) = (items, 0);
    }
}
