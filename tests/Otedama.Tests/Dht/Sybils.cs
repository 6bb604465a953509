using Otedama.Wire;

namespace Otedama.Tests.Dht;

/// <summary>
/// 16 sockets, on one address or several, with ids that begin as the key does. They answer whatever they are asked with each
/// other, a token and forged peers, and count what they are given.
/// </summary>
internal sealed class Sybils
{
    private const int Count = 16;

    private readonly DhtSim _sim;
    private readonly DhtId _key;
    private readonly List<KrpcNode> _all = [];

    public Sybils(DhtSim sim, DhtId key, int addresses)
    {
        (_sim, _key) = (sim, key);
        PeerEndpoint[] hosts = [.. Enumerable.Range(0, addresses).Select(_ => sim.FreshPlace())];
        for (int i = 0; i < Math.Max(Count, addresses); i++)
        {
            PeerEndpoint place = hosts[i % addresses] with { Port = (ushort)(7_000 + i) };
            _all.Add(new KrpcNode(Near(i), place));
            sim.Listen(place, (from, datagram) => Answer(place, from, datagram.ToArray()));
        }
    }

    /// <summary>True for ids that the addresses may have, instead of ones next to the key.</summary>
    public bool FitIds { get; init; }

    /// <summary>A forged peer.</summary>
    public Func<SeededRandom, PeerEndpoint> Lie { get; init; } = static random =>
        PeerEndpoint.Of(new System.Net.IPAddress([44, (byte)random.Below(256), (byte)random.Below(256), 7]), 6_000);

    public IEnumerable<PeerEndpoint> Places => _all.Select(static node => node.Endpoint);

    public int Asked { get; private set; }

    public int Announced { get; private set; }

    /// <summary>All of them ask this node something, so that it hears of them.</summary>
    public void Introduce(PeerEndpoint node)
    {
        for (int i = 0; i < _all.Count; i++)
        {
            KrpcMessage hello = new() { Kind = KrpcKind.Query, Transaction = [1, 2], Method = KrpcMethod.Ping, Id = IdOf(_all[i]) };
            Send(_all[i].Endpoint, node, hello);
        }
    }

    private void Answer(PeerEndpoint place, PeerEndpoint asker, byte[] datagram)
    {
        if (!KrpcReader.TryRead(datagram, out KrpcMessage? query) || query.Kind != KrpcKind.Query)
        {
            return;
        }
        Asked++;
        Announced += query.Method == KrpcMethod.AnnouncePeer ? 1 : 0;
        KrpcNode self = _all.Find(node => node.Endpoint == place);
        bool asksForPeers = query.Method == KrpcMethod.GetPeers;
        Send(place, asker, new KrpcMessage
        {
            Kind = KrpcKind.Response,
            Transaction = query.Transaction,
            Id = IdOf(self),
            Token = asksForPeers ? [1, 2, 3, 4] : [],
            Nodes = [.. _all.Take(Count).Select(node => node with { Id = IdOf(node) })],
            Values = asksForPeers ? [.. Enumerable.Range(0, 20).Select(_ => Lie(_sim.Random)).Where(static peer => peer.Port > 0)] : [],
            SeenAs = asker with { Address = asker.Address ^ 0xff },
        });
    }

    private void Send(PeerEndpoint from, PeerEndpoint to, KrpcMessage message)
    {
        byte[] buffer = new byte[Bencoded.BytesMax];
        _sim.Send(from, to, buffer[..KrpcWriter.Write(message, buffer)]);
    }

    private DhtId IdOf(KrpcNode node)
    {
        byte[] bytes = new byte[DhtId.Size];
        node.Id.Write(bytes);
        return FitIds ? SecureDhtId.For(node.Endpoint, bytes) : node.Id;
    }

    /// <summary>The key but for its last bytes.</summary>
    private DhtId Near(int number)
    {
        byte[] bytes = new byte[DhtId.Size];
        _key.Write(bytes);
        bytes[^2] ^= (byte)(number + 1);
        return new DhtId(bytes);
    }
}
