using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// The ids that one peer has or was sent, the newest of them. Not safe for more than one thread at a time.
/// </summary>
internal sealed class KnownIds
{
    /// <summary>160 KB a peer.</summary>
    public const int Max = 4_096;

    private readonly HashSet<Hash256> _ids = [];
    private readonly Queue<Hash256> _order = new();

    public bool Contains(Hash256 id) => _ids.Contains(id);

    /// <summary>False when it was there already.</summary>
    public bool Add(Hash256 id)
    {
        if (!_ids.Add(id))
        {
            return false;
        }
        _order.Enqueue(id);
        if (_order.Count > Max)
        {
            _ids.Remove(_order.Dequeue());
        }
        return true;
    }
}
