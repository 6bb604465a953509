namespace Otedama.Core;

/// <summary>
/// Gives out payees by weight descending, then key ascending, without sorting those nobody asks for: only as many as
/// there are outputs matter of thousands. A binary heap of their places.
/// </summary>
internal ref struct PayeeHeap
{
    private readonly ReadOnlySpan<ChainPayee> _payees;
    private readonly int[] _places;

    public PayeeHeap(ReadOnlySpan<ChainPayee> payees)
    {
        _payees = payees;
        _places = new int[payees.Length];
        Count = payees.Length;
        for (int i = 0; i < Count; i++)
        {
            _places[i] = i;
        }
        for (int i = (Count / 2) - 1; i >= 0; i--)
        {
            Sink(i);
        }
    }

    public int Count { get; private set; }

    /// <summary>Its place.</summary>
    public readonly int First => _places[0];

    public void DropFirst()
    {
        Count--;
        _places[0] = _places[Count];
        Sink(0);
    }

    private readonly void Sink(int at)
    {
        int sinking = _places[at];
        while (true)
        {
            int child = (2 * at) + 1;
            if (child + 1 < Count && IsBefore(_places[child + 1], _places[child]))
            {
                child++;
            }
            if (child >= Count || !IsBefore(_places[child], sinking))
            {
                _places[at] = sinking;
                return;
            }
            _places[at] = _places[child];
            at = child;
        }
    }

    private readonly bool IsBefore(int one, int other)
    {
        ref readonly ChainPayee first = ref _payees[one], second = ref _payees[other];
        return first.Weight != second.Weight ? first.Weight > second.Weight : first.Key.CompareTo(second.Key) < 0;
    }
}
