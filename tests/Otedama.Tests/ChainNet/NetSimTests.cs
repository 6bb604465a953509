using Otedama.Core;
using Xunit;

namespace Otedama.Tests.ChainNet;

/// <summary>
/// Networks of the real code: after all trouble every honest node has the same tip within 30 seconds and pays the same,
/// nobody passes on what is not valid, and nobody honest is blamed by honest ones.
/// </summary>
public sealed class NetSimTests
{
    [Theory]
    [MemberData(nameof(Seeds), 0, 20)]
    public void Nodes_agree_after_faults(int seed) => Hold(new NetSim((ulong)seed, new NetOptions()));

    [Theory]
    [MemberData(nameof(Seeds), 100, 12)]
    public void Nodes_agree_among_hostile_peers(int seed) => Hold(new NetSim((ulong)seed, new NetOptions { Hostile = 4 }));

    [Theory]
    [MemberData(nameof(Seeds), 200, 4)]
    public void A_hundred_nodes_with_a_fifth_silent_agree(int seed)
    {
        NetOptions options = new() { Nodes = 80, Hostile = 20, Length = TimeSpan.FromMinutes(1), Dials = 8 };
        Hold(new NetSim((ulong)seed, options));
    }

    /// <summary>Bits of a coin that is sixteen times as hard as the easiest share: several blocks are found.</summary>
    private const uint EasyCoin = 0x200fffff;

    [Fact]
    public void A_found_block_goes_to_the_coin_nodes_of_eight_others()
    {
        NetOptions options = new() { Nodes = 20, Dials = 8, Faults = TimeSpan.Zero, CoinBits = EasyCoin, SkewMs = 500 };
        NetSim sim = new NetSim(7, options).Run();
        Assert.True(sim.Broken is null, sim.Broken);
        (int Finder, int Others)[] blocks = [.. sim.Audit.Blocks.Skip(3)]; // links were being made during the first
        Assert.True(blocks.Length >= 3, $"{blocks.Length} blocks");
        Assert.True(blocks.Count(static block => block.Others >= 8) >= blocks.Length * 0.8, string.Join(' ', blocks));
    }

    [Theory]
    [MemberData(nameof(Seeds), 300, 6)]
    public void Only_real_blocks_reach_coin_nodes_among_hostile_peers(int seed)
    {
        NetSim sim = new((ulong)seed, new NetOptions { Hostile = 4, CoinBits = EasyCoin });
        Hold(sim);
        Assert.Contains(sim.Audit.Blocks, static block => block.Others >= 3);
    }

    /// <summary>A budget that is always exceeded.</summary>
    [Theory]
    [MemberData(nameof(Seeds), 400, 6)]
    public void Nodes_that_announce_agree_too(int seed)
    {
        NetSim sim = new((ulong)seed, new NetOptions { Hostile = 2, GossipBudget = 1 });
        Hold(sim);
        Assert.Contains(sim.Nodes, static node => node.Links.IsHybrid);
    }

    [Fact]
    public void The_faults_happen_and_two_nodes_are_enough()
    {
        NetSim sim = new NetSim(1, new NetOptions { Nodes = 2, Length = TimeSpan.FromMinutes(20) }).Run();
        Assert.Null(sim.Broken);
        Assert.True(sim.Ends > 2 && sim.Audit.Made > 50, $"{sim.Ends} ends, {sim.Audit.Made} shares");
    }

    [Fact]
    public void One_seed_is_one_run()
    {
        Hash256[] tips = [.. Enumerable.Range(0, 2).Select(static _ => new NetSim(5, new NetOptions()).Run().Nodes[0].Desk.Tip.Id)];
        Assert.Equal(tips[0], tips[1]);
    }

    private static void Hold(NetSim sim) => Assert.True(sim.Run().Broken is null, sim.Broken);

    public static TheoryData<int> Seeds(int first, int count) => [.. Enumerable.Range(first, count)];
}
