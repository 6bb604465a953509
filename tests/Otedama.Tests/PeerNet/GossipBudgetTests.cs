using Otedama.Pool;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.PeerNet;

/// <summary>p2p.gossip_budget from a file to what a whole node says.</summary>
public sealed class GossipBudgetTests
{
    private const string Pool = "node: {mode: external, coin: btc, urls: [\"http://127.0.0.1:1\"]}\n"
        + "pool: {address: 1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2}\n";

    /// <summary>Thirty shares of half a KiB in a minute to eight peers are 2 KiB a second.</summary>
    [Theory]
    [InlineData("gossip_budget: 1, ", 1 << 10, true)]
    [InlineData("gossip_budget: 8, ", 8 << 10, false)]
    [InlineData("", 64 << 10, false)]
    public void Above_the_budget_of_the_file_shares_are_announced(string setting, long bytes, bool announces)
    {
        PeerNodeOptions read = Read($"{Pool}p2p: {{{setting}enabled: true, nat: off}}\n");
        Assert.Equal(bytes, read.GossipBudget);
        Hall hall = new(8);
        HallNode node = new(hall, "20.0.0.1", options => options with { GossipBudget = read.GossipBudget });
        HallNode[] others = [.. Enumerable.Range(1, 8).Select(i => new HallNode(
            hall, $"20.{i}.0.1", options => options with { Bootstrap = [node.Named], OutboundMax = 1 }))];
        hall.Run(30);
        Assert.Equal(8, node.Peers.Count);
        Dictionary<PeerMessage, int> said = [];
        hall.OnFrame = (from, _, frame) =>
        {
            if (from.Equals(node.Address))
            {
                said[frame.Message] = said.GetValueOrDefault(frame.Message) + 1;
            }
        };
        for (int i = 0; i < 30; i++)
        {
            node.Mine();
            hall.Run(1);
        }
        Assert.Equal(announces, node.Node.Chain.IsHybrid);
        Assert.Equal(announces, said.ContainsKey(PeerMessage.Inv));
        Assert.InRange(said[PeerMessage.Share], 8, 8 * 30);
        hall.Run(2);
        Assert.All(others, other => Assert.Equal(node.Desk.Tip.Id, other.Desk.Tip.Id));
    }

    private static PeerNodeOptions Read(string file)
    {
        using TempFolder folder = new();
        Configuration configuration = ConfigurationLoader.Load(folder.File("otedama.yaml", file), [], new Dictionary<string, string>());
        InstancePlan plan = InstancePlan.Make(configuration, Roles.Pool, new Dictionary<string, string>());
        return PartOptions.Pool(plan.Pools[0], 3333, node: null).Peers!;
    }
}
