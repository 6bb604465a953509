using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>What we ask: the key or target, and for an announcement its token and our TCP port.</summary>
internal readonly record struct DhtQuestion(KrpcMethod Method, DhtId Target, byte[] Token, int Port);

/// <summary>
/// Sends our questions and finds their answers, by address and transaction. What every answer and silence tells of
/// a node goes into the tables here, whoever asked.
/// </summary>
internal sealed class DhtAsker(DhtOptions options, DhtWorld world, DhtRules rules, DhtBudget budget)
{
    private const double PatienceSeconds = 2;

    /// <summary>Questions without an answer yet: ten times what the budget sends within the patience.</summary>
    private const int UnderWayMax = 512;

    private readonly Dictionary<(PeerEndpoint To, ushort Transaction), Question> _underWay = [];
    private readonly Dictionary<PeerEndpoint, int> _askedOf = [];
    private readonly HashSet<PeerEndpoint> _routers = [];
    private readonly byte[] _buffer = new byte[KrpcWriter.BytesMax];
    private readonly long[,] _ends =
        new long[Enum.GetValues<KrpcMethod>().Length, Enum.GetValues<DhtResult>().Length];

    public int UnderWay => _underWay.Count;

    /// <summary>Questions sent and answers taken, since start.</summary>
    public long Sent { get; private set; }

    public long Answered { get; private set; }

    /// <summary>Answers of nodes whose id does not fit their address.</summary>
    public long Misfits { get; private set; }

    /// <summary>How questions ended, since start.</summary>
    public IReadOnlyList<DhtQueryCount> Counts =>
    [
        .. from method in Enum.GetValues<KrpcMethod>()
           where method != KrpcMethod.Unknown
           from result in Enum.GetValues<DhtResult>()
           select new DhtQueryCount(method, result, _ends[(int)method, (int)result]),
    ];

    /// <summary>Public routers are asked the way in and then left alone: they are not put into a table.</summary>
    public void LeaveAlone(PeerEndpoint router)
    {
        if (_routers.Count < 64)
        {
            _routers.Add(router);
        }
    }

    public bool IsExpected(PeerEndpoint from) => _askedOf.ContainsKey(from);

    /// <summary>
    /// False when the budget or the room is used up; it may be tried later. taken: called once with the answer, an
    /// error included, or null when none came in two seconds.
    /// </summary>
    public bool TryAsk(DhtFamily family, PeerEndpoint to, in DhtQuestion question, double now,
        Action<KrpcMessage?> taken)
    {
        if (_underWay.Count >= UnderWayMax || !budget.TryAsk(now))
        {
            return false;
        }
        ushort transaction = FreeTransaction(to);
        KrpcMethod method = question.Method;
        KrpcMessage message = new()
        {
            Kind = KrpcKind.Query,
            Transaction = [(byte)(transaction >> 8), (byte)(transaction & 0xff)],
            Method = method,
            Id = family.Table.Own,
            Target = method is KrpcMethod.FindNode ? question.Target : null,
            InfoHash = method is KrpcMethod.GetPeers or KrpcMethod.AnnouncePeer ? question.Target : null,
            Token = question.Token,
            Port = method is KrpcMethod.AnnouncePeer ? question.Port : null,
            ImpliesPort = method is KrpcMethod.AnnouncePeer,
            IsReadOnly = options.Mode == DhtMode.Client,
            Version = options.Version,
        };
        _underWay[(to, transaction)] = new Question(family, method, now + PatienceSeconds, taken);
        _askedOf[to] = _askedOf.GetValueOrDefault(to) + 1;
        Sent++;
        world.Datagrams.Send(to, _buffer.AsSpan(0, KrpcWriter.Write(message, _buffer)));
        return true;
    }

    /// <summary>An answer or an error, if it is to something we asked.</summary>
    public void OnAnswer(PeerEndpoint from, KrpcMessage message, double now)
    {
        if (message.Transaction is not [byte high, byte low]
            || !TryTake((from, (ushort)((high << 8) | low)), out Question question))
        {
            return;
        }
        Answered++;
        bool isError = message.Kind == KrpcKind.Error;
        _ends[(int)question.Method, (int)(isError ? DhtResult.Error : DhtResult.Answered)]++;
        Misfits += message.Id is { } named && !DhtRules.IsValid(named, from) ? 1 : 0;
        if (message.SeenAs is { } seen)
        {
            question.Family.OnSeenAs(from, seen, now);
        }
        if (message is { Kind: KrpcKind.Response, Id: { } id } && !_routers.Contains(from))
        {
            question.Family.Table.OnReplied(new KrpcNode(id, from), DhtRules.IsValid(id, from), now);
        }
        question.Taken(message);
    }

    /// <summary>
    /// Gives up on what has no answer after two seconds. Returns how long the next has, Infinite when nobody is
    /// asked.
    /// </summary>
    public TimeSpan Expire(double now)
    {
        double next = double.MaxValue;
        foreach (((PeerEndpoint To, ushort) key, Question question) in _underWay.ToArray())
        {
            if (question.Until > now)
            {
                next = Math.Min(next, question.Until - now);
            }
            else if (TryTake(key, out _))
            {
                _ends[(int)question.Method, (int)DhtResult.Silence]++;
                question.Family.Table.OnFailed(key.To);
                question.Taken(null);
            }
        }
        return _underWay.Count == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(Math.Min(next, PatienceSeconds));
    }

    /// <summary>Nodes of an answer that our network may have, nearest or not.</summary>
    public IEnumerable<(KrpcNode Node, bool IsValid)> NodesOf(DhtFamily family, KrpcMessage answer) =>
        ((family.IsV6 ? answer.Nodes6 : answer.Nodes) ?? [])
            .Where(node => node.Id != family.Table.Own && rules.IsUsable(node.Endpoint))
            .Select(static node => (node, DhtRules.IsValid(node.Id, node.Endpoint)));

    private bool TryTake((PeerEndpoint To, ushort Transaction) key, out Question question)
    {
        if (!_underWay.Remove(key, out question))
        {
            return false;
        }
        if (--_askedOf[key.To] == 0)
        {
            _askedOf.Remove(key.To);
        }
        return true;
    }

    private ushort FreeTransaction(PeerEndpoint to)
    {
        ushort transaction;
        do
        {
            transaction = (ushort)(world.Random.NextUInt64() >> 48);
        }
        while (_underWay.ContainsKey((to, transaction)));
        return transaction;
    }

    private readonly record struct Question(
        DhtFamily Family, KrpcMethod Method, double Until, Action<KrpcMessage?> Taken);
}
