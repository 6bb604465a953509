using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// The nodes of one family we know, many that are far and all that are near (Kademlia). Only who answered us gets
/// in, one node an address, few of a network; who has an id that fits his address takes the place of one who has
/// not.
/// </summary>
internal sealed class RoutingTable(DhtId own, double now)
{
    /// <summary>Nodes of a bucket, and of an answer.</summary>
    public const int K = 8;

    private const int SiteMax = 2;
    private const int ProviderMax = 10;
    private const double RefreshSeconds = 900;

    /// <summary>
    /// The first buckets hold more, as libtorrent's do: they are where a lookup for a strange key begins.
    /// </summary>
    private static readonly int[] s_wide = [128, 64, 32, 16];

    private readonly List<RoutingBucket> _buckets = [new(now)];
    private readonly Dictionary<AddressBlock, RoutingEntry> _byAddress = [];
    private readonly Dictionary<AddressBlock, int> _byProvider = [];

    public DhtId Own { get; } = own;

    /// <summary>All nodes.</summary>
    public int Count => _byAddress.Count;

    public IEnumerable<RoutingEntry> All => _byAddress.Values;

    public int CountGood(double now) => All.Count(entry => entry.IsGood(now));

    /// <summary>True when a node with this id and address would be kept, so that it is worth a ping.</summary>
    public bool HasRoomFor(KrpcNode node, bool isValid)
    {
        RoutingBucket bucket = BucketOf(node.Id);
        return node.Id != Own && !_byAddress.ContainsKey(node.Endpoint.Host) && IsWithinNetworks(bucket, node)
            && (bucket.Nodes.Count < CapacityOf(bucket) || IsLast(bucket) || (isValid
                && bucket.Nodes.Exists(static n => !n.IsValid)));
    }

    /// <summary>The node answered a question of ours.</summary>
    public void OnReplied(KrpcNode node, bool isValid, double now)
    {
        if (node.Id == Own)
        {
            return;
        }
        if (_byAddress.TryGetValue(node.Endpoint.Host, out RoutingEntry? known))
        {
            if (known.Node == node)
            {
                (known.RepliedAt, known.Failures) = (now, 0);
                BucketOf(node.Id).ChangedAt = now;
                return;
            }
            // Another port of an address is somebody else, who waits until this one fails; another id at the same
            // port is not.
            if (known.Node.Endpoint != node.Endpoint && !known.IsBad)
            {
                return;
            }
            Remove(known);
        }
        Insert(new RoutingEntry(node, isValid, now), now);
    }

    /// <summary>The node did not answer.</summary>
    public void OnFailed(PeerEndpoint endpoint)
    {
        if (!_byAddress.TryGetValue(endpoint.Host, out RoutingEntry? entry) || entry.Node.Endpoint != endpoint)
        {
            return;
        }
        entry.Failures++;
        if (entry.IsBad)
        {
            RoutingBucket bucket = BucketOf(entry.Node.Id);
            Remove(entry);
            Promote(bucket);
        }
    }

    /// <summary>Nodes near a key, those first whose ids fit their addresses.</summary>
    public List<RoutingEntry> Closest(DhtId target, int most)
    {
        List<RoutingEntry> nodes = [.. All.Where(static entry => !entry.IsBad)];
        nodes.Sort((one, other) => one.IsValid != other.IsValid
            ? other.IsValid.CompareTo(one.IsValid)
            : one.Node.Id.DistanceTo(target).CompareTo(other.Node.Id.DistanceTo(target)));
        return nodes.Count > most ? nodes[..most] : nodes;
    }

    /// <summary>
    /// The node that has been silent for longest among those that are no longer good; null when all are.
    /// </summary>
    public RoutingEntry? NextQuestionable(double now) => All.Where(entry =>
        !entry.IsGood(now)).MinBy(static entry => entry.RepliedAt);

    /// <summary>
    /// A key in a bucket where nothing has happened for 15 minutes, which then counts as refreshed; null when there
    /// is none.
    /// </summary>
    public DhtId? NextRefresh(IRandomness random, double now)
    {
        int index = _buckets.FindIndex(bucket => now - bucket.ChangedAt > RefreshSeconds);
        if (index < 0)
        {
            return null;
        }
        _buckets[index].ChangedAt = now;
        Span<byte> key = stackalloc byte[DhtId.Size];
        random.Fill(key);
        Span<byte> own = stackalloc byte[DhtId.Size];
        Own.Write(own);
        for (int bit = 0; bit <= index; bit++)
        {
            // The same as ours up to the bucket's bit, and that one different; the last bucket begins there.
            byte mask = (byte)(0x80 >> (bit % 8));
            bool ours = (own[bit / 8] & mask) != 0;
            bool wanted = bit < index ? ours : !ours;
            key[bit / 8] = (byte)(wanted ? key[bit / 8] | mask : key[bit / 8] & ~mask);
        }
        return new DhtId(key);
    }

    private void Insert(RoutingEntry entry, double now)
    {
        RoutingBucket bucket = BucketOf(entry.Node.Id);
        if (!IsWithinNetworks(bucket, entry.Node))
        {
            return;
        }
        while (bucket.Nodes.Count >= CapacityOf(bucket) && IsLast(bucket) && _buckets.Count < DhtId.Bits)
        {
            Split(now);
            bucket = BucketOf(entry.Node.Id);
        }
        if (bucket.Nodes.Count >= CapacityOf(bucket))
        {
            RoutingEntry? weak = entry.IsValid ? bucket.Nodes.Find(static node => !node.IsValid) : null;
            if (weak is null)
            {
                bucket.Keep(entry);
                return;
            }
            Remove(weak);
        }
        bucket.ChangedAt = now;
        Place(bucket, entry);
    }

    private void Place(RoutingBucket bucket, RoutingEntry entry)
    {
        bucket.Nodes.Add(entry);
        _byAddress[entry.Node.Endpoint.Host] = entry;
        _byProvider[entry.Node.Endpoint.Provider] = _byProvider.GetValueOrDefault(entry.Node.Endpoint.Provider) + 1;
    }

    private void Remove(RoutingEntry entry)
    {
        BucketOf(entry.Node.Id).Nodes.Remove(entry);
        _byAddress.Remove(entry.Node.Endpoint.Host);
        if (--_byProvider[entry.Node.Endpoint.Provider] == 0)
        {
            _byProvider.Remove(entry.Node.Endpoint.Provider);
        }
    }

    /// <summary>The newest spare that fits takes the free place.</summary>
    private void Promote(RoutingBucket bucket)
    {
        for (int i = bucket.Spare.Count - 1; i >= 0; i--)
        {
            RoutingEntry spare = bucket.Spare[i];
            if (!_byAddress.ContainsKey(spare.Node.Endpoint.Host) && IsWithinNetworks(bucket, spare.Node))
            {
                bucket.Spare.RemoveAt(i);
                Place(bucket, spare);
                return;
            }
        }
    }

    /// <summary>The last bucket holds all that is nearer; what is nearer still goes into a new one.</summary>
    private void Split(double now)
    {
        RoutingBucket last = _buckets[^1];
        int bits = _buckets.Count - 1;
        RoutingBucket nearer = new(now);
        _buckets.Add(nearer);
        nearer.Nodes.AddRange(last.Nodes.Where(entry => entry.Node.Id.CommonBits(Own) > bits));
        last.Nodes.RemoveAll(entry => entry.Node.Id.CommonBits(Own) > bits);
    }

    private bool IsWithinNetworks(RoutingBucket bucket, KrpcNode node) =>
        bucket.Nodes.Count(entry => entry.Node.Endpoint.Site == node.Endpoint.Site) < SiteMax
        && _byProvider.GetValueOrDefault(node.Endpoint.Provider) < ProviderMax;

    private RoutingBucket BucketOf(DhtId id) => _buckets[Math.Min(id.CommonBits(Own), _buckets.Count - 1)];

    private bool IsLast(RoutingBucket bucket) => bucket == _buckets[^1];

    private int CapacityOf(RoutingBucket bucket)
    {
        int index = _buckets.IndexOf(bucket);
        return index < s_wide.Length ? s_wide[index] : K;
    }
}
