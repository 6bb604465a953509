using System.Collections.Concurrent;
using System.Text.Json;
using Otedama.Core;
using Otedama.Tests.App;
using Xunit;

namespace Otedama.Tests.Simulation;

/// <summary>
/// Networks of the real code by seed: after all trouble every honest node has the same tip and pays the same, what was on a
/// disk is there again, nothing that breaks a rule is taken, and nobody honest is blamed by honest ones.
/// </summary>
public sealed class NetworkTests
{
    private const int Seeds = 200;

    /// <summary>Shorter than by default, so that the suite has time for all of them.</summary>
    private const int Seconds = 40;

    [Fact]
    public void The_network_keeps_its_promises_whatever_goes_wrong()
    {
        ConcurrentBag<NetReport> broken = [];
        Parallel.For(1, Seeds + 1, new ParallelOptions { MaxDegreeOfParallelism = 2 }, seed =>
        {
            NetReport report = NetSim.Run((ulong)seed, NetOptions.Of((ulong)seed, seconds: Seconds));
            if (report.Broken is not null)
            {
                broken.Add(report);
            }
        });
        NetReport[] reports = [.. broken.OrderBy(static report => report.Seed)];
        Assert.True(reports.Length == 0, string.Join("\n\n", reports.Take(3).Select(static report => string.Join('\n', report.Lines.TakeLast(60))
            + $"\notedama chaos run --network --seconds {Seconds} --seed {report.Seed} --trace: {report.Broken}")));
    }

    /// <summary>p2p rules, section 12, row 12.</summary>
    [Fact]
    public void A_hundred_nodes_with_a_fifth_silent_are_parted_and_agree_again()
    {
        NetOptions options = new() { Nodes = 80, Hostile = 20, HostileAreSilent = true, Length = TimeSpan.FromSeconds(45), Dials = 8, Faults = TimeSpan.Zero };
        NetSim sim = new(1, options);
        sim.Begin();
        sim.RunUntil(TimeSpan.FromSeconds(15));
        sim.World.Wires.Part(Enumerable.Range(0, options.Nodes), TimeSpan.FromSeconds(30));
        sim.RunUntil(TimeSpan.FromSeconds(40));
        Assert.True(sim.Nodes.Select(static node => node.Desk.Tip.Id).Distinct().Count() > 1, "nobody was parted from anybody");
        NetReport report = sim.End();
        Assert.True(report.Broken is null, report.Broken);
    }

    /// <summary>p2p rules, section 12, row 14: two nodes that nobody can call, and one that they do.</summary>
    [Fact]
    public void Two_nodes_behind_routers_have_one_chain_by_way_of_a_third()
    {
        NetOptions options = new() { Nodes = 3, Hidden = 2, Length = TimeSpan.FromMinutes(2), Faults = TimeSpan.Zero };
        NetSim sim = new(3, options);
        sim.Begin();
        NetReport report = sim.End();
        Assert.True(report.Broken is null, report.Broken);
        Assert.Equal([2, 1, 1], sim.Nodes.Select(static node => node.PeerCount));
        Assert.All(sim.Nodes, node => Assert.Contains(node.Payout, sim.Nodes[0].Desk.Look(static chain => chain.Newest().Select(static share => share.Core.Payout).ToHashSet())));
    }

    /// <summary>Share chain rules, section 11, upgrade split: other rules are another chain, whose nodes are told apart by its id.</summary>
    [Fact]
    public void Nodes_with_other_rules_are_turned_away_and_both_chains_go_on()
    {
        NetOptions options = new() { Nodes = 8, Others = 3, Known = 6, AllSolo = true, Length = TimeSpan.FromMinutes(3), Faults = TimeSpan.Zero };
        NetSim sim = new(4, options);
        sim.Begin();
        NetReport report = sim.End();
        Assert.True(report.Broken is null, report.Broken);
        NetNode[] old = [.. sim.Nodes.Where(node => node.Rules == sim.World.Parameters)], changed = [.. sim.Nodes.Except(old)];
        Assert.Equal((5, 3), (old.Length, changed.Length));
        Assert.True(report.Bans > 0 && old[0].Desk.Tip.Height > 5 && changed[0].Desk.Tip.Height > 2, $"{report.Bans} bans");
        Assert.Empty(PayeesOf(old).Intersect(changed.Select(static node => node.Payout)));
        Assert.Empty(PayeesOf(changed).Intersect(old.Select(static node => node.Payout)));
        Assert.All(sim.Nodes, static node => Assert.InRange(node.PeerCount, 1, 7));
    }

    /// <summary>
    /// Share chain rules, section 11, junk transactions: three of ten commit to lists that nobody has, and answer with others.
    /// </summary>
    [Fact]
    public void Some_who_lie_about_transactions_are_found_out_within_an_hour_and_nobody_else_is_blamed()
    {
        NetOptions options = new() { Nodes = 10, Liars = 3, Audits = true, Length = TimeSpan.FromHours(1), Faults = TimeSpan.Zero, IsTraced = false };
        NetSim sim = new(2, options);
        sim.Begin();
        NetReport report = sim.End();
        Assert.True(report.Broken is null, report.Broken);
        (long Good, long Bad, long Unknown) all = default;
        foreach (NetNode node in sim.Nodes)
        {
            (long good, long bad, long unknown) = node.Audited;
            all = (all.Good + good, all.Bad + bad, all.Unknown + unknown);
        }
        Assert.True(all is { Good: > 0, Bad: > 0 }, all.ToString());
        int found = Enumerable.Range(0, options.Liars).Count(liar => sim.Nodes.Any(node =>
            sim.World.Audit.Blames.HasBlamed(node.Number, NetWorld.PlaceOf(liar).Address, 1)));
        Assert.True(found > 0, $"no liar was found; {all}");
    }

    /// <summary>
    /// Share chain rules, section 11, eclipse: after an hour among all others a node has a link only to one that shows it a chain
    /// with an eighth of the work. A quarter, which difficulty soon follows, is not noticed by reckoning; it was not run.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Who_is_shown_a_slower_chain_only_is_alarmed_within_fifteen_minutes(int seed)
    {
        const int Victim = 7, Begins = 75;
        NetOptions options = new() { Nodes = 8, AllSolo = true, Window = 200, Length = TimeSpan.FromMinutes(100), Faults = TimeSpan.Zero, IsTraced = false }; // 70 minutes of shares are kept
        NetSim sim = new((ulong)seed, options);
        sim.Begin();
        for (int minute = 1; minute <= Begins; minute++)
        {
            sim.RunUntil(TimeSpan.FromMinutes(minute));
            Assert.DoesNotContain(sim.Nodes, static node => node.HasAlarm);
        }
        uint before = sim.Nodes[Victim].Desk.Tip.Height;
        sim.World.Wires.Enclose([Victim - 1, Victim], TimeSpan.FromHours(1));
        int alarm = Begins;
        while (!sim.Nodes[Victim].HasAlarm && alarm < options.Length.TotalMinutes)
        {
            sim.RunUntil(TimeSpan.FromMinutes(++alarm));
        }
        Assert.InRange(alarm - Begins, 1, 15);
        Assert.True(sim.Nodes[Victim].Desk.Tip.Height > before && sim.Nodes[Victim].PeerCount > 0, "it was shown nothing at all");
        NetReport report = sim.End();
        Assert.True(report.Broken is null, report.Broken);
    }

    /// <summary>
    /// A node whose coin node does not offer a share's block, or not any more, does not believe in the share until it does, or until
    /// another share names it. Nobody is late otherwise.
    /// </summary>
    [Fact]
    public void A_share_comes_late_only_to_a_node_whose_coin_node_does_not_offer_its_block()
    {
        NetOptions options = new()
        {
            Nodes = 16,
            Dials = 8,
            Known = 4,
            Length = TimeSpan.FromMinutes(12),
            Spacing = TimeSpan.FromSeconds(5),
            Faults = TimeSpan.Zero,
            SkewMs = 500,
            CoinLate = TimeSpan.FromSeconds(4),
            IsTraced = false,
        };
        NetSim sim = new(3, options);
        sim.Begin();
        sim.RunUntil(TimeSpan.FromMinutes(1));
        long joined = sim.World.Schedule.Now;
        NetReport report = sim.End();
        Assert.True(report.Broken is null, report.Broken);
        TimeSpan usual = TimeSpan.FromSeconds(1);
        (ChainShare Share, int Node, long At)[] late = [.. sim.World.Audit.Late(usual).Where(each => each.At > joined)];
        Assert.NotEmpty(late);
        Assert.All(late, each =>
        {
            NetCoinView coin = sim.Nodes[each.Node].Coin;
            Hash256 on = each.Share.Work.Header.PreviousHash;
            (long? offered, long? passed) = (coin.OfferedAt(on), coin.PassedAt(on));
            Assert.True(offered is null || each.At - offered < usual.Ticks || passed < each.At, $"{each}: its coin block was offered at {offered} and forgotten at {passed}");
        });
    }

    private static HashSet<PayoutKey> PayeesOf(IEnumerable<NetNode> nodes) => [.. nodes.SelectMany(static node =>
        node.Desk.Look(static chain => chain.Newest().Select(static share => share.Core.Payout).ToArray()))];

    [Fact]
    public void A_seed_is_a_run()
    {
        NetReport first = NetSim.Run(7, NetOptions.Of(7, seconds: 30), keepTrace: true), again = NetSim.Run(7, NetOptions.Of(7, seconds: 30));
        Assert.Equal((first.TraceHash, first.Steps, first.Shares), (again.TraceHash, again.Steps, again.Shares));
        Assert.NotEqual(first.TraceHash, NetSim.Run(8, NetOptions.Of(8, seconds: 30)).TraceHash);
        Assert.True(first.Lines.Count >= again.Lines.Count && first.Shares > 0 && first.Height > 0);
    }

    [Fact]
    public void A_disk_that_lies_is_found_out()
    {
        IEnumerable<NetReport> reports = Enumerable.Range(1, 20)
            .Select(static seed => NetSim.Run((ulong)seed, NetOptions.Of((ulong)seed, nodes: 3) with { DisksLie = true }));
        Assert.Contains(reports, static report => report.Broken?.Contains("safe on its disk", StringComparison.Ordinal) == true
            || report.Broken?.Contains("holds no node key", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task The_verb_prints_a_run_or_one_line_and_json()
    {
        CliResult run = await Cli.RunAsync(["chaos", "run", "--network", "--nodes", "3", "--seed", "7", "--seconds", "20", "--trace"]);
        Assert.Equal(0, run.Code);
        Assert.Contains("node0     starts, life 1", run.Out);
        Assert.Contains("\nseed 7  good  trace ", run.Out);
        CliResult two = await Cli.RunAsync(["chaos", "run", "--network", "--nodes", "3", "--seeds", "7..8", "--seconds", "20", "--json"]);
        using JsonDocument answer = JsonDocument.Parse(two.Out);
        JsonElement runs = answer.RootElement.GetProperty("runs");
        Assert.Equal((2, 0), (runs.GetArrayLength(), answer.RootElement.GetProperty("failed").GetInt32()));
        Assert.Contains($"trace {runs[0].GetProperty("trace_hash").GetString()}", run.Out);
    }

    [Theory]
    [InlineData("--nodes is 1;", "--network", "--nodes", "1")]
    [InlineData("--nodes is 1001;", "--network", "--nodes", "1001")]
    [InlineData("say --network too", "--nodes", "5")]
    public async Task What_cannot_be_run_is_said_before_anything_runs(string said, params string[] arguments)
    {
        CliResult result = await Cli.RunAsync(["chaos", "run", .. arguments]);
        Assert.Equal(2, result.Code);
        Assert.Empty(result.Out);
        Assert.Contains(said, result.Error);
    }
}
