using System.Collections.Concurrent;
using System.Text.Json;
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
