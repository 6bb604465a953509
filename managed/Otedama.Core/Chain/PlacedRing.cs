namespace Otedama.Core;

/// <summary>Entries in a row that grows and shrinks at both ends, each in constant time.</summary>
internal sealed class PlacedRing
{
    private PlacedShare?[] _items = new PlacedShare?[64]; // a power of two
    private int _front;

    public int Count { get; private set; }

    public PlacedShare Front => At(0);

    public PlacedShare Back => At(Count - 1);

    public void PushFront(PlacedShare entry)
    {
        MakeRoom();
        _front = (_front - 1) & (_items.Length - 1);
        _items[_front] = entry;
        Count++;
    }

    public void PushBack(PlacedShare entry)
    {
        MakeRoom();
        _items[(_front + Count) & (_items.Length - 1)] = entry;
        Count++;
    }

    public PlacedShare PopFront()
    {
        PlacedShare entry = Front;
        _items[_front] = null;
        _front = (_front + 1) & (_items.Length - 1);
        Count--;
        return entry;
    }

    public PlacedShare PopBack()
    {
        PlacedShare entry = Back;
        _items[(_front + Count - 1) & (_items.Length - 1)] = null;
        Count--;
        return entry;
    }

    public void Clear()
    {
        Array.Clear(_items);
        (_front, Count) = (0, 0);
    }

    private PlacedShare At(int index) => (uint)index < (uint)Count
        ? _items[(_front + index) & (_items.Length - 1)]!
        : throw new InvalidOperationException("the row is empty");

    private void MakeRoom()
    {
        if (Count < _items.Length)
        {
            return;
        }
        PlacedShare?[] larger = new PlacedShare?[2 * _items.Length];
        for (int i = 0; i < Count; i++)
        {
            larger[i] = At(i);
        }
        (_items, _front) = (larger, 0);
    }
}
