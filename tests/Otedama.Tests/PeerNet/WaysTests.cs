using System.Net;
using Otedama.Pool;
using Otedama.Tests.Ledgers;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.PeerNet;

/// <summary>How far away nodes are, and what follows from it, among whole nodes.</summary>
public sealed class WaysTests(ITestOutputHelper output)
{
    /// <summary>Three towns on a plane, in ms, and a last mile of 3 to 7 ms that the address gives.</summary>
    private static readonly (double X, double Y)[] s_towns = [(0, 0), (60, 10), (20, 120)];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Nodes_learn_where_they_are_and_tell_it(ulong seed)
    {
        Hall hall = new(seed) { Latency = OneWay };
        List<HallNode> nodes = Towns(hall, 15);
        hall.Run(45 * 60);
        double[] wrong = [.. nodes.SelectMany(Wrong).Order()];
        Say($"seed {seed}: {wrong.Length} ends of links, median {At(wrong, 0.5):P1}, p90 {At(wrong, 0.9):P1}");
        Assert.True(wrong.Length >= 15 * 4, $"{wrong.Length} ends of links");
        Assert.True(At(wrong, 0.5) < 0.1, $"median {At(wrong, 0.5):P1}");
        Assert.True(At(wrong, 0.9) < 0.3, $"p90 {At(wrong, 0.9):P1}");
        foreach (HallNode node in nodes)
        {
            ChainNetwork seen = Look(node);
            Assert.Equal($"town{Town(node.Address)}", seen.Place.Region);
            Assert.All(seen.Peers, static peer => Assert.Equal($"town{Town(IPEndPoint.Parse(peer.Address).Address)}", peer.Region));
            Assert.True(seen.Place.Coordinate.Error < 0.5, $"{seen.Place.Coordinate.Error}");
        }
    }

    /// <summary>
    /// He is near, says seventeen seconds and that he is sure of it, to all of them, for two hours: by Serf's rules alone
    /// each of his words moves a node by four seconds. As it is, the others hold each node where it belongs.
    /// </summary>
    [Fact]
    public void A_liar_drags_nobody_away()
    {
        Hall hall = new(3) { Latency = OneWay };
        List<HallNode> nodes = Towns(hall, 15);
        Stranger liar = new(hall, "13.0.200.1");
        nodes.ForEach(liar.Dial);
        Lie(hall, liar, new PeerCoord([9.9, 9.9, 9.9, 0, 0, 0, 0, 0], 1e-5, 0, "moon"), minutes: 120);
        Assert.Equal(15, liar.Open.Count);
        double away = nodes.Max(static node => Look(node).Place.Coordinate.RawTo(Coordinate.Origin));
        double[] wrong = [.. nodes.SelectMany(Wrong).Order()];
        Say($"away from the origin at most {away:F3} s; honest estimates: median {At(wrong, 0.5):P1} wrong");
        Assert.True(away < 0.4, $"{away} s");
        Assert.True(At(wrong, 0.5) < 0.2, $"median {At(wrong, 0.5):P1}");
        Assert.Contains(Look(nodes[0]).Peers, static peer => peer.Region == "moon"); // his word is shown, and no more
    }

    /// <summary>
    /// Three honest nodes, and one near that says he is in the middle and answers everything four seconds late: where
    /// nothing below tells the way, he pushes them away from there.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Who_answers_late_pushes_nobody_away_where_the_wire_tells(bool tells)
    {
        Hall hall = new(6) { Latency = OneWay, TellsWire = tells };
        List<HallNode> nodes = Towns(hall, 3);
        Stranger liar = new(hall, "13.0.200.1");
        hall.Dawdles = address => address.Equals(liar.Address) ? TimeSpan.FromSeconds(4) : TimeSpan.Zero;
        nodes.ForEach(liar.Dial);
        Lie(hall, liar, new PeerCoord([0, 0, 0, 0, 0, 0, 0, 0], 1e-5, 0, "moon"), minutes: 120);
        Assert.Equal(3, liar.Open.Count);
        double away = nodes.Max(static node => Look(node).Place.Coordinate.RawTo(Coordinate.Origin));
        Say($"away from the origin at most {away:F3} s");
        Assert.Equal(tells, away < 0.4);
    }

    /// <summary>A link that is a little late, and then in time again, brings two in less than that.</summary>
    [Fact]
    public void A_place_is_told_more_rarely_than_peers_allow()
    {
        Hall hall = new(4) { Latency = OneWay };
        List<long> told = [];
        hall.OnFrame = (from, _, seen) =>
            told.AddRange(seen.Message == PeerMessage.Coord && from.Equals(IPAddress.Parse("13.0.0.1")) ? [hall.Schedule.Now] : []);
        new Stranger(hall, "13.0.200.1").Dial(Towns(hall, 1)[0]);
        hall.Run(600);
        PeerRate rate = Assert.Single(PeerMessageRule.Of(PeerMessage.Coord)!.Rates);
        Assert.InRange(told.Count, 12, 20);
        Assert.All(told.Zip(told.Skip(1)), pair =>
            Assert.True(TimeSpan.FromTicks(pair.Second - pair.First) >= rate.Window / rate.Count * 1.1));
    }

    [Fact]
    public void A_place_that_cannot_be_costs_points_and_in_the_end_the_link()
    {
        Hall hall = new(4) { Latency = OneWay };
        HallNode node = Towns(hall, 1)[0];
        Stranger liar = new(hall, "13.0.200.1");
        liar.Dial(node);
        PeerCoord lie = new([double.NaN, 0, 0, 0, 0, 0, 0, 0], 0.1, 0.1, "");
        Lie(hall, liar, lie, minutes: 0.5);
        hall.Run(1);
        PeerRow row = Assert.Single(node.Peers);
        Assert.InRange(row.Points, 18, 20); // they fade
        Assert.Null(row.Told);
        Lie(hall, liar, lie, minutes: 5);
        Assert.Empty(node.Peers);
        Assert.Contains("coordinate", Assert.Single(liar.Ended).Text);
        Assert.Same(Coordinate.Origin, Look(node).Place.Coordinate);
    }

    /// <summary>
    /// Nothing is known at the first start: all eight are chosen by chance. Feelers and links measure, the file keeps
    /// it, and after the next start five of the eight are near ones.
    /// </summary>
    [Fact]
    public void After_a_restart_five_of_eight_are_near_and_no_more_are_chosen_for_it()
    {
        Hall hall = new(5) { Latency = static (one, other) => TimeSpan.FromMilliseconds(IsFar(one) || IsFar(other) ? 90 : 7) };
        string[] places = [.. Enumerable.Range(0, 8).Select(static i => $"12.{i}.0.1"), .. Enumerable.Range(0, 18).Select(static i => $"14.{i}.0.1")];
        places.ToList().ForEach(place => _ = new HallNode(hall, place, static options => options with { OutboundMax = 0 }));
        HallNode node = new(hall, "11.0.0.1", disk: Knowing(hall, places));
        hall.Run(60);
        Assert.Equal(8, node.Peers.Count(static peer => peer.IsOutbound) - OutboundPolicy.ChainOnlyMax);
        Assert.DoesNotContain(node.Peers, static peer => peer.IsForLatency);
        hall.Run(90 * 60);
        node.Stop();
        node = new HallNode(hall, "11.0.0.1", disk: node.Disk);
        hall.Run(60);
        PeerRow[] chosen = [.. node.Peers.Where(static peer => peer.IsForLatency)];
        string shown = string.Join(", ", chosen.Select(static peer => $"{peer.Address} {peer.RoundTrip}"));
        Say(shown);
        Assert.True(chosen.Length == 5, shown);
        Assert.True(chosen.Count(static peer => peer.RoundTrip < TimeSpan.FromMilliseconds(50)) >= 4, shown);
    }

    /// <summary>A disk with these places, as if peers had told of them.</summary>
    private static CrashDisk Knowing(Hall hall, IEnumerable<string> places)
    {
        AddressManager known = new(hall.Clock, new SeededRandom(7), new NetworkGroups());
        foreach (PeerEndpoint place in places.Select(static place => PeerEndpoint.Of(IPAddress.Parse(place), HallNode.Port)))
        {
            Assert.True(known.Add(place, place, hall.Clock.GetUtcNow().ToUnixTimeSeconds(), AddressOrigin.Peer));
        }
        CrashDisk disk = new();
        disk.CreateFolder("peers");
        known.Save(disk, Path.Combine("peers", "peers.dat"));
        return disk;
    }

    private static void Lie(Hall hall, Stranger liar, PeerCoord lie, double minutes)
    {
        byte[] body = new byte[PeerCoord.BytesMax];
        body = body[..lie.Write(body)];
        for (double said = 0; said < minutes; said += 0.5)
        {
            hall.Run(30);
            liar.Open.ToList().ForEach(session => session.Send(PeerMessage.Coord, body));
        }
    }

    private static ChainNetwork Look(HallNode node) => node.Node.Look(node.Desk.Tip.Work);

    private static bool IsFar(IPAddress address) => address.GetAddressBytes()[0] == 14;

    private static List<HallNode> Towns(Hall hall, int count) =>
    [
        .. Enumerable.Range(0, count).Select(i => new HallNode(hall, $"13.{i}.{i % 3}.1", options => options with
        {
            OutboundMax = 4,
            Bootstrap = [.. new[] { i - 1, i - 2, i - 5, i / 2 }.Where(j => j >= 0 && j < i).Distinct().Select(Contact)],
            Region = $"town{i % 3}",
        })),
    ];

    private static PeerAddress Contact(int node) =>
        PeerAddress.TryParse($"13.{node}.{node % 3}.1:{HallNode.Port}", out PeerAddress? address, out string? problem)
            ? address : throw new FormatException(problem);

    private static int Town(IPAddress address) => address.GetAddressBytes()[2] % 3;

    private static TimeSpan OneWay(IPAddress one, IPAddress other)
    {
        (double X, double Y) a = s_towns[Town(one)], b = s_towns[Town(other)];
        return TimeSpan.FromMilliseconds((Math.Sqrt(Math.Pow(a.X - b.X, 2) + Math.Pow(a.Y - b.Y, 2)) + Mile(one) + Mile(other)) / 2);
    }

    private static double Mile(IPAddress address) => 3 + (address.GetAddressBytes()[1] % 5);

    /// <summary>How far the estimates are from what was measured, of honest peers.</summary>
    private static IEnumerable<double> Wrong(HallNode node)
    {
        ChainNetwork seen = Look(node);
        return seen.Peers.Where(static peer => peer is { Told: not null, RoundTrip: not null, Region: not "moon" }).Select(peer =>
            Math.Abs(seen.Place.Coordinate.SecondsTo(peer.Told!) - peer.RoundTrip!.Value.TotalSeconds) / peer.RoundTrip.Value.TotalSeconds);
    }

    private static double At(double[] sorted, double part) => sorted[(int)(part * (sorted.Length - 1))];

    private void Say(string line) => output.WriteLine(line);
}
