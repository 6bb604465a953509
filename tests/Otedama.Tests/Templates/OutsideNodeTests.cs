using Otedama.Core;
using Otedama.Pool;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Templates;

/// <summary>
/// Mines on a regtest node started by hand: OTEDAMA_TEST_NODE=http://user:password@127.0.0.1:18443. Blocks pay
/// OTEDAMA_TEST_SCRIPT (hex of an output script), else anyone can spend them.
/// </summary>
public class OutsideNodeTests
{
    [Fact]
    public async Task A_node_outside_accepts_100_blocks_in_a_row()
    {
        string? url = Environment.GetEnvironmentVariable("OTEDAMA_TEST_NODE");
        Assert.SkipWhen(string.IsNullOrEmpty(url), "OTEDAMA_TEST_NODE is not set; no outside node was checked");
        string script = Environment.GetEnvironmentVariable("OTEDAMA_TEST_SCRIPT") ?? "51";
        await using ChainMiner miner = new(RpcEndpoint.Parse(url), Algorithm.Sha256d, ["segwit"], Hex.Decode(script));
        uint generation = 0;
        int transactions = 0;
        for (int i = 0; i < 100; i++)
        {
            (PoolJob job, Hash256 id, _) = await miner.MineAsync(generation);
            generation = job.Job.Generation;
            transactions += job.Template.Transactions.Count;
            Assert.Equal(id.ToString(), (await miner.CallAsync("getbestblockhash")).GetString());
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"100 blocks, {transactions} transactions, proposal: {miner.Source.ProposalProblem ?? "fits"}");
    }
}
