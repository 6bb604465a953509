using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// What one peer was asked for by id, until it answers or is late. Not safe for more than one thread at a time.
/// </summary>
internal sealed class AskedIds
{
    /// <summary>Ids asked for at once.</summary>
    public const int Max = 25;

    private readonly Dictionary<Hash256, (WantedShare Wanted, Pause Patience, uint Question)> _asked = [];

    public int Count => _asked.Count;

    public int Room => Max - _asked.Count;

    public bool Contains(Hash256 id) => _asked.ContainsKey(id);

    /// <summary>Notes a question that was sent.</summary>
    public void Add(WantedShare wanted, uint question, Pause patience) =>
        _asked[wanted.Id] = (wanted, patience, question);

    /// <summary>Takes out what it has sent, or says it does not have; null for what it was not asked for.</summary>
    public WantedShare? Take(Hash256 id) => _asked.Remove(id, out (WantedShare Wanted, Pause, uint) asked) ? asked.Wanted : null;

    /// <summary>Takes out what an answered question left open.</summary>
    public IReadOnlyList<WantedShare> TakeOf(uint question) => TakeWhere(asked => asked == question);

    /// <summary>Takes out those whose time is over, and tells the numbers of their questions.</summary>
    public IReadOnlyList<WantedShare> TakeLate(TimeProvider time, out IReadOnlyCollection<uint> questions)
    {
        KeyValuePair<Hash256, (WantedShare, Pause, uint Question)>[] late =
            [.. _asked.Where(pair => pair.Value.Patience.Left(time) == TimeSpan.Zero)];
        questions = [.. late.Select(static pair => pair.Value.Question).Distinct()];
        return TakeAll([.. late.Select(static pair => pair.Key)]);
    }

    /// <summary>Takes out everything, as of a peer that left.</summary>
    public IReadOnlyList<WantedShare> TakeAll() => TakeWhere(static _ => true);

    private WantedShare[] TakeWhere(Func<uint, bool> question) =>
        TakeAll([.. _asked.Where(pair => question(pair.Value.Question)).Select(static pair => pair.Key)]);

    private WantedShare[] TakeAll(Hash256[] ids) => [.. ids.Select(id => Take(id)!)];
}
