using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// Shares that peers have announced and nobody has sent: whom to ask for each, and when. Not safe for more than one
/// thread at a time.
/// </summary>
/// <remarks>
/// To announce costs nothing: a peer has as many places as ids may be asked of it at once, and fills nobody else's.
/// </remarks>
internal sealed class AnnouncedShares(TimeProvider time)
{
    /// <summary>Who is asked first has so long before the next who announced it is asked as well.</summary>
    private static readonly TimeSpan s_next = TimeSpan.FromSeconds(1);

    private readonly Dictionary<Hash256, Entry> _entries = [];
    private readonly Dictionary<long, int> _places = [];

    /// <summary>wait: before the first is asked, in which it may be pushed. False when the peer has too many.</summary>
    public bool TryAdd(Hash256 id, long peer, TimeSpan wait)
    {
        if (_entries.TryGetValue(id, out Entry? entry))
        {
            if (!entry.Wanted.IsHopeless && !entry.Peers.Contains(peer) && entry.Peers.Count < WantedShare.PeersMax)
            {
                entry.Peers.Add(peer);
            }
            return true;
        }
        int places = _places.GetValueOrDefault(peer);
        if (places >= AskedIds.Max)
        {
            return false;
        }
        _places[peer] = places + 1;
        _entries.Add(id, new Entry(new WantedShare(id, IsNeeded: false), peer) { Rest = Pause.Begin(time, wait) });
        return true;
    }

    /// <summary>It came, or is not wanted any more.</summary>
    public void Remove(Hash256 id)
    {
        if (_entries.Remove(id, out Entry? entry))
        {
            _places[entry.First]--;
            if (_places[entry.First] == 0)
            {
                _places.Remove(entry.First);
            }
        }
    }

    /// <summary>
    /// Whom to ask for what now, by peer. Those of whom nobody is left to ask are forgotten: the questions stay open.
    /// </summary>
    public IReadOnlyList<(long Peer, WantedShare Wanted)> TakeDue()
    {
        List<(long, WantedShare)> due = [];
        foreach (Entry entry in _entries.Values.Where(entry => entry.Rest.Left(time) == TimeSpan.Zero).ToArray())
        {
            if (entry.Peers.Count == 0)
            {
                Remove(entry.Wanted.Id);
                continue;
            }
            due.Add((entry.Peers[0], entry.Wanted));
            entry.Peers.RemoveAt(0);
            entry.Rest = Pause.Begin(time, s_next);
        }
        return due;
    }

    /// <summary>How long until something is due; Infinite when nothing is.</summary>
    public TimeSpan Next => _entries.Count == 0 ? Timeout.InfiniteTimeSpan
        : _entries.Values.Min(entry => entry.Rest.Left(time));

    private sealed class Entry(WantedShare wanted, long first)
    {
        public WantedShare Wanted => wanted;

        /// <summary>Whose place it takes.</summary>
        public long First => first;

        /// <summary>Who announced it and was not asked, in that order.</summary>
        public List<long> Peers { get; } = [first];

        public Pause Rest { get; set; }
    }
}
