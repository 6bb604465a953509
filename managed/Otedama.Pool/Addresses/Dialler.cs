using System.Net;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Holds as many connections to other nodes as the policy wants: who is next, and when. A step; the connections are
/// made by an <see cref="IPeerDialer"/>, which tells what became of them. Any thread tells, one steps.
/// </summary>
public sealed class Dialler : IStep
{
    private const int UnderWayMax = 8, DhtUnderWayMax = 4, DrawsMax = 100;

    /// <summary>Of so many that would do, the nearest one is taken where the way counts.</summary>
    private const int LatencyDraws = 8;

    private const double FeelerSeconds = 120;

    /// <summary>After a call, and after a hundred draws of whom nobody suited; a wake cuts it short.</summary>
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(500), s_idlePace = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_extraPause = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_firstRetry = TimeSpan.FromSeconds(10), s_lastRetry = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<long, Line> _lines = [];
    private readonly List<Contact> _contacts;
    private readonly DiallerOptions _options;
    private readonly AddressManager _addresses;
    private readonly IAddressGroups _groups;
    private readonly BanList _bans;
    private readonly IPeerDialer _dialer;
    private readonly ILatencyGuess _latency;
    private readonly TimeProvider _time;
    private readonly IRandomness _random;
    private readonly HearsayKnocks _knocks;
    private Pause _feelerPause, _extraPause;
    private long _lastNumber;

    public Dialler(DiallerOptions options, AddressManager addresses, IAddressGroups groups, BanList bans,
        IPeerDialer dialer,
        ILatencyGuess latency, TimeProvider time, IRandomness random)
    {
        (_options, _addresses, _groups, _bans, _dialer) = (options, addresses, groups, bans, dialer);
        (_latency, _time, _random) = (latency, time, random);
        _knocks = new HearsayKnocks(time);
        _contacts = [.. options.FirstContacts.Select(ContactOf)];
        Wake = new Signal(time);
        _feelerPause = Pause.Begin(time, NextFeeler());
    }

    public Signal Wake { get; }

    /// <summary>
    /// The chain has not moved for four times as long as it should: one more connection, to somebody tried.
    /// </summary>
    public bool IsTipStale { get; set; }

    /// <summary>Whether somebody who listens there is connected already, whoever dialled.</summary>
    public Func<PeerEndpoint, bool> IsMet { get; set; } = static _ => false;

    /// <summary>More nodes that the operator named: their names have addresses only now.</summary>
    public void Name(IReadOnlyList<FirstContact> contacts)
    {
        lock (_gate)
        {
            _contacts.AddRange(contacts.Select(ContactOf));
        }
        Wake.Set();
    }

    /// <summary>Nodes the operator named that were of another chain when they were called last.</summary>
    public int OfOtherChains
    {
        get
        {
            lock (_gate)
            {
                return _contacts.Count(static contact => contact.IsOfOtherChain);
            }
        }
    }

    /// <summary>
    /// Who is there is of another chain. True when the operator named it: by where it was dialled, and where it came by
    /// itself (number 0) by its id or address.
    /// </summary>
    public bool OnOtherChain(long number, IPAddress address, NodeId nodeId)
    {
        lock (_gate)
        {
            PeerEndpoint? dialled = _lines.GetValueOrDefault(number)?.Outbound.Place;
            Contact[] named = [.. _contacts.Where(contact => !contact.Of.IsAnchor && (dialled is { } place
                ? contact.Of.Place == place
                : contact.Of.NodeId == nodeId || contact.Of.Place == PeerEndpoint.Of(address, contact.Of.Place.Port)))];
            foreach (Contact contact in named)
            {
                contact.IsOfOtherChain |= dialled is not null;
            }
            return named.Length > 0;
        }
    }

    /// <summary>Connections with their numbers, those under way included.</summary>
    public IReadOnlyList<(long Number, Outbound Outbound, bool IsUp)> Lines()
    {
        lock (_gate)
        {
            return [.. _lines.Select(static one => (one.Key, one.Value.Outbound, one.Value.IsUp))];
        }
    }

    /// <summary>What this call of ours is for; null when it has ended.</summary>
    public OutboundKind? KindOf(long number)
    {
        lock (_gate)
        {
            return _lines.GetValueOrDefault(number)?.Outbound.Kind;
        }
    }

    /// <summary>What to keep for the next start.</summary>
    public IReadOnlyList<Anchor> AnchorsToKeep()
    {
        lock (_gate)
        {
            return [.. _lines.Values.Where(static line => line.IsUp && line.Outbound.Kind == OutboundKind.ChainOnly)
                .Select(static line => new Anchor(line.Outbound.Place, line.NodeId!.Value)).Take(Anchors.Max)];
        }
    }

    /// <summary>Who is there has proved who it is, and that it knows this chain.</summary>
    public void Established(long number, NodeId nodeId)
    {
        PeerEndpoint? place = null;
        lock (_gate)
        {
            if (_lines.TryGetValue(number, out Line? line))
            {
                (line.IsUp, line.NodeId, place) = (true, nodeId, line.Outbound.Place);
                line.Contact?.BackOff.Reset();
                foreach (Contact contact in _contacts.Where(contact => contact.Of.Place == line.Outbound.Place))
                {
                    contact.IsOfOtherChain = false;
                }
            }
        }
        if (place is { } known)
        {
            _addresses.Succeeded(known, nodeId);
        }
    }

    /// <summary>It failed before that or ended after it.</summary>
    public void Ended(long number)
    {
        Line? line;
        lock (_gate)
        {
            if (!_lines.Remove(number, out line))
            {
                return;
            }
            if (line.Contact is { } contact)
            {
                contact.Pause = Pause.Begin(_time, contact.BackOff.Next());
            }
        }
        if (!line.IsUp)
        {
            _addresses.Failed(line.Outbound.Place);
        }
        else if (line.Outbound.Kind == OutboundKind.Full) // who is told of the others learns which links there were
        {
            _addresses.Seen(line.Outbound.Place);
        }
        Wake.Set();
    }

    /// <summary>The extra connection has shown more work than another: it stays as a full one.</summary>
    public void Promote(long number)
    {
        lock (_gate)
        {
            if (_lines.TryGetValue(number, out Line? line) && line.Outbound.Kind == OutboundKind.Extra)
            {
                line.Outbound = line.Outbound with { Kind = OutboundKind.Full };
            }
        }
    }

    public ValueTask<TimeSpan> StepAsync(CancellationToken stop)
    {
        DialOrder? order;
        TimeSpan pause;
        lock (_gate)
        {
            order = Next();
            bool isMissing = OutboundPolicy.Missing(Open(), _options.FullMax) is not null || IsTipStale;
            pause = order is not null ? s_pace : isMissing ? s_idlePace
                : Pause.Earlier(_feelerPause.Left(_time), s_lastRetry);
        }
        if (order is not null)
        {
            _addresses.Trying(order.Place);
            _dialer.Dial(order);
        }
        return ValueTask.FromResult(pause < s_pace ? s_pace : pause);
    }

    private DialOrder? Next()
    {
        if (_lines.Values.Count(static line => !line.IsUp) >= UnderWayMax)
        {
            return null;
        }
        return NextContact() ?? (_options.OnlyFirstContacts ? null : NextMissing() ?? NextFeelerOrder() ?? NextExtra());
    }

    /// <summary>
    /// Anchors first, as the list has them; one that cannot be connected to costs nobody else a place.
    /// </summary>
    private DialOrder? NextContact()
    {
        foreach (Contact contact in _contacts.Where(contact => contact.Pause.Left(_time) == TimeSpan.Zero))
        {
            FirstContact of = contact.Of;
            OutboundKind kind = of.IsAnchor ? OutboundKind.ChainOnly : OutboundKind.Full;
            bool isFull = !_options.OnlyFirstContacts
                && _lines.Values.Count(line =>
                    line.Outbound.Kind == kind) >= (of.IsAnchor ? OutboundPolicy.ChainOnlyMax : _options.FullMax);
            if (!isFull && !IsConnected(of.Place) && !IsMet(of.Place) && IsWelcome(of.Place, of.NodeId))
            {
                return Begin(new Outbound(of.Place, kind, _groups.Of(of.Place), false, false), of.NodeId, contact);
            }
        }
        return null;
    }

    private DialOrder? NextMissing()
    {
        List<Outbound> open = Open();
        if (OutboundPolicy.Missing(open, _options.FullMax) is not { } kind)
        {
            return null;
        }
        bool byLatency = kind == OutboundKind.Full && OutboundPolicy.MayChooseByLatency(open, _options.FullMax);
        List<(Outbound Outbound, AddressCandidate Candidate)> found = [];
        for (int i = 0; i < DrawsMax && found.Count < (byLatency ? LatencyDraws : 1); i++)
        {
            AddressCandidate? drawn = _addresses.Select();
            if (drawn is null)
            {
                break;
            }
            if (Suits(drawn, kind, open) is { } outbound)
            {
                found.Add((outbound, drawn));
            }
        }
        return found.Count == 0 ? null : BeginNearest(found, byLatency);
    }

    private DialOrder? BeginNearest(List<(Outbound Outbound, AddressCandidate Candidate)> found, bool byLatency)
    {
        (Outbound outbound, AddressCandidate candidate) = found[0];
        if (byLatency && found.Exists(one => _latency.Seconds(one.Outbound.Place) is not null))
        {
            (outbound, candidate) = found.MinBy(one => _latency.Seconds(one.Outbound.Place) ?? double.MaxValue);
            outbound = outbound with { IsForLatency = true };
        }
        return Begin(outbound, candidate);
    }

    /// <summary>Whoever is to be tested for a newcomer's sake, or somebody nobody has tried.</summary>
    private DialOrder? NextFeelerOrder()
    {
        if (_feelerPause.Left(_time) > TimeSpan.Zero
            || _lines.Values.Any(static line => line.Outbound.Kind == OutboundKind.Feeler))
        {
            return null;
        }
        _feelerPause = Pause.Begin(_time, NextFeeler());
        if (_addresses.ToTest() is { } place && !IsConnected(place))
        {
            return Begin(new Outbound(place, OutboundKind.Feeler, _groups.Of(place), false, false), null, null);
        }
        return Drawn(OutboundKind.Feeler, newOnly: true);
    }

    private DialOrder? NextExtra()
    {
        if (!IsTipStale || _options.FullMax == 0 || _extraPause.Left(_time) > TimeSpan.Zero
            || _lines.Values.Any(static line => line.Outbound.Kind == OutboundKind.Extra))
        {
            return null;
        }
        _extraPause = Pause.Begin(_time, s_extraPause);
        return Drawn(OutboundKind.Extra, triedOnly: true);
    }

    private DialOrder? Drawn(OutboundKind kind, bool newOnly = false, bool triedOnly = false)
    {
        List<Outbound> open = Open();
        for (int i = 0; i < DrawsMax && _addresses.Select(newOnly, triedOnly) is { } drawn; i++)
        {
            if (Suits(drawn, kind, open) is { } outbound)
            {
                return Begin(outbound, drawn);
            }
        }
        return null;
    }

    /// <summary>Null where it is hearsay and too many such calls were made lately.</summary>
    private DialOrder? Begin(Outbound outbound, AddressCandidate candidate) =>
        OutboundPolicy.IsHearsay(candidate) && !_knocks.TryKnock(outbound.Place)
            ? null : Begin(outbound, candidate.NodeId, null);

    private Outbound? Suits(AddressCandidate drawn, OutboundKind kind, List<Outbound> open)
    {
        long now = _time.GetUtcNow().ToUnixTimeSeconds();
        bool isFresh = drawn.IsDhtOnly && drawn.FirstHeard > now - OutboundPolicy.FreshSeconds;
        Outbound outbound = new(drawn.Place, kind, _groups.Of(drawn.Place), isFresh, false);
        bool suits = OutboundPolicy.MayTry(drawn, now, isLonely: open.Count == 0)
            && OutboundPolicy.Admits(outbound, open)
            && (!isFresh
                || _lines.Values.Count(static line => !line.IsUp && line.Outbound.IsFreshFromDht) < DhtUnderWayMax)
            && (kind == OutboundKind.Feeler || !IsMet(drawn.Place)) // who came to us may listen where he says
            && IsWelcome(drawn.Place, drawn.NodeId);
        return suits ? outbound : null;
    }

    private DialOrder Begin(Outbound outbound, NodeId? nodeId, Contact? contact)
    {
        _lines.Add(++_lastNumber, new Line { Outbound = outbound, Contact = contact });
        return new DialOrder(_lastNumber, outbound.Place, nodeId, outbound.Kind);
    }

    private Contact ContactOf(FirstContact contact) =>
        new() { Of = contact, BackOff = new BackOff(s_firstRetry, s_lastRetry, _random) };

    private bool IsWelcome(PeerEndpoint place, NodeId? nodeId) =>
        _bans.WhyBanned(place.IP) is null && (nodeId is not { } id || _bans.WhyBanned(id) is null);

    private bool IsConnected(PeerEndpoint place) => _lines.Values.Any(line => line.Outbound.Place == place);

    private List<Outbound> Open() => [.. _lines.Values.Select(static line => line.Outbound)];

    /// <summary>Exponential, so that nobody can tell when the next one comes.</summary>
    private TimeSpan NextFeeler() =>
        TimeSpan.FromSeconds(-FeelerSeconds * Math.Log(((_random.NextUInt64() >> 11) + 1) * (1.0 / (1UL << 53))));

    private sealed class Line
    {
        public required Outbound Outbound { get; set; }

        public Contact? Contact { get; init; }

        public NodeId? NodeId { get; set; }

        public bool IsUp { get; set; }
    }

    private sealed class Contact
    {
        public required FirstContact Of { get; init; }

        public required BackOff BackOff { get; init; }

        public Pause Pause { get; set; }

        public bool IsOfOtherChain { get; set; }
    }
}
