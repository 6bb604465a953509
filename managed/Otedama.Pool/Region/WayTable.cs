namespace Otedama.Pool;

/// <summary>Seconds there and back by key, as many keys as fit: the oldest goes. One thread at a time.</summary>
internal sealed class WayTable<TKey>(int keysMax)
    where TKey : notnull
{
    /// <summary>What a new measurement is worth beside the ones before.</summary>
    private const double Weight = 0.25;

    private readonly Dictionary<TKey, double> _seconds = [];
    private readonly Queue<TKey> _order = new();

    public IReadOnlyDictionary<TKey, double> All => _seconds;

    public double? Of(TKey key) => _seconds.TryGetValue(key, out double seconds) ? seconds : null;

    public void Note(TKey key, double seconds)
    {
        if (_seconds.TryGetValue(key, out double before))
        {
            _seconds[key] = before + (Weight * (seconds - before));
            return;
        }
        if (_order.Count == keysMax)
        {
            _seconds.Remove(_order.Dequeue());
        }
        _order.Enqueue(key);
        _seconds.Add(key, seconds);
    }
}
