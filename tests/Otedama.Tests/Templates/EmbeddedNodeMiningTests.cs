using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Node;
using Otedama.Pool;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Templates;

public class EmbeddedNodeMiningTests
{
    [Fact]
    public async Task The_embedded_chain_accepts_100_blocks_in_a_row_with_transactions()
    {
        string folder = Directory.CreateTempSubdirectory("otedama-chain").FullName;
        EmbeddedNodeOptions options = new() { DataDirectory = folder, Retarget = RetargetMode.Off, SyncToDisk = false, LongPollMempoolDelay = TimeSpan.FromMilliseconds(20) };
        await using (EmbeddedNode node = await EmbeddedNode.StartAsync(options, new NativeProofChecker(), NullLoggerFactory.Instance, TimeProvider.System, default))
        {
            RpcEndpoint endpoint = RpcEndpoint.Parse(node.RpcUri.ToString(), cookiePath: node.CookiePath);
            using RpcClient setup = new(endpoint, TimeProvider.System);
            (await setup.CallAsync(RpcRequest.Create("generatetoaddress", $"110,\"{node.MiningAddress}\""), Patience.Limit, default)).Dispose();
            byte[] script = [0x51];
            await using ChainMiner miner = new(endpoint, Algorithm.Sha256d, NodeClientGroupOptions.RulesOf(options.Coin), script);
            uint generation = 0;
            int transactions = 0;
            for (int i = 0; i < 100; i++)
            {
                if (i % 10 == 5)
                {
                    await miner.CallAsync("sendtoaddress", $"\"{node.MiningAddress}\",0.5");
                    int wanted = miner.Source.Jobs.Current!.Template.Height;
                    using CancellationTokenSource patience = new(Patience.Limit);
                    while (miner.Source.Nodes.Current!.Height == wanted && miner.Source.Nodes.Current.Transactions.Count == 0)
                    {
                        await Task.Delay(5, patience.Token);
                    }
                }
                (PoolJob job, Hash256 id, _) = await miner.MineAsync(generation);
                generation = job.Job.Generation;
                transactions += job.Template.Transactions.Count;
                Assert.Equal(id.ToString(), (await miner.CallAsync("getbestblockhash")).GetString());
            }
            Assert.Equal(210, (await miner.CallAsync("getblockcount")).GetInt32());
            Assert.Equal((100L, 100L, 0L), (miner.Source.Blocks.History.FoundCount, miner.Source.Blocks.History.AcceptedCount, miner.Source.Blocks.History.RefusedCount));
            Assert.Null(miner.Source.ProposalProblem);
            Assert.True(transactions > 0, "no block had a transaction");
        }
        Directory.Delete(folder, recursive: true);
    }
}
