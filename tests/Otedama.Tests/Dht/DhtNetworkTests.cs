using Otedama.Pool;
using Otedama.Tests.Ledgers;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Dht;

/// <summary>Three hundred nodes of ours in memory, and those who would like to stand between two of them.</summary>
public sealed class DhtNetworkTests
{
    private const int Nodes = 300;

    private static readonly byte[] s_network = Convert.FromHexString("e78ca148b270e2a4874a4aa3e1d95aeecf90676e33ff7eba5beb7165380d63e8");

    [Fact]
    public void Keys_of_a_day_are_the_published_ones()
    {
        string[] keys = [.. Enumerable.Range(0, Rendezvous.Slots).Select(static slot => Rendezvous.Key(s_network, slot, 20_000).ToString())];
        Assert.Equal(
            ["1edf47b038e4d6b2c257fcf5441affd9e77b8f25", "44ebc5dd0009b2229a69e353b052ce215f4d6e90",
                "3a5695598eb7cdf0dddd67e58b843b860deb1534", "1e538fe3a92a05cde6becde7e322b845adbbbe45"],
            keys);
    }

    [Fact]
    public void Two_nodes_of_one_chain_find_each_other_among_three_hundred()
    {
        DhtSim sim = new(1);
        List<PeerEndpoint> places = sim.Grow(Nodes);
        PeerEndpoint place = sim.FreshPlace();
        DhtNode announcer = Follow(sim, places, place, new Found());
        announcer.AnnouncePort = place.Port;
        sim.Run(120);
        Assert.InRange(announcer.Snapshot().Announced, 24, 200); // four slots, at least six of eight nodes each

        Found found = new();
        DhtNode seeker = Follow(sim, places, sim.FreshPlace(), found);
        sim.Run(60);
        Assert.Equal(new PeerHint(place, HintSource.Dht, false), Assert.Single(found.Hints));
        // Our address was learned from others, and the id fits it.
        DhtFamilySnapshot family = seeker.Snapshot().Families.Single();
        Assert.NotNull(family.External);
        Assert.True(SecureDhtId.Fits(family.Id, family.External.Value));
        Assert.InRange(family.Good, DhtBootstrap.NodesMin, 400);
    }

    /// <summary>16 nodes next to the key whose ids do not fit their addresses, as in the recorded attack; 1, then 11 addresses.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(11)]
    public void Sybils_around_the_key_are_given_nothing_to_store(int addresses)
    {
        DhtSim sim = new(2);
        List<PeerEndpoint> places = sim.Grow(Nodes);
        DhtId key = Rendezvous.Key(s_network, 0, 1);
        Sybils sybils = new(sim, key, addresses);
        places.ForEach(sybils.Introduce);
        sim.Run(30);
        PeerEndpoint place = sim.FreshPlace();
        DhtNode announcer = sim.Node(new DhtOptions { Nodes = [.. places.Take(3), .. sybils.Places.Take(3)] }, place, new Found());
        announcer.FollowKey(key);
        announcer.AnnouncePort = place.Port;
        sim.Run(120);
        Assert.True(sybils.Asked > 0, "nobody asked a sybil, so nothing was shown");
        Assert.Equal(0, sybils.Announced);
        Assert.True(announcer.Snapshot().Announced >= 6, $"{announcer.Snapshot().Announced} honest nodes store it");

        // Found through the lists of those who answered with nothing but sybils and forged peers.
        Found found = new();
        sim.Node(new DhtOptions { Nodes = [.. places.Take(3)] }, sim.FreshPlace(), found).FollowKey(key);
        sim.Run(60);
        Assert.Contains(found.Hints, hint => hint.Endpoint == place && !hint.IsWeak);
        Assert.All(found.Hints.Where(hint => hint.Endpoint != place), static hint => Assert.True(hint.IsWeak));
    }

    /// <summary>Forged peers: whatever a swarm of liars says, no connection is tried where it would hurt somebody.</summary>
    [Fact]
    public void Poison_makes_nobody_connect_outside_the_limits()
    {
        DhtSim sim = new(3);
        List<PeerEndpoint> places = sim.Grow(30);
        DhtId key = Rendezvous.Key(s_network, 0, 2);
        PeerEndpoint victim = sim.FreshPlace();
        Sybils liars = new(sim, key, 30)
        {
            FitIds = true,
            Lie = random => random.Below(4) switch
        {
            0 => victim with { Port = (ushort)random.Between(1, 65_535) },
            1 => PeerEndpoint.Of(new System.Net.IPAddress([10, 0, 0, (byte)random.Below(256)]), 8_333),
            2 => PeerEndpoint.Of(new System.Net.IPAddress([(byte)random.Between(1, 223), 1, 2, 3]), random.Below(1_024)),
            _ => PeerEndpoint.Of(new System.Net.IPAddress([127, 0, 0, 1]), random.Between(1, 65_535)),
        }
        };
        places.ForEach(liars.Introduce);
        Found found = new();
        List<(double At, PeerHint Hint)> attempts = [];
        sim.Node(new DhtOptions { Nodes = [.. places.Take(3), .. liars.Places] }, sim.FreshPlace(), found).FollowKey(key);
        for (int minute = 0; minute < 180; minute++)
        {
            sim.Run(60);
            attempts.AddRange(found.Hints.Skip(attempts.Count).Select(hint => ((double)minute, hint)).ToArray());
        }
        Assert.True(liars.Asked > 20, $"{liars.Asked} questions reached a liar");
        Assert.All(attempts, static attempt =>
        {
            Assert.True(attempt.Hint.Endpoint.IsPublic, attempt.Hint.Endpoint.ToString());
            Assert.True(attempt.Hint.Endpoint.Port is >= 1_024 or 443, attempt.Hint.Endpoint.ToString());
        });
        Assert.InRange(attempts.Count(attempt => attempt.Hint.Endpoint.Host == victim.Host), 1, 3); // three hours
    }

    [Fact]
    public void A_node_that_starts_without_a_network_finds_it_when_it_comes()
    {
        DhtSim sim = new(4);
        PeerEndpoint later = sim.FreshPlace();
        DhtNode node = sim.Node(new DhtOptions { Nodes = [later] }, sim.FreshPlace(), new Found());
        int asked = 0;
        sim.Seen = (_, to, _) => asked += to == later ? 1 : 0;
        sim.Run(3 * 3_600);
        Assert.InRange(asked, 10, 60); // 15 s at first, every 15 min in the end
        sim.Node(new DhtOptions { Mode = DhtMode.Server }, later, new Found());
        sim.Run(20 * 60);
        Assert.Equal(1, node.Snapshot().Families.Single().Nodes);
    }

    [Fact]
    public void Nodes_of_last_time_are_enough_for_the_next_start()
    {
        DhtSim sim = new(5);
        List<PeerEndpoint> places = sim.Grow(60);
        CrashDisk disk = new();
        DhtOptions options = new() { Nodes = [.. places.Take(3)], SavedNodes = "/data/dht.nodes" };
        DhtNode first = sim.Node(options, sim.FreshPlace(), new Found(), disk);
        sim.Run(60);
        first.Save();
        DhtNode second = sim.Node(options with { Nodes = [] }, sim.FreshPlace(), new Found(), disk);
        sim.Run(30);
        Assert.InRange(second.Snapshot().Families.Single().Good, DhtBootstrap.NodesMin, 60);
    }

    /// <summary>As an enforcing libtorrent: error 203 with our address in it until the id fits that.</summary>
    [Fact]
    public void A_network_that_enforces_ids_lets_us_in()
    {
        DhtSim sim = new(6);
        PeerEndpoint strict = sim.FreshPlace();
        int refused = 0;
        sim.Listen(strict, (from, datagram) =>
        {
            Assert.True(KrpcReader.TryRead(datagram, out KrpcMessage? query));
            bool fits = SecureDhtId.Fits(query.Id!.Value, from);
            refused += fits ? 0 : 1;
            byte[] buffer = new byte[KrpcWriter.BytesMax];
            int length = KrpcWriter.Write(new KrpcMessage
            {
                Kind = fits ? KrpcKind.Response : KrpcKind.Error,
                Transaction = query.Transaction,
                Id = SecureDhtId.For(strict, new byte[DhtId.Size]),
                SeenAs = from,
                ErrorCode = KrpcError.Protocol,
            }, buffer);
            sim.Send(strict, from, buffer[..length]);
        });
        DhtNode node = sim.Node(new DhtOptions { Nodes = [strict] }, sim.FreshPlace(), new Found());
        sim.Run(60);
        Assert.Equal(1, refused);
        Assert.Equal(1, node.Snapshot().Families.Single().Nodes);
    }

    private static DhtNode Follow(DhtSim sim, List<PeerEndpoint> places, PeerEndpoint place, Found found)
    {
        DhtNode node = sim.Node(new DhtOptions { Nodes = [.. places.Take(3)] }, place, found);
        node.FollowNetwork(s_network);
        return node;
    }
}
