using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// One search for the nodes nearest to a key: whom to ask next, and when it is over. Pure; whoever runs it sends
/// and waits. Answers are strangers' words, so who is asked is limited by address and network, and nobody counts as
/// near whose id does not fit his address.
/// </summary>
internal sealed class Lookup(DhtId target, double startedAt)
{
    /// <summary>Questions under way at once.</summary>
    private const int Parallel = 3;

    private const int CandidatesMax = 64;

    /// <summary>Valid candidates that are enough to leave the others alone.</summary>
    private const int ValidEnough = 16;

    private const int QuestionsMax = 60;
    private const double SecondsMax = 20;

    /// <summary>Nodes of one answer that are taken: an honest one has no more (BEP 5).</summary>
    private const int TakenOfAnswer = RoutingTable.K;

    private const int SiteMax = 2;

    /// <summary>Candidates of one address that wait: a forged one cannot keep the real one out.</summary>
    private const int WaitingOfAddressMax = 2;

    private readonly List<LookupCandidate> _candidates = [];
    private int _underWay;

    public DhtId Target { get; } = target;

    /// <summary>Questions sent.</summary>
    public int Asked { get; private set; }

    /// <summary>
    /// The nodes that would store something for this key: the nearest valid ones that answered, with their tokens.
    /// </summary>
    public IEnumerable<LookupCandidate> StorageTargets => NearestValid().Where(static candidate =>
        candidate.Token.Length > 0);

    /// <summary>A node to begin with; an id of null is learned from its answer.</summary>
    public void Seed(PeerEndpoint endpoint, DhtId? id, bool isValid) => Add(endpoint, id, isValid);

    /// <summary>
    /// The nearest that may be asked now; null when as many are under way as may be, or nobody is left.
    /// </summary>
    public LookupCandidate? Next(double now)
    {
        if (_underWay >= Parallel || Asked >= QuestionsMax || now - startedAt > SecondsMax)
        {
            return null;
        }
        DhtId? limit = FarthestThatCounts();
        bool onlyValid = HasValidEnough;
        LookupCandidate? next = _candidates.Find(candidate => IsWorthAsking(candidate, limit, onlyValid));
        if (next is not null)
        {
            next.State = LookupState.Asked;
            _underWay++;
            Asked++;
        }
        return next;
    }

    /// <summary>It could not be asked now after all.</summary>
    public void PutBack(LookupCandidate candidate)
    {
        candidate.State = LookupState.Waiting;
        _underWay--;
        Asked--;
    }

    /// <summary>An answer to a question of this search, with those nodes in it that our network may have.</summary>
    public void OnAnswer(LookupCandidate candidate, DhtId id, bool isValid, byte[] token,
        IEnumerable<(KrpcNode Node, bool IsValid)> nodes)
    {
        _underWay--;
        _candidates.Remove(candidate);
        LookupCandidate answered = new(candidate.Endpoint, id, id.DistanceTo(Target),
            isValid)
        { State = LookupState.Answered, Token = token };
        Place(answered);
        foreach ((KrpcNode node, bool valid) in nodes.Take(TakenOfAnswer))
        {
            Add(node.Endpoint, node.Id, valid);
        }
    }

    public void OnFailure(LookupCandidate candidate)
    {
        _underWay--;
        candidate.State = LookupState.Failed;
    }

    /// <summary>True when nobody nearer is left to ask, or it has cost enough.</summary>
    public bool IsOver(double now)
    {
        if (now - startedAt > SecondsMax)
        {
            return true;
        }
        DhtId? limit = FarthestThatCounts();
        bool onlyValid = HasValidEnough;
        bool waits = limit is null
            ? _underWay > 0
            : _candidates.Exists(c =>
                c.State == LookupState.Asked && c.IsValid && c.Distance.CompareTo(limit.Value) < 0);
        return !waits && (Asked >= QuestionsMax || !_candidates.Exists(c => IsWorthAsking(c, limit, onlyValid)));
    }

    private bool HasValidEnough => _candidates.Count(static c =>
        c.IsValid && c.State != LookupState.Failed) >= ValidEnough;

    /// <summary>Once eight that count are known, only who is valid and nearer than the eighth.</summary>
    private bool IsWorthAsking(LookupCandidate candidate, DhtId? limit, bool onlyValid) =>
        candidate.State == LookupState.Waiting
        && (limit is null ? candidate.IsValid || !onlyValid : candidate.IsValid
            && candidate.Distance.CompareTo(limit.Value) < 0)
        && MayAsk(candidate);

    /// <summary>The distance of the eighth of those that count; null while there are fewer.</summary>
    private DhtId? FarthestThatCounts()
    {
        List<LookupCandidate> nearest = [.. NearestValid()];
        return nearest.Count < RoutingTable.K ? null : nearest[^1].Distance;
    }

    private IEnumerable<LookupCandidate> NearestValid() =>
        _candidates.Where(static c => c.State == LookupState.Answered && c.IsValid).Take(RoutingTable.K);

    /// <summary>One of an address, two of a network: those that failed do not count.</summary>
    private bool MayAsk(LookupCandidate candidate)
    {
        int site = 0;
        foreach (LookupCandidate other in _candidates)
        {
            if (other.State is LookupState.Asked or LookupState.Answered)
            {
                if (other.Endpoint.Host == candidate.Endpoint.Host)
                {
                    return false;
                }
                site += other.Endpoint.Site == candidate.Endpoint.Site ? 1 : 0;
            }
        }
        return site < SiteMax;
    }

    private void Add(PeerEndpoint endpoint, DhtId? id, bool isValid)
    {
        if (_candidates.Exists(c => c.Endpoint == endpoint && (c.State != LookupState.Waiting || c.Id == id))
            || _candidates.Count(c => c.Endpoint.Host == endpoint.Host) >= WaitingOfAddressMax)
        {
            return;
        }
        // Whoever has no id yet is as far away as can be.
        DhtId distance = id?.DistanceTo(Target) ?? new DhtId([.. Enumerable.Repeat(byte.MaxValue, DhtId.Size)]);
        Place(new LookupCandidate(endpoint, id, distance, isValid));
        if (_candidates.Count > CandidatesMax)
        {
            int farthest = _candidates.FindLastIndex(static c => c.State is LookupState.Waiting or LookupState.Failed);
            _candidates.RemoveAt(farthest);
        }
    }

    /// <summary>Keeps the list in the order of distance.</summary>
    private void Place(LookupCandidate candidate)
    {
        int index = _candidates.FindIndex(other => other.Distance.CompareTo(candidate.Distance) > 0);
        _candidates.Insert(index < 0 ? _candidates.Count : index, candidate);
    }
}

internal enum LookupState
{
    Waiting,
    Asked,
    Answered,
    Failed,
}

/// <summary>Somebody who may be near the key. State belongs to the lookup.</summary>
internal sealed class LookupCandidate(PeerEndpoint endpoint, DhtId? id, DhtId distance, bool isValid)
{
    public PeerEndpoint Endpoint { get; } = endpoint;

    public DhtId? Id { get; } = id;

    public DhtId Distance { get; } = distance;

    public bool IsValid { get; } = isValid;

    public LookupState State { get; set; }

    /// <summary>What its answer gave for an announcement; empty before.</summary>
    public byte[] Token { get; init; } = [];
}
