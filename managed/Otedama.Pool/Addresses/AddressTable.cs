namespace Otedama.Pool;

/// <summary>
/// Buckets of 64 places, and which of them have somebody: a choice begins with the bucket. Belongs to its manager's
/// lock.
/// </summary>
internal sealed class AddressTable(int buckets)
{
    private readonly KnownAddress?[] _places = new KnownAddress?[buckets * AddressBuckets.Slots];
    private readonly int[] _taken = new int[buckets];

    public int Count { get; private set; }

    /// <summary>By bucket * 64 + slot; null empties a place.</summary>
    public KnownAddress? this[int index]
    {
        get => _places[index];
        set
        {
            int change = (value is null ? 0 : 1) - (_places[index] is null ? 0 : 1);
            _places[index] = value;
            _taken[index / AddressBuckets.Slots] += change;
            Count += change;
        }
    }

    /// <summary>Numbers of the buckets with somebody.</summary>
    public List<int> Taken()
    {
        List<int> taken = [];
        for (int bucket = 0; bucket < _taken.Length; bucket++)
        {
            if (_taken[bucket] > 0)
            {
                taken.Add(bucket);
            }
        }
        return taken;
    }

    public KnownAddress[] Of(int bucket) =>
        [.. _places[(bucket * AddressBuckets.Slots)..((bucket + 1) * AddressBuckets.Slots)].OfType<KnownAddress>()];
}
