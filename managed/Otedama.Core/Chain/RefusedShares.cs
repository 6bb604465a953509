namespace Otedama.Core;

/// <summary>
/// Ids of refused shares and why, the newest so many; who sends more of them only makes older ones be checked again.
/// </summary>
internal sealed class RefusedShares(int most)
{
    private readonly Dictionary<Hash256, ShareFault> _faults = [];
    private readonly Queue<Hash256> _order = [];

    public ShareFault? Find(Hash256 id) => _faults.GetValueOrDefault(id);

    public void Add(Hash256 id, ShareFault fault)
    {
        if (!_faults.TryAdd(id, fault))
        {
            return;
        }
        _order.Enqueue(id);
        if (_order.Count > most)
        {
            _faults.Remove(_order.Dequeue());
        }
    }
}
