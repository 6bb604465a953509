using System.Net;
using Otedama.Pool;
using Otedama.Tests.Addresses;
using Otedama.Tests.Ledgers;
using Otedama.Wire;
using Xunit;
using static Otedama.Tests.Addresses.Places;

namespace Otedama.Tests.PeerNet;

/// <summary>What PeerNodes tell each other of where nodes are: how much, to whom, and what liars achieve.</summary>
public sealed class AddressGossipTests
{
    private readonly Hall _hall = new(3);
    private readonly List<Told> _told = [];

    public AddressGossipTests() => _hall.OnFrame = (from, to, frame) =>
    {
        if (frame.Message is PeerMessage.Addr or PeerMessage.GetAddr)
        {
            _told.Add(new Told(from, to, frame, _hall.Schedule.Elapsed));
        }
    };

    [Fact]
    public void An_answer_has_256_addresses_in_two_frames_and_comes_once()
    {
        HallNode node = WithTable(3_000);
        Stranger asker = new(_hall, "45.1.2.3");
        asker.Dial(node);
        _hall.Run(2);
        uint question = asker.Open[0].Ask(PeerMessage.GetAddr, []);
        _hall.Run(2);
        PeerFrameSeen[] answer = [.. asker.Heard.Where(static frame => frame.Message == PeerMessage.Addr)];
        Assert.Equal([132, 124], answer.Select(static frame => frame.Addresses));
        Assert.All(answer, frame => Assert.Equal(question, frame.Correlation));
        Assert.Equal(256, answer.SelectMany(static frame => frame.Entries).DistinctBy(static entry => entry.Endpoint).Count());
        asker.Open[0].Ask(PeerMessage.GetAddr, []);
        _hall.Run(2);
        Assert.Equal(2, asker.Heard.Count(static frame => frame.Message == PeerMessage.Addr));
        Stranger other = new(_hall, "46.1.2.3");
        other.Dial(node);
        _hall.Run(2);
        other.Open[0].Ask(PeerMessage.GetAddr, []);
        _hall.Run(2);
        Assert.Equal(
            answer.SelectMany(static frame => frame.Entries).Select(static entry => entry.Endpoint),
            other.Heard.SelectMany(static frame => frame.Entries).Select(static entry => entry.Endpoint));
    }

    [Fact]
    public void Who_answers_with_more_than_was_asked_for_is_blamed()
    {
        Stranger liar = new(_hall, "45.1.2.3", listens: true);
        HallNode node = new(_hall, "8.8.8.8", options => options with { Bootstrap = [liar.Named] });
        _hall.Run(2);
        uint question = Assert.Single(liar.Heard, static frame => frame.Message == PeerMessage.GetAddr).Correlation;
        SeededRandom random = _hall.RandomFor("liar");
        liar.Tell(Enumerable.Range(0, 132).Select(_ => Anywhere(random)), question);
        _hall.Run(1);
        Assert.Equal(0, Points(node));
        liar.Tell(Enumerable.Range(0, 132).Select(_ => Anywhere(random)), question);
        _hall.Run(1);
        Assert.InRange(Points(node), 19, 20); // one goes in ten seconds
    }

    [Fact]
    public void News_goes_on_to_two_others_and_ends()
    {
        HallNode[] nodes = Line(8);
        _hall.Run(1800); // their own addresses have gone round
        PeerEndpoint news = At("200.1.2.3");
        Stranger teller = new(_hall, "45.1.2.3");
        teller.Dial(nodes[0]);
        _hall.Run(2);
        _told.Clear();
        teller.Tell([news]);
        _hall.Run(7200);
        Told[] heard = [.. _told.Where(one => one.Frame.Entries.Any(entry => entry.Endpoint == news))];
        Assert.True(heard.Select(static one => one.To).Distinct().Count() >= 5, $"{heard.Length}");
        Assert.All(nodes, node => Assert.True(heard.Count(one => one.From.Equals(node.Address)) <= 2));
    }

    /// <summary>Of the bytes on the links: nobody is ever told more than ten unasked, nor more than once in ten minutes.</summary>
    [Fact]
    public void A_liar_with_many_links_makes_nobody_say_more_than_is_allowed()
    {
        HallNode[] nodes = Line(6);
        SeededRandom random = _hall.RandomFor("liars");
        Stranger[] liars = [.. Enumerable.Range(0, 30).Select(i => new Stranger(_hall, $"45.1.{i}.3"))];
        foreach (Stranger liar in liars)
        {
            liar.Dial(nodes[0]);
        }
        for (int round = 0; round < 6; round++)
        {
            _hall.Run(601);
            foreach (Stranger liar in liars.Where(static one => one.Open.Count > 0))
            {
                liar.Tell(Enumerable.Range(0, 10).Select(_ => Anywhere(random)));
            }
        }
        _hall.Run(1200);
        Assert.All(liars, static liar => Assert.Single(liar.Open));
        Told[] unasked = [.. _told.Where(one => nodes.Any(node => node.Address.Equals(one.From))
            && one.Frame is { Message: PeerMessage.Addr, Correlation: 0 })];
        Assert.NotEmpty(unasked);
        foreach (IGrouping<(IPAddress, IPAddress), Told> link in unasked.GroupBy(static one => (one.From, one.To)))
        {
            Assert.All(link, static one => Assert.True(one.Frame.Addresses <= 10));
            TimeSpan[] times = [.. link.Select(static one => one.At)];
            Assert.All(times.Zip(times.Skip(1)), static pair => Assert.True(pair.Second - pair.First >= TimeSpan.FromMinutes(10)));
        }
        Assert.All(nodes.SelectMany(static node => node.Peers), static peer => Assert.Equal(0, peer.Points));
    }

    [Fact]
    public void A_node_that_can_be_reached_is_known_to_nodes_it_never_spoke_to()
    {
        HallNode[] nodes = Line(6);
        _hall.Run(3600);
        PeerEndpoint last = PeerEndpoint.Of(nodes[^1].Address, HallNode.Port);
        AddressManager table = TableOf(nodes[0]);
        Assert.False(table.Add(last, last, 0, AddressOrigin.Peer), "it was news");
        HallNode shy = new(_hall, "150.1.1.1", options => options with
        {
            Bootstrap = [nodes[1].Named],
            Listen = [],
        });
        _hall.Run(3600);
        Assert.NotEmpty(shy.Peers);
        Assert.DoesNotContain(_told, one => one.Frame.Entries.Any(entry => entry.Endpoint.IP.Equals(shy.Address)));
    }

    /// <summary>Only what has answered is told; who came has to be felt first, and who was named has answered.</summary>
    [Fact]
    public void A_newcomer_is_told_of_those_who_came_and_of_those_who_were_named()
    {
        HallNode named = new(_hall, "59.7.1.1", options => options with { OutboundMax = 0 });
        HallNode middle = new(_hall, "60.7.1.1", options => options with { Bootstrap = [named.Named], OutboundMax = 1 });
        HallNode[] came = [.. Enumerable.Range(1, 7).Select(i => new HallNode(_hall, $"{60 + i}.7.1.1",
            options => options with { Bootstrap = [middle.Named], OutboundMax = 1 }))];
        _hall.Run(1);
        Assert.Equal([named.Address], AnswerOf(middle, "45.1.2.3"));
        _hall.Run(7200);
        IPAddress[] told = AnswerOf(middle, "46.1.2.3");
        Assert.Equal(2, told.Length); // of eight a part only
        Assert.Contains(told, address => came.Any(one => one.Address.Equals(address)));
    }

    private IPAddress[] AnswerOf(HallNode node, string asker)
    {
        Stranger stranger = new(_hall, asker);
        stranger.Dial(node);
        _hall.Run(1);
        stranger.Open[0].Ask(PeerMessage.GetAddr, []);
        _hall.Run(1);
        return [.. stranger.Heard.SelectMany(static frame => frame.Entries).Select(static entry => entry.Endpoint.IP)];
    }

    [Fact]
    public void Links_for_shares_only_carry_no_addresses()
    {
        HallNode[] others = [.. Enumerable.Range(0, 4).Select(i => new HallNode(_hall, $"{60 + i}.7.1.1"))];
        CrashDisk disk = new();
        Anchors.Keep(disk, "peers/anchors.dat", [.. others[..2].Select(static one =>
            new Anchor(PeerEndpoint.Of(one.Address, HallNode.Port), one.Node.Id))]);
        HallNode node = new(_hall, "8.8.8.8", options => options with { Bootstrap = [others[2].Named, others[3].Named] }, disk);
        _hall.Run(3600);
        Assert.Equal(4, node.Peers.Count(static peer => peer.IsOutbound));
        IPAddress[] partners = [.. _told.Where(one => one.From.Equals(node.Address) || one.To.Equals(node.Address))
            .Select(one => one.From.Equals(node.Address) ? one.To : one.From).Distinct()];
        Assert.Contains(others[2].Address, partners);
        Assert.DoesNotContain(others[0].Address, partners);
        Assert.DoesNotContain(others[1].Address, partners);
    }

    [Fact]
    public void A_private_node_neither_asks_nor_answers_nor_tells()
    {
        Stranger named = new(_hall, "60.7.1.1", listens: true), asker = new(_hall, "45.1.2.3");
        HallNode node = new(_hall, "8.8.8.8", options => options with { Bootstrap = [named.Named, asker.Named], IsPrivate = true });
        asker.Dial(node);
        _hall.Run(2);
        asker.Open[0].Ask(PeerMessage.GetAddr, []);
        named.Tell([At("200.1.2.3")]);
        _hall.Run(3600);
        Assert.DoesNotContain(_told, one => one.From.Equals(node.Address));
        Assert.DoesNotContain(_hall.Dials, static dial => dial.To.Address.Equals(IPAddress.Parse("200.1.2.3")));
    }

    private sealed record Told(IPAddress From, IPAddress To, PeerFrameSeen Frame, TimeSpan At);

    private static int Points(HallNode node) => node.Peers.Max(static peer => peer.Points);

    /// <summary>Each dials the one before it, and whoever it hears of.</summary>
    private HallNode[] Line(int count)
    {
        List<HallNode> nodes = [];
        for (int i = 0; i < count; i++)
        {
            PeerAddress[] first = i == 0 ? [] : [nodes[^1].Named];
            nodes.Add(new HallNode(_hall, $"{60 + i}.7.1.1", options => options with { Bootstrap = first, OutboundMax = 2 }));
        }
        return [.. nodes];
    }

    private AddressManager TableOf(HallNode node)
    {
        node.Stop();
        AddressManager table = new(_hall.Clock, _hall.RandomFor("table"), new NetworkGroups());
        Assert.Null(table.Load(node.Disk, "peers/peers.dat"));
        return table;
    }

    private HallNode WithTable(int count)
    {
        SeededRandom random = _hall.RandomFor("known");
        AddressManager met = new(_hall.Clock, random, new NetworkGroups());
        for (int i = 0; i < count; i++)
        {
            PeerEndpoint place = Anywhere(random);
            met.Add(place, Anywhere(random), _hall.Clock.GetUtcNow().ToUnixTimeSeconds(), AddressOrigin.Peer);
            met.Succeeded(place, default);
        }
        CrashDisk disk = new();
        met.Save(disk, "peers/peers.dat");
        return new HallNode(_hall, "8.8.8.8", disk: disk);
    }
}
