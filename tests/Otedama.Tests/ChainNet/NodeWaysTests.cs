using System.Net;
using Otedama.Pool;
using Otedama.Tests.Ledgers;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.ChainNet;

/// <summary>How far away nodes are, and what follows from it, among whole nodes.</summary>
public sealed class NodeWaysTests(ITestOutputHelper output)
{
    /// <summary>Three towns on a plane, in ms, and a last mile of up to 4 ms that the address gives.</summary>
    private static readonly (double X, double Y)[] s_towns = [(0, 0), (60, 10), (20, 120)];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Nodes_learn_where_they_are_and_tell_it(ulong seed)
    {
        NodeWorld world = new(seed, TownWay);
        List<WorldNode> nodes = Towns(world, 15);
        world.Run(TimeSpan.FromMinutes(45));
        double[] wrong = [.. nodes.SelectMany(node => Wrong(node)).Order()];
        Assert.True(wrong.Length >= 15 * 5, $"{wrong.Length} links");
        Say($"seed {seed}: {wrong.Length} links, median {wrong[wrong.Length / 2]:P1}, p90 {wrong[wrong.Length * 9 / 10]:P1}");
        Assert.True(wrong[wrong.Length / 2] < 0.1, $"median {wrong[wrong.Length / 2]:P1}");
        Assert.True(wrong[wrong.Length * 9 / 10] < 0.3, $"p90 {wrong[wrong.Length * 9 / 10]:P1}");
        foreach (WorldNode node in nodes)
        {
            ChainNetwork seen = node.Look();
            Assert.Equal($"town{Town(node.Address)}", seen.Place.Region);
            Assert.All(seen.Peers, peer => Assert.Equal($"town{Town(IPEndPoint.Parse(peer.Address).Address)}", peer.Region));
            Assert.True(seen.Place.Coordinate.Error < 0.5, $"{seen.Place.Coordinate.Error}");
        }
    }

    /// <summary>
    /// He is near, says seventeen seconds and that he is sure of it, to all of them, for six hours: by Serf's rules alone
    /// each of his words moves a node by four seconds. As it is, the others hold each node where it belongs.
    /// </summary>
    [Fact]
    public void A_liar_drags_nobody_away()
    {
        NodeWorld world = new(3, TownWay);
        List<WorldNode> nodes = Towns(world, 15);
        WorldLiar liar = new(world, "13.0.200.1", new PeerCoord([9.9, 9.9, 9.9, 0, 0, 0, 0, 0], 1e-5, 0, "moon"));
        nodes.ForEach(liar.Dial);
        world.Run(TimeSpan.FromHours(6));
        Assert.Equal(15, liar.Open);
        double[] away = [.. nodes.Select(static node => node.Look().Place.Coordinate.RawTo(Coordinate.Origin)).Order()];
        double[] wrong = [.. nodes.SelectMany(Wrong).Order()];
        Say($"away from the origin at most {away[^1]:F3} s; honest estimates: median {wrong[wrong.Length / 2]:P1} wrong");
        Assert.True(away[^1] < 0.4, $"{away[^1]} s");
        Assert.True(wrong[wrong.Length / 2] < 0.35, $"median {wrong[wrong.Length / 2]:P1}");
        Assert.Contains(nodes[0].Look().Peers, static peer => peer.Region == "moon"); // his word is shown, and no more
    }

    [Fact]
    public void A_place_that_cannot_be_costs_points_and_in_the_end_the_link()
    {
        NodeWorld world = new(4, TownWay);
        WorldNode node = Towns(world, 1)[0];
        WorldLiar liar = new(world, "13.0.200.1", new PeerCoord([double.NaN, 0, 0, 0, 0, 0, 0, 0], 0.1, 0.1, ""));
        liar.Dial(node);
        world.Run(TimeSpan.FromSeconds(35));
        PeerRow row = Assert.Single(node.Look().Peers);
        Assert.InRange(row.Points, 18, 20); // they fade
        Assert.Null(row.Told);
        world.Run(TimeSpan.FromMinutes(5));
        Assert.Empty(node.Look().Peers);
        Assert.Contains("coordinate", Assert.Single(liar.Byes).Text);
        Assert.Same(Coordinate.Origin, node.Look().Place.Coordinate);
    }

    /// <summary>
    /// Nothing is known at the first start: all eight are chosen by chance. Feelers and links measure, the file keeps
    /// it, and after the next start five of the eight are near ones.
    /// </summary>
    [Fact]
    public void After_a_restart_five_of_eight_are_near_and_no_more_are_chosen_for_it()
    {
        NodeWorld world = new(5, static (one, other) => IsFar(one) || IsFar(other) ? 180 : 14);
        string[] places = [.. Enumerable.Range(0, 12).Select(static i => $"12.{i}.0.1"), .. Enumerable.Range(0, 36).Select(static i => $"14.{i}.0.1")];
        places.ToList().ForEach(place => _ = new WorldNode(world, place, static options => options with { OutboundMax = 0 }));
        WorldNode node = new(world, "11.0.0.1", static options => options, Knowing(world, places));
        world.Run(TimeSpan.FromMinutes(1));
        Assert.Equal(8, node.Look().Peers.Count(static peer => peer.IsOutbound) - OutboundPolicy.ChainOnlyMax);
        Assert.DoesNotContain(node.Look().Peers, static peer => peer.IsForLatency);
        world.Run(TimeSpan.FromHours(3));
        node = Again(world, node);
        world.Run(TimeSpan.FromMinutes(1));
        PeerRow[] chosen = [.. node.Look().Peers.Where(static peer => peer.IsForLatency)];
        Assert.Equal(5, chosen.Length);
        Assert.True(chosen.Count(static peer => peer.RoundTrip < TimeSpan.FromMilliseconds(50)) >= 4,
            string.Join(", ", chosen.Select(static peer => $"{peer.Address} {peer.RoundTrip}")));
        Assert.Equal(10, node.Look().Peers.Count(static peer => peer.IsOutbound));
    }

    private static WorldNode Again(NodeWorld world, WorldNode node)
    {
        node.End();
        return new WorldNode(world, node.Address.ToString(), static options => options, node.Disk);
    }

    /// <summary>A disk with these places, as if peers had told of them.</summary>
    private static CrashDisk Knowing(NodeWorld world, IEnumerable<string> places)
    {
        SimClock clock = new(world.Schedule, new SimLife(world.Schedule, "before"));
        AddressManager known = new(clock, new SeededRandom(7), new NetworkGroups());
        foreach (PeerEndpoint place in places.Select(static place => PeerEndpoint.Of(IPAddress.Parse(place), WorldNode.Port)))
        {
            Assert.True(known.Add(place, place, clock.GetUtcNow().ToUnixTimeSeconds(), AddressOrigin.Peer));
        }
        CrashDisk disk = new();
        disk.CreateFolder(WorldNode.Folder);
        known.Save(disk, Path.Combine(WorldNode.Folder, "peers.dat"));
        return disk;
    }

    private static bool IsFar(IPAddress address) => address.GetAddressBytes()[0] == 14;

    private static List<WorldNode> Towns(NodeWorld world, int count)
    {
        return
        [
            .. Enumerable.Range(0, count).Select(i => new WorldNode(world, $"13.{i}.{i % 3}.1", options => options with
            {
                OutboundMax = 4,
                Bootstrap = [.. new[] { i - 1, i - 2, i - 5, i / 2 }.Where(j => j >= 0 && j < i).Distinct().Select(Contact)],
                Region = $"town{i % 3}",
            })),
        ];
    }

    private static PeerAddress Contact(int node) =>
        PeerAddress.TryParse($"13.{node}.{node % 3}.1:{WorldNode.Port}", out PeerAddress? address, out string? problem)
            ? address! : throw new FormatException(problem);

    private static int Town(IPAddress address) => address.GetAddressBytes()[2] % 3;

    private static double TownWay(IPAddress one, IPAddress other)
    {
        (double X, double Y) a = s_towns[Town(one)], b = s_towns[Town(other)];
        return Math.Sqrt(Math.Pow(a.X - b.X, 2) + Math.Pow(a.Y - b.Y, 2)) + Mile(one) + Mile(other);
    }

    private static double Mile(IPAddress address) => 3 + (address.GetAddressBytes()[1] % 5);

    /// <summary>How far the estimates are from what was measured, of honest peers.</summary>
    private static IEnumerable<double> Wrong(WorldNode node)
    {
        ChainNetwork seen = node.Look();
        return seen.Peers.Where(static peer => peer is { Told: not null, RoundTrip: not null, Region: not "moon" }).Select(peer =>
            Math.Abs(seen.Place.Coordinate.SecondsTo(peer.Told!) - peer.RoundTrip!.Value.TotalSeconds) / peer.RoundTrip.Value.TotalSeconds);
    }

    private void Say(string line) => output.WriteLine(line);
}
