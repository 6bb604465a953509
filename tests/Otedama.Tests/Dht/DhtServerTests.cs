using Otedama.Pool;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Dht;

/// <summary>What a server answers, and what it does not fall for.</summary>
public sealed class DhtServerTests
{
    private static readonly DhtId s_key = new([.. Enumerable.Repeat((byte)0x5a, DhtId.Size)]);

    private readonly DhtSim _sim = new(7);
    private readonly PeerEndpoint _server;
    private readonly PeerEndpoint _peer;
    private readonly DhtNode _node;
    private readonly List<KrpcMessage> _answers = [];
    private int _longest;

    public DhtServerTests()
    {
        (_server, _peer) = (_sim.FreshPlace(), _sim.FreshPlace());
        _node = _sim.Node(new DhtOptions { Mode = DhtMode.Server }, _server, new Found());
        Listen(_peer);
    }

    [Fact]
    public void An_announcement_needs_the_token_of_its_own_address()
    {
        byte[] token = Ask(_peer, KrpcMethod.GetPeers).Token;
        Assert.Equal(8, token.Length);
        PeerEndpoint thief = _sim.FreshPlace();
        Listen(thief);
        Assert.Equal(KrpcError.Protocol, Announce(thief, token, 6_000).ErrorCode);
        Assert.Equal(KrpcError.Protocol, Announce(_peer, [1, 2, 3, 4, 5, 6, 7, 8], 6_000).ErrorCode);
        Assert.Equal(0, _node.Snapshot().StoredPeers);
        Assert.Equal(KrpcKind.Response, Announce(_peer, token, 6_000).Kind);
        Assert.Equal(_peer with { Port = 6_000 }, Assert.Single(Ask(_peer, KrpcMethod.GetPeers).Values));
    }

    [Fact]
    public void A_token_is_good_for_five_minutes_and_not_for_eleven()
    {
        byte[] token = Ask(_peer, KrpcMethod.GetPeers).Token;
        _sim.Run(290);
        Assert.Equal(KrpcKind.Response, Announce(_peer, token, 6_000).Kind);
        _sim.Run(370);
        Assert.Equal(KrpcError.Protocol, Announce(_peer, token, 6_001).ErrorCode);
        Assert.Equal(1, _node.Snapshot().StoredPeers);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(65_536)]
    public void Ports_that_are_none_are_refused(long port)
    {
        byte[] token = Ask(_peer, KrpcMethod.GetPeers).Token;
        Assert.Equal(KrpcError.Protocol, Announce(_peer, token, port).ErrorCode);
        Assert.Equal(0, _node.Snapshot().StoredPeers);
    }

    [Fact]
    public void Announcements_are_forgotten_after_half_an_hour()
    {
        Announce(_peer, Ask(_peer, KrpcMethod.GetPeers).Token, 6_000);
        _sim.Run(1_700);
        Assert.Single(Ask(_peer, KrpcMethod.GetPeers).Values);
        _sim.Run(200);
        Assert.Empty(Ask(_peer, KrpcMethod.GetPeers).Values);
    }

    [Fact]
    public void Methods_nobody_knows_are_answered_as_find_node_where_they_name_a_place()
    {
        Assert.Equal(KrpcError.MethodUnknown, AskRaw("d1:ad2:id20:aaaaaaaaaaaaaaaaaaaae1:q3:new1:t2:xx1:y1:qe").ErrorCode);
        Assert.NotNull(AskRaw("d1:ad2:id20:aaaaaaaaaaaaaaaaaaaa6:target20:bbbbbbbbbbbbbbbbbbbbe1:q3:new1:t2:xx1:y1:qe").Nodes);
        Assert.Equal(KrpcError.Protocol, AskRaw("d1:ad2:id3:aaae1:q4:ping1:t2:xx1:y1:qe").ErrorCode);
        KrpcMessage samples = Ask(_peer, KrpcMethod.SampleInfohashes);
        Assert.True(samples is { HasNoSamples: true, Nodes: not null });
        Assert.Equal(_peer, samples.SeenAs);
    }

    /// <summary>64 KiB of random bytes, in datagrams of 1 to 1 500, from a thousand addresses.</summary>
    [Fact]
    public void Random_datagrams_change_nothing()
    {
        DhtSnapshot before = _node.Snapshot();
        for (int left = 64 * 1_024; left > 0;)
        {
            byte[] datagram = new byte[_sim.Random.Between(1, 1_500)];
            _sim.Random.Fill(datagram);
            _node.OnDatagram(_sim.FreshPlace(), datagram);
            left -= datagram.Length;
        }
        _sim.Run(1);
        Assert.Equal(before.StoredPeers, _node.Snapshot().StoredPeers);
        Assert.Empty(_answers);
        Assert.NotNull(Ask(_peer, KrpcMethod.Ping).Id);
    }

    [Fact]
    public void Whoever_asks_too_much_is_not_heard_for_five_minutes()
    {
        for (int i = 0; i < 40; i++)
        {
            Send(_peer, KrpcMethod.Ping, [], null);
        }
        _sim.Run(1);
        Assert.Equal(25, _answers.Count);
        _sim.Run(200);
        Send(_peer, KrpcMethod.Ping, [], null);
        _sim.Run(1);
        Assert.Equal(25, _answers.Count);
        _sim.Run(120);
        Assert.NotNull(Ask(_peer, KrpcMethod.Ping).Id);
    }

    /// <summary>A hundred peers of one key and eight nodes still fit into 1 024 bytes; a key keeps no more than a hundred.</summary>
    [Fact]
    public void The_longest_answer_passes_everywhere()
    {
        _sim.Grow(30).ForEach(place => Send(place, KrpcMethod.Ping, [], null));
        _sim.Run(10);
        for (int i = 0; i < 120; i++)
        {
            PeerEndpoint place = _sim.FreshPlace();
            Listen(place);
            Announce(place, Ask(place, KrpcMethod.GetPeers).Token, 6_000);
        }
        Assert.Equal(100, _node.Snapshot().StoredPeers);
        Assert.Equal(40, Ask(_peer, KrpcMethod.GetPeers).Values.Count);
        Assert.InRange(_longest, 500, KrpcWriter.BytesMax);
    }

    private void Listen(PeerEndpoint place) => _sim.Listen(place, (_, datagram) =>
    {
        if (KrpcReader.TryRead(datagram, out KrpcMessage? answer) && answer.Kind != KrpcKind.Query)
        {
            _answers.Add(answer);
            _longest = Math.Max(_longest, datagram.Length);
        }
    });

    private KrpcMessage Announce(PeerEndpoint place, byte[] token, long port) => Last(() => Send(place, KrpcMethod.AnnouncePeer, token, port));

    private KrpcMessage Ask(PeerEndpoint place, KrpcMethod method) => Last(() => Send(place, method, [], null));

    private KrpcMessage AskRaw(string datagram) => Last(() => _sim.Send(_peer, _server, System.Text.Encoding.ASCII.GetBytes(datagram)));

    private KrpcMessage Last(Action send)
    {
        int before = _answers.Count;
        send();
        _sim.Run(0.2);
        Assert.Equal(before + 1, _answers.Count);
        return _answers[^1];
    }

    private void Send(PeerEndpoint place, KrpcMethod method, byte[] token, long? port)
    {
        byte[] buffer = new byte[KrpcWriter.BytesMax];
        bool asksForPeers = method is KrpcMethod.GetPeers or KrpcMethod.AnnouncePeer;
        int length = KrpcWriter.Write(new KrpcMessage
        {
            Kind = KrpcKind.Query,
            Transaction = new byte[32],
            Method = method,
            Id = SecureDhtId.For(place, new byte[DhtId.Size]),
            InfoHash = asksForPeers ? s_key : null,
            Target = method == KrpcMethod.SampleInfohashes ? s_key : null,
            Token = token,
            Port = port,
            IsReadOnly = method != KrpcMethod.Ping,
        }, buffer);
        _sim.Send(place, _server, buffer[..length]);
    }
}
