using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.Ledgers;
using Otedama.Wire;
using Xunit;
using static Otedama.Tests.Addresses.Places;

namespace Otedama.Tests.Addresses;

public sealed class DiallerTests
{
    private static readonly NodeId s_node = new([.. Enumerable.Range(1, 32).Select(static i => (byte)i)]);
    private readonly HeldClock _time = new();
    private readonly SeededRandom _random = new(3);
    private readonly NetworkGroups _groups = new();
    private readonly AddressManager _addresses;
    private readonly BanList _bans;
    private readonly Distances _distances = new();

    public DiallerTests()
    {
        _addresses = new AddressManager(_time, _random, _groups);
        _bans = new BanList(_time, []);
    }

    [Fact]
    public void Eight_full_and_two_chain_only_connections_come_to_be_each_in_another_group()
    {
        Know(400, AddressOrigin.Peer, tried: true);
        Lab lab = New(new DiallerOptions());
        _time.Advance(30, lab.Dialler);
        IReadOnlyList<(long Number, Outbound Outbound, bool IsUp)> lines = lab.Dialler.Lines();
        Assert.Equal(8, lines.Count(static line => line.Outbound.Kind == OutboundKind.Full));
        Assert.Equal(2, lines.Count(static line => line.Outbound.Kind == OutboundKind.ChainOnly));
        Assert.Equal(lines.Count, lines.DistinctBy(static line => line.Outbound.Group).Count());
        Assert.Equal(2, lab.Dialler.AnchorsToKeep().Count);
    }

    [Fact]
    public void No_more_than_three_are_known_from_the_dht_alone()
    {
        Know(400, AddressOrigin.Dht);
        Lab lab = New(new DiallerOptions());
        _time.Advance(60, lab.Dialler);
        Assert.Equal(3, lab.Dialler.Lines().Count(static line => line.Outbound.Kind != OutboundKind.Feeler));
        _time.Advance(24 * 3600);
        _time.Advance(60, lab.Dialler);
        Assert.Equal(10, lab.Dialler.Lines().Count(static line => line.Outbound.Kind != OutboundKind.Feeler));
    }

    [Fact]
    public void The_dht_cannot_make_us_knock_often_or_at_well_known_ports()
    {
        for (int i = 0; i < 100; i++)
        {
            _addresses.Add(Anywhere(_random) with { Port = (ushort)(i % 2 == 0 ? 22 : 30303) }, At("8.8.8.8"), Now,
                AddressOrigin.Dht);
        }
        Lab lab = New(new DiallerOptions(), static _ => false);
        _time.Advance(3000, lab.Dialler);
        DialOrder[] knocks = [.. lab.Orders.Where(static order => order.Kind != OutboundKind.Feeler)];
        Assert.NotEmpty(knocks);
        Assert.DoesNotContain(knocks, static order => order.Place.Port == 22);
        Assert.Equal(knocks.Length, knocks.DistinctBy(static order => order.Place).Count());
        Assert.True(lab.MostUnderWay <= 5, $"{lab.MostUnderWay}");
    }

    [Fact]
    public void Ports_of_other_services_are_not_knocked_at_for_what_peers_say()
    {
        for (int i = 0; i < 200; i++)
        {
            PeerEndpoint place = Anywhere(_random) with { Port = (ushort)(i % 2 == 0 ? 22 : 30303) };
            _addresses.Add(place, At("8.8.8.8"), Now, AddressOrigin.Peer);
        }
        Lab lab = New(new DiallerOptions(), static _ => false);
        _time.Advance(3000, lab.Dialler);
        Assert.NotEmpty(lab.Orders);
        Assert.DoesNotContain(lab.Orders, static order => order.Place.Port == 22);
    }

    [Fact]
    public void Five_of_eight_are_the_nearest_and_the_others_are_not_chosen_by_their_way()
    {
        Know(400, AddressOrigin.Peer, tried: true);
        _distances.Near = static place => place.Address % 7 == 0;
        Lab lab = New(new DiallerOptions());
        _time.Advance(30, lab.Dialler);
        Assert.Equal(5, lab.Dialler.Lines().Count(static line => line.Outbound.IsForLatency));
    }

    [Fact]
    public void Of_fewer_connections_as_small_a_part()
    {
        Know(400, AddressOrigin.Peer, tried: true);
        _distances.Near = static place => place.Address % 7 == 0;
        Lab lab = New(new DiallerOptions { FullMax = 4 });
        _time.Advance(30, lab.Dialler);
        Assert.Equal(2, lab.Dialler.Lines().Count(static line => line.Outbound.IsForLatency));
    }

    [Fact]
    public void Banned_nodes_are_not_called()
    {
        PeerEndpoint banned = At("45.1.2.3");
        _addresses.Add(banned, banned, Now, AddressOrigin.Peer);
        _bans.Report(banned.IP, null, PeerOffence.BadFrame);
        Lab lab = New(new DiallerOptions { FirstContacts = [new FirstContact(banned, s_node)] });
        _time.Advance(500, lab.Dialler);
        Assert.Empty(lab.Orders);
        _time.Advance(200, lab.Dialler);
        Assert.NotEmpty(lab.Orders);
    }

    [Fact]
    public void First_contacts_are_tried_at_once_and_ever_more_rarely()
    {
        FirstContact contact = new(At("10.0.0.9"), s_node);
        Lab lab = New(new DiallerOptions { FirstContacts = [contact], OnlyFirstContacts = true }, static _ => false);
        Know(50, AddressOrigin.Peer);
        _time.Advance(3600, lab.Dialler);
        Assert.All(lab.Orders, order => Assert.Equal((contact.Place, s_node), (order.Place, order.NodeId!.Value)));
        Assert.InRange(lab.Orders.Count, 8, 15);
    }

    [Fact]
    public void Feelers_test_for_newcomers_first_and_then_look_at_hearsay()
    {
        Know(400, AddressOrigin.Peer, tried: true);
        Know(400, AddressOrigin.Peer);
        Lab lab = New(new DiallerOptions());
        _time.Advance(7200, lab.Dialler);
        DialOrder[] feelers = [.. lab.Orders.Where(static order => order.Kind == OutboundKind.Feeler)];
        Assert.InRange(feelers.Length, 30, 95);
        Assert.True(_addresses.Count().Tried > 400);
    }

    [Fact]
    public void A_chain_that_stands_still_gets_one_more_connection_which_may_stay()
    {
        Know(400, AddressOrigin.Peer, tried: true);
        Lab lab = New(new DiallerOptions());
        _time.Advance(30, lab.Dialler);
        lab.Dialler.IsTipStale = true;
        _time.Advance(30, lab.Dialler);
        (long number, _, bool isUp) =
            Assert.Single(lab.Dialler.Lines(), static line => line.Outbound.Kind == OutboundKind.Extra);
        Assert.True(isUp);
        lab.Dialler.Promote(number);
        Assert.Equal(9, lab.Dialler.Lines().Count(static line => line.Outbound.Kind == OutboundKind.Full));
    }

    [Fact]
    public void Anchors_are_read_once_and_called_first()
    {
        CrashDisk disk = new();
        Anchor[] anchors = [new(At("45.1.2.3"), s_node), new(At("2606:4700::1"), s_node), new(At("45.9.2.3"), s_node)];
        Anchors.Keep(disk, "/p/anchors.dat", anchors);
        IReadOnlyList<Anchor> back = Anchors.Take(disk, "/p/anchors.dat");
        Assert.Equal(anchors[..2], back);
        Assert.Empty(Anchors.Take(disk, "/p/anchors.dat"));
        Know(400, AddressOrigin.Peer, tried: true);
        Lab lab = New(new DiallerOptions
        {
            FirstContacts =
            [.. back.Select(static one => new FirstContact(one.Place, one.NodeId, IsAnchor: true))]
        });
        _time.Advance(10, lab.Dialler);
        Assert.Equal(anchors[..2].Select(static one => one.Place), lab.Orders.Take(2)
            .Select(static order => order.Place));
        Assert.All(lab.Orders.Take(2), static order => Assert.Equal(OutboundKind.ChainOnly, order.Kind));
    }

    [Theory]
    [InlineData("")]
    [InlineData("zz 1.2.3.4:5\n\nnothing")]
    [InlineData("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20 1.2.3.4:0")]
    public void Lines_that_are_no_anchors_are_passed_over(string text)
    {
        CrashDisk disk = new();
        disk.WriteWhole("/p/anchors.dat", System.Text.Encoding.UTF8.GetBytes(text));
        Assert.Empty(Anchors.Take(disk, "/p/anchors.dat"));
        Assert.False(disk.Exists("/p/anchors.dat"));
    }

    private long Now => _time.GetUtcNow().ToUnixTimeSeconds();

    private void Know(int count, AddressOrigin origin, bool tried = false)
    {
        for (int i = 0; i < count; i++)
        {
            PeerEndpoint place = Anywhere(_random);
            _addresses.Add(place, Anywhere(_random), Now + 7200, origin);
            if (tried)
            {
                _addresses.Succeeded(place, s_node);
            }
        }
        _time.Advance(tried ? 3600 : 0);
    }

    private Lab New(DiallerOptions options, Func<DialOrder, bool>? answers = null)
    {
        Lab lab = new(_time, answers ?? (static _ => true));
        lab.Dialler = new Dialler(options, _addresses, _groups, _bans, lab, _distances, _time, _random);
        return lab;
    }

    private sealed class Distances : ILatencyGuess
    {
        public Func<PeerEndpoint, bool> Near { get; set; } = static _ => false;

        public double? Seconds(PeerEndpoint place) => Near(place) ? 0.01 : null;
    }
}
