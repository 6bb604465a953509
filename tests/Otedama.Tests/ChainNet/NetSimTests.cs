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
    public void Nodes_agree_after_faults(int seed) => Assert.Null(new NetSim((ulong)seed, new NetOptions()).Run().Broken);

    [Theory]
    [MemberData(nameof(Seeds), 100, 12)]
    public void Nodes_agree_among_hostile_peers(int seed) => Assert.Null(new NetSim((ulong)seed, new NetOptions { Hostile = 4 }).Run().Broken);

    [Theory]
    [MemberData(nameof(Seeds), 200, 4)]
    public void A_hundred_nodes_with_a_fifth_silent_agree(int seed)
    {
        NetOptions options = new() { Nodes = 80, Hostile = 20, Length = TimeSpan.FromMinutes(1), Dials = 8 };
        Assert.Null(new NetSim((ulong)seed, options).Run().Broken);
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

    public static TheoryData<int> Seeds(int first, int count) => [.. Enumerable.Range(first, count)];
}
