using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// What one peer was asked for by id, until it answers or is late. Not safe for more than one thread at a time.
/// </summary>
internal sealed class AskedIds
{
    /// <summary>Ids asked for at once.</summary>
    public const int Max = 25;

    private readonly Dictionary<Hash256, (Pause Patience, uint Number)> _asked = [];

    public int Count => _asked.Count;

    public bool Contains(Hash256 id) => _asked.ContainsKey(id);

    /// <summary>False when it is asked for already, or too many are.</summary>
    public bool TryAdd(Hash256 id, Pause patience) => _asked.Count < Max && _asked.TryAdd(id, (patience, 0));

    /// <summary>The number of the question with these ids.</summary>
    public void Number(IEnumerable<Hash256> ids, uint number)
    {
        foreach (Hash256 id in ids)
        {
            _asked[id] = _asked[id] with { Number = number };
        }
    }

    public bool Remove(Hash256 id) => _asked.Remove(id);

    /// <summary>Takes out those whose time is over, with the numbers of their questions.</summary>
    public IReadOnlyList<(Hash256 Id, uint Number)> TakeLate(TimeProvider time)
    {
        (Hash256 Id, uint Number)[] late =
        [
            .. _asked.Where(pair => pair.Value.Patience.Left(time) == TimeSpan.Zero)
                .Select(static pair => (pair.Key, pair.Value.Number)),
        ];
        foreach ((Hash256 id, _) in late)
        {
            _asked.Remove(id);
        }
        return late;
    }
}
