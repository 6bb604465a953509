using System.Net;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.Addresses;
using Otedama.Tests.Ledgers;
using Otedama.Wire;
using Xunit;
using static Otedama.Tests.Addresses.Places;

namespace Otedama.Tests.PeerNet;

/// <summary>Peer management of a running PeerNode: who is let in, who goes, who is tried, what is kept.</summary>
public sealed class PeerNetTests
{
    /// <summary>
    /// Attackers are of one /16, near, at different addresses and in different /24; honest peers are of twenty networks
    /// and far. Who was put out comes again, attackers and honest alike.
    /// </summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 100)]
    [InlineData(3, 200)]
    public void Two_hundred_attackers_of_one_network_do_not_displace_twenty_others(ulong seed, int attackersFirst)
    {
        Hall hall = new(seed)
        {
            Latency = static (one, other) => TimeSpan.FromMilliseconds(IsAttacker(one) || IsAttacker(other) ? 1 : 150),
        };
        HallNode node = new(hall, "8.8.8.8");
        Stranger[] attackers = [.. Enumerable.Range(0, 200).Select(i => new Stranger(hall, $"45.1.{i}.{1 + i}"))];
        Stranger[] honest = [.. Enumerable.Range(0, 20).Select(i => new Stranger(hall, $"{60 + i}.7.1.1"))];
        Come(hall, node, attackers[..attackersFirst]);
        Come(hall, node, honest);
        Come(hall, node, attackers[attackersFirst..]);
        hall.Run(60);
        Come(hall, node, [.. attackers.Where(static one => one.Open.Count == 0)]);
        hall.Run(60);
        Assert.Equal(117, node.Peers.Count);
        Assert.True(honest.Count(static peer => peer.Open.Count == 1) >= 18, $"{honest.Count(static peer => peer.Open.Count == 1)}");
        PeerBye[] byes = [.. attackers.SelectMany(static one => one.Ended)];
        Assert.NotEmpty(byes);
        Assert.All(byes, static bye => Assert.Equal(PeerByeCode.Full, bye.Code));
        Assert.Contains(byes, static bye => bye.Text.Contains("all 117 places are taken", StringComparison.Ordinal));
    }

    [Fact]
    public void A_third_link_of_an_address_and_a_ninth_of_its_network_are_refused_with_the_reason()
    {
        Hall hall = new(1);
        HallNode node = new(hall, "8.8.8.8");
        Stranger[] one = [.. Enumerable.Range(0, 9).Select(i => new Stranger(hall, $"45.1.2.{i + 1}"))];
        Come(hall, node, one);
        Assert.Equal(8, node.Peers.Count);
        PeerBye bye = Assert.Single(one.SelectMany(static stranger => stranger.Ended));
        Assert.Equal(PeerByeCode.Full, bye.Code);
        Assert.Contains("8 are allowed", bye.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("four long words together", false)]
    public void Who_has_not_proved_that_he_knows_the_pass_is_not_told_of_the_chain(string pass, bool isTold)
    {
        Hall hall = new(1);
        ChainParameters rules = EasyShares.Parameters(window: 40, pass: pass);
        HallNode node = new(hall, "8.8.8.8", rules: rules);
        node.Mine();
        Stranger member = new(hall, "45.1.2.3", rules: rules);
        Come(hall, node, [member]);
        PeerHello hello = member.Open[0].Hello!;
        Assert.Equal(isTold ? node.Desk.Tip.Id : Hash256.Zero, hello.TipId);
        Assert.Equal(isTold, hello.CoinHeight > 0);
        hall.Run(6);
        PeerTip tip = PeerTip.Read(member.Heard.Last(static heard => heard.Message == PeerMessage.Tip).Body);
        Assert.Equal(node.Desk.Tip.Id, tip.Id);
        Assert.Contains(member.Heard, static heard => heard.Message == PeerMessage.CoinTip);
    }

    [Fact]
    public void Addresses_that_the_operator_allows_have_no_limit_and_are_never_put_out()
    {
        Hall hall = new(1);
        HallNode node = new(hall, "8.8.8.8", options => options with
        {
            InboundMax = 12,
            Allowed = [IPNetwork.Parse("10.0.0.0/8")],
        });
        Stranger[] own = [.. Enumerable.Range(0, 12).Select(i => new Stranger(hall, $"10.0.0.{i + 1}"))];
        Come(hall, node, own);
        Stranger late = new(hall, "45.1.2.3");
        Come(hall, node, [late]);
        Assert.All(own, static one => Assert.Single(one.Open));
        Assert.Contains("nobody who has one has to go", Assert.Single(late.Ended).Text, StringComparison.Ordinal);
    }

    /// <summary>
    /// All ten links go to nodes whose chain stands still; the one honest node is in the table of those that answered
    /// before. Four intervals of ten seconds, a link, a minute of trial.
    /// </summary>
    [Fact]
    public void A_node_whose_chain_stands_still_tries_one_more_and_keeps_it_for_its_work()
    {
        Hall hall = new(5);
        HallNode honest = new(hall, "99.1.1.1");
        Mine(hall, honest, 5);
        Stranger[] stuck = [.. Enumerable.Range(0, 10).Select(i => new Stranger(hall, $"{60 + i}.7.1.1", listens: true))];
        HallNode node = Surrounded(hall, stuck, PeerEndpoint.Of(honest.Address, HallNode.Port), honest.Node.Id);
        hall.Run(30);
        Assert.Equal(10, node.Peers.Count(static peer => peer.IsOutbound));
        Assert.DoesNotContain(node.Peers, peer => peer.Id == honest.Node.Id.ToString());
        hall.Run(150);
        Assert.Equal(honest.Desk.Tip, node.Desk.Tip);
        Assert.Contains(node.Peers, peer => peer.Id == honest.Node.Id.ToString());
        Assert.Equal(10, node.Peers.Count(static peer => peer.IsOutbound));
        PeerBye bye = Assert.Single(stuck.SelectMany(static one => one.Ended));
        Assert.Equal(PeerByeCode.Full, bye.Code);
        Mine(hall, honest, 3);
        Assert.Equal(honest.Desk.Tip, node.Desk.Tip);
    }

    [Fact]
    public void Work_that_is_only_claimed_displaces_nobody()
    {
        Hall hall = new(6);
        Stranger liar = new(hall, "99.1.1.1", listens: true)
        {
            Describes = static hello => hello with
            {
                TipId = new Hash256([.. Enumerable.Repeat((byte)9, 32)]),
                TipHeight = 9_999,
                TipWork = UInt128.One << 90,
            },
        };
        Stranger[] others = [.. Enumerable.Range(0, 10).Select(i => new Stranger(hall, $"{60 + i}.7.1.1", listens: true))];
        HallNode node = Surrounded(hall, others, liar.Place, liar.Id);
        hall.Run(60);
        Assert.Single(liar.Open);
        hall.Run(900);
        Assert.NotEmpty(liar.Ended);
        Assert.All(others, static other => Assert.Single(other.Open));
    }

    /// <summary>The other one has room for one, and that one stays.</summary>
    [Fact]
    public void A_feeler_finds_out_who_answers_and_takes_nobodys_place()
    {
        Hall hall = new(8);
        HallNode far = new(hall, "99.1.1.1", options => options with { InboundMax = 1, OutboundMax = 0 });
        Stranger guest = new(hall, "45.1.1.1"), teller = new(hall, "46.1.1.1");
        Come(hall, far, [guest]);
        Stranger[] others = [.. Enumerable.Range(0, 10).Select(i => new Stranger(hall, $"{60 + i}.7.1.1", listens: true))];
        HallNode node = Surrounded(hall, others, At("99.2.1.1"), default);
        List<PeerMessage> said = [];
        hall.OnFrame = (from, to, frame) => said.AddRange(from.Equals(node.Address) && to.Equals(far.Address) ? [frame.Message] : []);
        Come(hall, node, [teller]);
        teller.Tell([PeerEndpoint.Of(far.Address, HallNode.Port)]);
        hall.Run(3600);
        Assert.Equal(PeerMessage.Bye, said[0]); // later it is tried as one more, since nobody finds shares
        Assert.Single(guest.Open);
        node.Stop();
        AddressManager kept = new(hall.Clock, hall.RandomFor("kept"), new NetworkGroups());
        Assert.Null(kept.Load(node.Disk, "peers/peers.dat"));
        Assert.Equal((0, 2), kept.Count());
    }

    [Fact]
    public void Anchors_are_kept_by_a_clean_stop_only_and_tried_first()
    {
        Hall hall = new(7);
        HallNode[] others = [.. Enumerable.Range(0, 12).Select(i => new HallNode(hall, $"{60 + i}.7.1.1"))];
        CrashDisk disk = new();
        HallNode first = new(hall, "8.8.8.8", options => options with { Bootstrap = [.. others[..8].Select(static one => one.Named)] }, disk);
        foreach (HallNode other in others[8..])
        {
            Stranger teller = new(hall, $"120.{other.Address.GetAddressBytes()[0]}.1.1");
            teller.Dial(first);
            hall.Run(2);
            teller.Tell([PeerEndpoint.Of(other.Address, HallNode.Port)]);
        }
        hall.Run(60);
        Assert.False(disk.Exists("peers/anchors.dat"));
        first.Stop();
        string[] anchors = Lines(disk);
        Assert.Equal(2, anchors.Length);
        hall.Dials.Clear();
        HallNode second = new(hall, "8.8.4.4", disk: disk);
        hall.Run(1);
        Assert.Equal(anchors.Select(static line => line.Split(' ')[1]).Order(), hall.Dials
            .Where(dial => dial.From.Equals(second.Address)).Take(2).Select(static dial => dial.To.ToString()).Order());
        Assert.False(disk.Exists("peers/anchors.dat"));
        hall.Run(60);
        second.Kill();
        Assert.False(disk.Exists("peers/anchors.dat"));
    }

    private static string[] Lines(CrashDisk disk) => System.Text.Encoding.ASCII
        .GetString(disk.ReadWhole("peers/anchors.dat")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>A node with links to these ten alone, that has met one more before.</summary>
    private static HallNode Surrounded(Hall hall, Stranger[] others, PeerEndpoint known, NodeId id)
    {
        CrashDisk disk = new();
        AddressManager met = new(hall.Clock, hall.RandomFor("met"), new NetworkGroups());
        met.Add(known, known, hall.Clock.GetUtcNow().ToUnixTimeSeconds(), AddressOrigin.Peer);
        met.Succeeded(known, id);
        met.Save(disk, "peers/peers.dat");
        hall.Run(700); // nobody is tried twice in ten minutes
        Anchors.Keep(disk, "peers/anchors.dat", [.. others[..2].Select(static one => new Anchor(one.Place, one.Id))]);
        return new HallNode(hall, "8.8.8.8",
            options => options with { Bootstrap = [.. others[2..].Select(static one => one.Named)] }, disk);
    }

    private static void Mine(Hall hall, HallNode node, int shares)
    {
        for (int i = 0; i < shares; i++)
        {
            hall.Run(10);
            node.Mine();
        }
        hall.Run(5);
    }

    private static void Come(Hall hall, HallNode node, Stranger[] strangers)
    {
        foreach (Stranger one in strangers)
        {
            one.Dial(node);
            hall.Run(0.5);
        }
        hall.Run(2);
    }

    private static bool IsAttacker(IPAddress address) => address.GetAddressBytes()[0] == 45;
}
