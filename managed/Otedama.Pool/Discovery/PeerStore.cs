using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// What others announced here. Full, it forgets the key nobody asked about for longest; one address (IPv6: /64)
/// cannot make it full alone. 16,384 peers, each 48 bytes in a list that is a third larger and 52 of its address's
/// count, and 2,000 keys with some 300 bytes are 3 MiB.
/// </summary>
internal sealed class PeerStore(IRandomness random)
{
    private const int KeysMax = 2_000;
    private const int PeersMax = 100;
    private const int TotalMax = 16_384;
    private const int KeysOfAddressMax = 64;

    /// <summary>Peers behind one address and one key: nodes of one house.</summary>
    private const int PeersOfAddressMax = 4;

    private const double LifeSeconds = 1_800;

    private readonly Dictionary<DhtId, LinkedListNode<Entry>> _keys = [];
    private readonly LinkedList<Entry> _byUse = new();
    private readonly Dictionary<AddressBlock, int> _ofAddress = [];

    /// <summary>Peers kept, of all keys.</summary>
    public int Count { get; private set; }

    /// <summary>False when this address has announced too much.</summary>
    public bool TryAdd(DhtId key, PeerEndpoint peer, double now)
    {
        Entry entry = Touch(key) ?? Add(key);
        Expire(entry, now);
        int known = entry.Peers.FindIndex(stored => stored.Endpoint == peer);
        if (known >= 0)
        {
            entry.Peers[known] = new Stored(peer, now);
            return true;
        }
        if (_ofAddress.GetValueOrDefault(Source(peer)) >= KeysOfAddressMax && !FreeOwn(peer, now))
        {
            DropIfEmpty(entry);
            return false;
        }
        int ofAddress = entry.Peers.Count(stored => stored.Endpoint.Host == peer.Host);
        if (ofAddress >= PeersOfAddressMax)
        {
            RemoveAt(entry, entry.Peers.FindIndex(stored => stored.Endpoint.Host == peer.Host));
        }
        else if (entry.Peers.Count >= PeersMax)
        {
            // Any one: whoever floods a key cannot choose whom he pushes out.
            RemoveAt(entry, (int)(random.NextUInt64() % (ulong)entry.Peers.Count));
        }
        while (Count >= TotalMax)
        {
            Drop(_byUse.Last!.Value);
        }
        entry.Peers.Add(new Stored(peer, now));
        _ofAddress[Source(peer)] = _ofAddress.GetValueOrDefault(Source(peer)) + 1;
        Count++;
        return true;
    }

    /// <summary>At most this many peers of one family, any of them when there are more.</summary>
    public List<PeerEndpoint> Get(DhtId key, bool isV6, int most, double now)
    {
        if (Touch(key) is not { } entry)
        {
            return [];
        }
        Expire(entry, now);
        List<PeerEndpoint> peers = [.. entry.Peers.Select(static stored => stored.Endpoint).Where(peer =>
            peer.IsV6 == isV6)];
        for (int i = 0; i < Math.Min(most, peers.Count); i++)
        {
            int other = i + (int)(random.NextUInt64() % (ulong)(peers.Count - i));
            (peers[i], peers[other]) = (peers[other], peers[i]);
        }
        DropIfEmpty(entry);
        return peers.Count > most ? peers[..most] : peers;
    }

    private Entry? Touch(DhtId key)
    {
        if (!_keys.TryGetValue(key, out LinkedListNode<Entry>? node))
        {
            return null;
        }
        _byUse.Remove(node);
        _byUse.AddFirst(node);
        return node.Value;
    }

    private Entry Add(DhtId key)
    {
        if (_keys.Count >= KeysMax)
        {
            Drop(_byUse.Last!.Value);
        }
        Entry entry = new(key);
        _keys[key] = _byUse.AddFirst(entry);
        return entry;
    }

    /// <summary>
    /// Looks for what is over among all that this address announced: it costs a walk, so only whoever is at his
    /// limit pays it.
    /// </summary>
    private bool FreeOwn(PeerEndpoint peer, double now)
    {
        foreach (Entry entry in _byUse.Where(entry => entry.Peers.Exists(p =>
            Source(p.Endpoint) == Source(peer))).ToArray())
        {
            Expire(entry, now);
        }
        return _ofAddress.GetValueOrDefault(Source(peer)) < KeysOfAddressMax;
    }

    private void Expire(Entry entry, double now)
    {
        for (int i = entry.Peers.Count - 1; i >= 0; i--)
        {
            if (now - entry.Peers[i].At > LifeSeconds)
            {
                RemoveAt(entry, i);
            }
        }
    }

    private void DropIfEmpty(Entry entry)
    {
        if (entry.Peers.Count == 0)
        {
            Drop(entry);
        }
    }

    private void Drop(Entry entry)
    {
        while (entry.Peers.Count > 0)
        {
            RemoveAt(entry, entry.Peers.Count - 1);
        }
        if (_keys.Remove(entry.Key, out LinkedListNode<Entry>? node))
        {
            _byUse.Remove(node);
        }
    }

    private void RemoveAt(Entry entry, int index)
    {
        AddressBlock source = Source(entry.Peers[index].Endpoint);
        entry.Peers.RemoveAt(index);
        Count--;
        if (--_ofAddress[source] == 0)
        {
            _ofAddress.Remove(source);
        }
    }

    private static AddressBlock Source(PeerEndpoint peer) => peer.Subscriber;

    private readonly record struct Stored(PeerEndpoint Endpoint, double At);

    private sealed class Entry(DhtId key)
    {
        public DhtId Key { get; } = key;

        public List<Stored> Peers { get; } = [];
    }
}
