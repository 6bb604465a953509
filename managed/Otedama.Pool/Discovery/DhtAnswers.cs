using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Answers others' questions: by the rules of BEP 5, 32, 42 and 51, with nothing a stranger can make grow.
/// </summary>
internal sealed class DhtAnswers(DhtOptions options, DhtWorld world, IReadOnlyList<DhtFamily> families,
    double startedAt)
{
    /// <summary>Peers of one answer: with eight nodes of both families it is still under 1 024 bytes.</summary>
    private const int ValuesV4Max = 40, ValuesV6Max = 16;

    private readonly DhtTokens _tokens = new(world.Random, startedAt);
    private readonly PeerStore _store = new(world.Random);

    public int StoredPeers => _store.Count;

    public KrpcMessage Answer(DhtFamily family, PeerEndpoint from, KrpcMessage query, double now)
    {
        if (query.Id is null)
        {
            return Error(from, query, KrpcError.Protocol, "id: 20 bytes are needed");
        }
        return query.Method switch
        {
            KrpcMethod.Ping => Reply(family, from, query),
            KrpcMethod.FindNode or KrpcMethod.SampleInfohashes => query.Target is { } target
                ? Reply(family, from, query, target)
                : Error(from, query, KrpcError.Protocol, "target: 20 bytes are needed"),
            KrpcMethod.GetPeers => query.InfoHash is { } key
                ? Reply(family, from, query, key, _tokens.For(from, key, now), Values(key, from, now))
                : Error(from, query, KrpcError.Protocol, "info_hash: 20 bytes are needed"),
            KrpcMethod.AnnouncePeer => Announce(family, from, query, now),
            _ => (query.Target ?? query.InfoHash) is { } target // somebody's newer method; as libtorrent does
                ? Reply(family, from, query, target)
                : Error(from, query, KrpcError.MethodUnknown, "unknown method"),
        };
    }

    private KrpcMessage Announce(DhtFamily family, PeerEndpoint from, KrpcMessage query, double now)
    {
        if (query.InfoHash is not { } key)
        {
            return Error(from, query, KrpcError.Protocol, "info_hash: 20 bytes are needed");
        }
        if (!_tokens.IsGood(query.Token, from, key, now))
        {
            return Error(from, query, KrpcError.Protocol, "token: not one that was given to this address lately");
        }
        long port = query.ImpliesPort ? from.Port : query.Port ?? 0;
        if (port is < 1 or > ushort.MaxValue)
        {
            return Error(from, query, KrpcError.Protocol, "port: 1 to 65535 is allowed");
        }
        PeerEndpoint peer = from;
        return _store.TryAdd(key, peer with { Port = (ushort)port }, now)
            ? Reply(family, from, query)
            : Error(from, query, KrpcError.Server, "this address has announced enough here");
    }

    private List<PeerEndpoint> Values(DhtId key, PeerEndpoint from, double now) =>
        _store.Get(key, from.IsV6, from.IsV6 ? ValuesV6Max : ValuesV4Max, now);

    private KrpcMessage Reply(
        DhtFamily family, PeerEndpoint from, KrpcMessage query, DhtId? near = null, byte[]? token = null,
            List<PeerEndpoint>? values = null)
    {
        KrpcWants wants = query.Wants != KrpcWants.None ? query.Wants : from.IsV6 ? KrpcWants.V6 : KrpcWants.V4;
        return new KrpcMessage
        {
            Kind = KrpcKind.Response,
            Transaction = query.Transaction,
            Version = options.Version,
            SeenAs = from,
            Id = family.Table.Own,
            Nodes = Nodes(near, wants, KrpcWants.V4),
            Nodes6 = Nodes(near, wants, KrpcWants.V6),
            Token = token ?? [],
            Values = values ?? [],
            HasNoSamples = query.Method == KrpcMethod.SampleInfohashes,
        };
    }

    private List<KrpcNode>? Nodes(DhtId? near, KrpcWants wants, KrpcWants family)
    {
        if (near is not { } key || !wants.HasFlag(family))
        {
            return null;
        }
        DhtFamily? ours = families.FirstOrDefault(f => f.IsV6 == (family == KrpcWants.V6));
        return ours is null ? [] : [.. ours.Table.Closest(key, RoutingTable.K).Select(static entry => entry.Node)];
    }

    private KrpcMessage Error(PeerEndpoint from, KrpcMessage query, int code, string text) => new()
    {
        Kind = KrpcKind.Error,
        Transaction = query.Transaction,
        Version = options.Version,
        SeenAs = from,
        ErrorCode = code,
        ErrorText = text,
    };
}
