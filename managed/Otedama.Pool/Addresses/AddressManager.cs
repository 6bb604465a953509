using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Every place where a node may listen, in two tables: `new` is hearsay, `tried` answered us. Structure and constants
/// are Bitcoin Core's. Times are Unix seconds of the given clock. Any thread.
/// </summary>
/// <remarks>
/// Strangers fill it, for nothing, as fast as their peers' rate limits allow. Who speaks for one group of networks
/// reaches 64 buckets of `new`, 4,096 of 65,536 places; who listens in one group reaches 8 buckets of `tried`, 512 of
/// 16,384, and only where nobody who answers lies already. Full, it has 81,920 addresses, some 20 MiB.
/// </remarks>
public sealed partial class AddressManager
{
    internal const int NewSlots = AddressBuckets.NewBuckets * AddressBuckets.Slots;
    internal const int TriedSlots = AddressBuckets.TriedBuckets * AddressBuckets.Slots;

    private const int BucketsOfAddress = 8;

    /// <summary>Last seen is moved on only by so much, so that telling it costs a peer's neighbours nothing.</summary>
    private const long SeenStep = 20 * 60;

    /// <summary>What others tell counts as seen that much earlier: they heard it of others.</summary>
    private const long HearsayPenalty = 2 * 60 * 60;

    private readonly Lock _gate = new();
    private readonly Dictionary<PeerEndpoint, KnownAddress> _known = [];
    private readonly AddressTable _new = new(AddressBuckets.NewBuckets);
    private readonly AddressTable _tried = new(AddressBuckets.TriedBuckets);
    private readonly TimeProvider _time;
    private readonly IRandomness _random;
    private readonly IAddressGroups _groups;
    private readonly bool _isPrivate;
    private SipHash _key;
    private AddressBuckets _buckets;

    /// <summary>isPrivate: this network may lie on addresses that the internet does not route.</summary>
    public AddressManager(TimeProvider time, IRandomness random, IAddressGroups groups, bool isPrivate = false)
    {
        (_time, _random, _groups, _isPrivate) = (time, random, groups, isPrivate);
        _key = new SipHash(random.NextUInt64(), random.NextUInt64());
        _buckets = new AddressBuckets(_key, groups);
    }

    private long Now => _time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>Places taken, in `new` (an address may have eight) and in `tried`.</summary>
    public (int New, int Tried) Count()
    {
        lock (_gate)
        {
            return (_new.Count, _tried.Count);
        }
    }

    /// <summary>
    /// Notes what source told; lastSeen is its word for when that node was alive. True when that was news: a place that
    /// was not known, or that was seen later than is known.
    /// </summary>
    public bool Add(PeerEndpoint place, PeerEndpoint source, long lastSeen, AddressOrigin origin)
    {
        if (place.Port == 0 || (!place.IsPublic && !_isPrivate))
        {
            return false;
        }
        lock (_gate)
        {
            bool isNews = true;
            long seen = Math.Clamp(lastSeen - (origin == AddressOrigin.Configured ? 0 : HearsayPenalty), 0, Now);
            if (!_known.TryGetValue(place, out KnownAddress? entry))
            {
                entry = new KnownAddress(place)
                {
                    Source = source,
                    FirstHeard = Now,
                    LastSeen = seen,
                    IsDhtOnly = true
                };
                if (!TryPlaceNew(entry, source))
                {
                    return false;
                }
                _known.Add(place, entry);
            }
            else
            {
                isNews = seen > entry.LastSeen + SeenStep;
                entry.LastSeen = isNews ? seen : entry.LastSeen;
                if (!entry.IsTried && entry.NewBuckets.Count < BucketsOfAddress && OneIn(1UL << entry.NewBuckets.Count))
                {
                    _ = TryPlaceNew(entry, source);
                }
            }
            entry.IsDhtOnly &= origin == AddressOrigin.Dht;
            return isNews;
        }
    }

    /// <summary>A connection is begun.</summary>
    public void Trying(PeerEndpoint place) => Change(place, entry => entry.LastTry = Now);

    /// <summary>It did not come to a handshake.</summary>
    public void Failed(PeerEndpoint place) =>
        Change(place, entry => entry.Failures = Math.Min(entry.Failures + 1, byte.MaxValue));

    /// <summary>A peer there said goodbye after it was of use: others may hear of it.</summary>
    public void Seen(PeerEndpoint place) =>
        Change(place, entry => entry.LastSeen = Now > entry.LastSeen + SeenStep ? Now : entry.LastSeen);

    /// <summary>
    /// The handshake succeeded: into `tried` with it. When another lies there, that one is tested first and stays if it
    /// answers; see <see cref="Newcomers"/>.
    /// </summary>
    public void Succeeded(PeerEndpoint place, NodeId nodeId)
    {
        lock (_gate)
        {
            if (!_known.TryGetValue(place, out KnownAddress? entry))
            {
                return;
            }
            (entry.NodeId, entry.LastSuccess, entry.LastSeen, entry.LastTry, entry.Failures) =
                (nodeId, Now, Now, Now, 0);
            if (entry.IsTried)
            {
                return;
            }
            if (_tried[TriedIndex(place)] is { } incumbent)
            {
                NoteNewcomer(entry, incumbent);
            }
            else
            {
                MoveToTried(entry);
            }
        }
    }

    private void Change(PeerEndpoint place, Action<KnownAddress> change)
    {
        lock (_gate)
        {
            if (_known.TryGetValue(place, out KnownAddress? entry))
            {
                change(entry);
            }
        }
    }

    /// <summary>Where it lies in `tried`, or would.</summary>
    internal int TriedIndex(PeerEndpoint place) => _buckets.TriedSlot(_buckets.Tried(place), place);

    private bool TryPlaceNew(KnownAddress entry, PeerEndpoint source) =>
        TryPlaceNew(entry, _buckets.New(entry.Place, source));

    /// <summary>An occupant goes if it is terrible, or if it has other places and the newcomer none.</summary>
    private bool TryPlaceNew(KnownAddress entry, ushort bucket)
    {
        int index = _buckets.NewSlot(bucket, entry.Place);
        KnownAddress? occupant = _new[index];
        if (occupant == entry)
        {
            return true;
        }
        if (occupant is not null)
        {
            if (!occupant.IsTerrible(Now) && !(occupant.NewBuckets.Count > 1 && entry.NewBuckets.Count == 0))
            {
                return false;
            }
            LeaveNew(occupant, bucket);
        }
        _new[index] = entry;
        entry.NewBuckets.Add(bucket);
        return true;
    }

    private void LeaveNew(KnownAddress entry, ushort bucket)
    {
        _new[_buckets.NewSlot(bucket, entry.Place)] = null;
        entry.NewBuckets.Remove(bucket);
        if (entry.NewBuckets.Count == 0 && !entry.IsTried)
        {
            _known.Remove(entry.Place);
        }
    }

    /// <summary>The place has to be free.</summary>
    private void MoveToTried(KnownAddress entry)
    {
        entry.IsTried = true;
        while (entry.NewBuckets.Count > 0)
        {
            LeaveNew(entry, entry.NewBuckets[0]);
        }
        _tried[TriedIndex(entry.Place)] = entry;
    }

    private bool OneIn(ulong count) => _random.NextUInt64() % count == 0;

    private int Below(int count) => (int)(_random.NextUInt64() % (ulong)count);

    private double Fraction() => (_random.NextUInt64() >> 11) * (1.0 / (1UL << 53));
}

/// <summary>Who told of an address.</summary>
public enum AddressOrigin
{
    /// <summary>The operator, by configuration or command.</summary>
    Configured,

    /// <summary>A peer, of itself or of others.</summary>
    Peer,

    /// <summary>The DHT, where anybody can write for nothing.</summary>
    Dht,

    /// <summary>A name server that the operator named.</summary>
    Dns,
}
