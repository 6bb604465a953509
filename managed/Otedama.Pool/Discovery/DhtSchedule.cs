using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>When which key is looked up and announced.</summary>
internal sealed class DhtSchedule(IRandomness random)
{
    /// <summary>
    /// libtorrent forgets an announcement after 45 minutes; a fifth of jitter keeps nodes from meeting in step.
    /// </summary>
    private const double AnnounceSeconds = 900, Jitter = 0.2;

    /// <summary>
    /// Hours before and after midnight in which two days' keys are used: clocks and announcements overlap.
    /// </summary>
    private const double OverlapHours = 6;

    private const int KeysMax = 16;

    private static readonly TimeSpan s_lookFirst = TimeSpan.FromSeconds(15), s_lookLast = TimeSpan.FromMinutes(15);

    private readonly Dictionary<DhtId, State> _states = [];
    private readonly List<DhtId> _fixed = [];
    private byte[] _network = [];

    /// <summary>Looks for those who follow the same chain. networkId: 32 bytes.</summary>
    public void FollowNetwork(ReadOnlySpan<byte> networkId) => _network = networkId[..32].ToArray();

    /// <summary>Looks for the peers of one key, today and every day.</summary>
    public void FollowKey(DhtId key)
    {
        if (_fixed.Count < KeysMax && !_fixed.Contains(key))
        {
            _fixed.Add(key);
        }
    }

    /// <summary>
    /// What is due, which then counts as begun: announcements every quarter of an hour where we can be reached,
    /// lookups more often while there are too few peers and never where there are enough.
    /// </summary>
    public List<(DhtId Key, bool Announce)> TakeDue(DateTimeOffset time, double now, bool announces, bool hasEnough)
    {
        List<(DhtId Key, bool Announce)> due = [];
        (DhtId Key, bool Announce)[] wanted = [.. Wanted(time)];
        foreach (DhtId old in _states.Keys.Where(key => !Array.Exists(wanted, w => w.Key == key)).ToArray())
        {
            _states.Remove(old);
        }
        foreach ((DhtId key, bool mayAnnounce) in wanted)
        {
            if (!_states.TryGetValue(key, out State? state))
            {
                _states[key] = state = new State(new BackOff(s_lookFirst, s_lookLast, random));
            }
            if (hasEnough)
            {
                state.Looks.Reset();
            }
            bool announce = announces && mayAnnounce && now >= state.AnnounceAt;
            if (announce || (!hasEnough && now >= state.LookAt))
            {
                due.Add((key, announce));
                state.LookAt = now + state.Looks.Next().TotalSeconds;
                state.AnnounceAt = announce ? now + (AnnounceSeconds * (1 + (Jitter * Spread()))) : state.AnnounceAt;
            }
        }
        return due;
    }

    /// <summary>
    /// Today's keys; tomorrow's are announced in the last hours of a day, yesterday's looked up in the first.
    /// </summary>
    private IEnumerable<(DhtId Key, bool Announce)> Wanted(DateTimeOffset time)
    {
        foreach (DhtId key in _fixed)
        {
            yield return (key, true);
        }
        uint day = Rendezvous.DayOf(time);
        double hour = Rendezvous.HourOf(time);
        for (int slot = 0; slot < (_network.Length > 0 ? Rendezvous.Slots : 0); slot++)
        {
            yield return (Rendezvous.Key(_network, slot, day), true);
            if (hour >= 24 - OverlapHours)
            {
                yield return (Rendezvous.Key(_network, slot, day + 1), true);
            }
            if (hour < OverlapHours)
            {
                yield return (Rendezvous.Key(_network, slot, day - 1), false);
            }
        }
    }

    /// <summary>-1 to 1.</summary>
    private double Spread() => (random.NextUInt64() / (double)ulong.MaxValue * 2) - 1;

    private sealed class State(BackOff looks)
    {
        public BackOff Looks { get; } = looks;

        public double LookAt { get; set; }

        public double AnnounceAt { get; set; }
    }
}
