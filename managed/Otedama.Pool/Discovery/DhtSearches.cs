using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>The lookups under way and those that wait, and the announcements that come out of them.</summary>
internal sealed class DhtSearches(DhtAsker asker, DhtRules rules, IRandomness random, IDiscovered sink)
{
    private const int UnderWayMax = 6;
    private const int WaitingMax = 64;
    private const int AnnouncementsMax = 512;

    /// <summary>Peers of one answer that are handed on, any of them when it has more.</summary>
    private const int HintsOfAnswer = 20;

    /// <summary>Nodes of our table that a lookup for a key begins with, half for each of its two searches.</summary>
    private const int SeedsMax = 16;

    private readonly HintGate _gate = new(rules);
    private readonly List<LookupRun> _underWay = [];
    private readonly Queue<Func<double, LookupRun>> _waiting = new();
    private readonly Queue<Announcement> _announcements = new();

    /// <summary>Lookups ended, announcements confirmed and hints handed on since start.</summary>
    public long Ended { get; private set; }

    public long Announced { get; private set; }

    public long Hints { get; private set; }

    public bool IsBusy => _underWay.Count + _waiting.Count + _announcements.Count > 0;

    /// <summary>
    /// Looks for the peers of a key, twice, from different halves of the nodes we know, so that one bad neighbour
    /// spoils one search. announce: tells our port to the nodes nearest to the key; 0 = nobody reaches us.
    /// </summary>
    public void Find(DhtFamily family, DhtId key, int port, bool announce)
    {
        List<RoutingEntry> seeds = family.Table.Closest(key, SeedsMax);
        HashSet<PeerEndpoint> announced = [];
        for (int half = 0; half < Math.Min(2, seeds.Count); half++)
        {
            RoutingEntry[] mine = [.. seeds.Where((_, index) => index % 2 == half)];
            Enqueue(now =>
            {
                Lookup lookup = new(key, now);
                Array.ForEach(mine, entry => lookup.Seed(entry.Node.Endpoint, entry.Node.Id, entry.IsValid));
                return new LookupRun(
                    family, lookup, KrpcMethod.GetPeers, asker, (answer, isWeak) =>
                        HandOn(family, answer, isWeak, port, now),
                    run => Announce(run, announced, announce ? port : 0));
            });
        }
    }

    /// <summary>Looks for the nodes nearest to a key, so that they get into our table. ended may be null.</summary>
    public void Approach(DhtFamily family, DhtId target, IEnumerable<(PeerEndpoint Endpoint, DhtId? Id)> seeds,
        Action? ended)
    {
        (PeerEndpoint Endpoint, DhtId? Id)[] all = [.. seeds];
        bool queued = Enqueue(now =>
        {
            Lookup lookup = new(target, now);
            foreach ((PeerEndpoint endpoint, DhtId? id) in all)
            {
                lookup.Seed(endpoint, id, id is { } known && DhtRules.IsValid(known, endpoint));
            }
            return new LookupRun(family, lookup, KrpcMethod.FindNode, asker, null, _ => ended?.Invoke());
        });
        if (!queued)
        {
            ended?.Invoke();
        }
    }

    /// <summary>Sends what the budget allows.</summary>
    public void Pump(double now)
    {
        while (_announcements.TryPeek(out Announcement? next)
            && asker.TryAsk(next.Family, next.To, next.Question, now, OnAnnounced))
        {
            _announcements.Dequeue();
        }
        while (_underWay.Count < UnderWayMax && _waiting.TryDequeue(out Func<double, LookupRun>? begin))
        {
            _underWay.Add(begin(now));
        }
        int ended = _underWay.RemoveAll(run => !run.Pump(now));
        Ended += ended;
        if (ended > 0 && _waiting.Count > 0)
        {
            Pump(now);
        }
    }

    private bool Enqueue(Func<double, LookupRun> begin)
    {
        if (_waiting.Count >= WaitingMax)
        {
            return false;
        }
        _waiting.Enqueue(begin);
        return true;
    }

    private void HandOn(DhtFamily family, KrpcMessage answer, bool isWeak, int port, double now)
    {
        PeerEndpoint? own = family.External is { } external ? external with { Port = (ushort)port } : null;
        PeerEndpoint[] peers = [.. answer.Values.Where(peer => peer.IsV6 == family.IsV6 && peer != own)];
        for (int i = 0; i < Math.Min(HintsOfAnswer, peers.Length); i++)
        {
            int other = i + (int)(random.NextUInt64() % (ulong)(peers.Length - i));
            (peers[i], peers[other]) = (peers[other], peers[i]);
            if (_gate.TryPass(peers[i], isWeak, now))
            {
                Hints++;
                sink.Offer(new PeerHint(peers[i], HintSource.Dht, isWeak));
            }
        }
    }

    private void Announce(LookupRun run, HashSet<PeerEndpoint> announced, int port)
    {
        foreach (LookupCandidate target in run.Lookup.StorageTargets.Where(_ => port > 0))
        {
            if (_announcements.Count < AnnouncementsMax && announced.Add(target.Endpoint))
            {
                DhtQuestion question = new(KrpcMethod.AnnouncePeer, run.Lookup.Target, target.Token, port);
                _announcements.Enqueue(new Announcement(run.Family, target.Endpoint, question));
            }
        }
    }

    private void OnAnnounced(KrpcMessage? answer) => Announced += answer is { Kind: KrpcKind.Response } ? 1 : 0;

    private sealed record Announcement(DhtFamily Family, PeerEndpoint To, DhtQuestion Question);
}
