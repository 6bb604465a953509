namespace Otedama.Core;

/// <summary>
/// Gives out payees by weight descending, then key ascending, without sorting those nobody asks for: only as many as
/// there are outputs matter of thousands. A binary heap within the span; what is left lies at its front.
/// </summary>
internal ref struct PayeeHeap
{
    private readonly Span<ChainPayee> _items;

    public PayeeHeap(Span<ChainPayee> items)
    {
        _items = items;
        Count = items.Length;
        for (int i = (Count / 2) - 1; i >= 0; i--)
        {
            Sink(i);
        }
    }

    public int Count { get; private set; }

    public readonly ChainPayee First => _items[0];

    public void DropFirst()
    {
        Count--;
        _items[0] = _items[Count];
        Sink(0);
    }

    private readonly void Sink(int at)
    {
        while (true)
        {
            int child = (2 * at) + 1;
            if (child + 1 < Count && IsBefore(_items[child + 1], _items[child]))
            {
                child++;
            }
            if (child >= Count || !IsBefore(_items[child], _items[at]))
            {
                return;
            }
            (_items[at], _items[child]) = (_items[child], _items[at]);
            at = child;
        }
    }

    private static bool IsBefore(in ChainPayee one, in ChainPayee other) =>
        one.Weight != other.Weight ? one.Weight > other.Weight : one.Key.CompareTo(other.Key) < 0;
}
