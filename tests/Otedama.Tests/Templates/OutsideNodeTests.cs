using System.Globalization;
using System.Text.Json;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Templates;

/// <summary>
/// Mines on coin nodes that are not ours: always Debian's litecoind where it is installed, and what OTEDAMA_TEST_NODE names:
/// the path of a bitcoind, which is started twice on regtest, or the address of a regtest node that runs already
/// (http://user:password@127.0.0.1:18443; its blocks pay OTEDAMA_TEST_SCRIPT, hex of an output script, else anyone can spend
/// them).
/// </summary>
public class OutsideNodeTests
{
    private const string Litecoin = "/usr/bin/litecoind";

    private static readonly string? s_named = Environment.GetEnvironmentVariable("OTEDAMA_TEST_NODE");

    [Fact]
    public async Task A_bitcoin_node_is_mined_on_through_payments_restarts_deaths_and_reorganisations()
    {
        Assert.SkipWhen(string.IsNullOrEmpty(s_named) || s_named.Contains("://"), "OTEDAMA_TEST_NODE names no program; no Bitcoin node was checked");
        await RunAsync(s_named!, Algorithm.Sha256d, ["segwit"], blocksBefore: 101);
    }

    [Fact]
    public async Task A_litecoin_node_is_mined_on_through_payments_restarts_deaths_and_reorganisations()
    {
        Assert.SkipUnless(File.Exists(Litecoin), $"{Litecoin} is not installed; no Litecoin node was checked");
        await RunAsync(Litecoin, Algorithm.Scrypt, ["segwit", "mweb"], blocksBefore: 101);
    }

    [Fact]
    public async Task A_node_outside_accepts_100_blocks_in_a_row()
    {
        Assert.SkipUnless(s_named?.Contains("://") ?? false, "OTEDAMA_TEST_NODE names no address; no running node was checked");
        string script = Environment.GetEnvironmentVariable("OTEDAMA_TEST_SCRIPT") ?? "51";
        await using ChainMiner miner = new(RpcEndpoint.Parse(s_named), Algorithm.Sha256d, ["segwit"], Hex.Decode(script));
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

    private static async Task RunAsync(string program, Algorithm algorithm, string[] rules, int blocksBefore)
    {
        string folder = Directory.CreateTempSubdirectory("otedama-node").FullName;
        try
        {
            await using NodeProcess first = new(program, Path.Combine(folder, "a"));
            await using NodeProcess second = new(program, Path.Combine(folder, "b"), first);
            // Some nodes give no work without a peer, so a third keeps company to whichever is left.
            await using NodeProcess company = new(program, Path.Combine(folder, "c"), first, second);
            await first.StartAsync();
            await second.StartAsync();
            await company.StartAsync();
            await first.CallAsync("createwallet", "\"w\"");
            string address = (await first.CallAsync("getnewaddress")).GetString()!;
            byte[] script = Hex.Decode((await first.CallAsync("getaddressinfo", $"\"{address}\"")).GetProperty("scriptPubKey").GetString()!);
            await first.CallAsync("generatetoaddress", $"{blocksBefore},\"{address}\"");
            await second.UntilBestAsync(await first.BestAsync());
            await using ChainMiner miner = new(first.Endpoint, algorithm, rules, script, second.Endpoint);
            Scenario scenario = new(miner, first, second, address);
            await scenario.MineHundredAndSpendTheFirstCoinbaseAsync();
            await scenario.RestartTheFirstWhileMiningAsync();
            await scenario.LoseTheSecondAsync();
            for (int depth = 1; depth <= 3; depth++)
            {
                await scenario.ReorganiseAsync(depth);
            }
            await scenario.BringTheSecondBackAsync();
            Assert.Equal((scenario.Mined, 0L), (miner.Source.Blocks.History.AcceptedCount, miner.Source.Blocks.History.RefusedCount));
            Assert.Null(miner.Source.ProposalProblem);
            TestContext.Current.TestOutputHelper?.WriteLine($"{scenario.Mined} blocks, {scenario.Transactions} transactions");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private sealed class Scenario(ChainMiner miner, NodeProcess first, NodeProcess second, string address)
    {
        private uint _generation;

        public long Mined { get; private set; }

        public int Transactions { get; private set; }

        public async Task MineHundredAndSpendTheFirstCoinbaseAsync()
        {
            string[] kinds = ["legacy", "p2sh-segwit", "bech32"];
            (PoolJob job, string coinbase) = await MineAsync();
            for (int i = 1; i < 100; i++)
            {
                if (i % 3 == 0)
                {
                    // Of every kind, and several in a row so that later ones spend unconfirmed change.
                    string to = (await first.CallAsync("getnewaddress", $"\"\",\"{kinds[i / 3 % kinds.Length]}\"")).GetString()!;
                    await first.CallAsync("sendtoaddress", $"\"{to}\",0.25");
                    await first.CallAsync("sendtoaddress", $"\"{to}\",0.125");
                }
                await MineAsync();
            }
            Assert.True(Transactions >= 60, $"{Transactions} transactions in 100 blocks");
            string spend = await SpendAsync(coinbase, job.Split.Reward);
            JsonElement output = default;
            for (int i = 0; i < 20 && Confirmations(output) == 0; i++)
            {
                await MineAsync(); // the template after the next tip has it, once both nodes have heard of it
                output = await first.CallAsync("gettxout", $"\"{spend}\",0");
            }
            Assert.InRange(Confirmations(output), 1, 20);
        }

        /// <summary>The cookie is another one afterwards, and while it warms up it answers -28.</summary>
        public async Task RestartTheFirstWhileMiningAsync()
        {
            string cookie = await File.ReadAllTextAsync(first.Endpoint.CookiePath!);
            await first.StopAsync();
            await UntilStateAsync(0, NodeState.Down);
            await MineAsync(onSecond: true);
            await MineAsync(onSecond: true);
            first.Launch();
            await UntilStateAsync(0, NodeState.Ready);
            Assert.NotEqual(cookie, await File.ReadAllTextAsync(first.Endpoint.CookiePath!));
            await first.UntilBestAsync(await second.BestAsync());
            await MineAsync();
            await MineAsync();
        }

        public async Task LoseTheSecondAsync()
        {
            await second.KillAsync();
            for (int i = 0; i < 3; i++)
            {
                await MineAsync();
            }
            await UntilStateAsync(1, NodeState.Down);
        }

        /// <summary>The newest blocks are taken back; one more is mined instead.</summary>
        public async Task ReorganiseAsync(int depth)
        {
            int height = (await first.CallAsync("getblockcount")).GetInt32();
            string doomed = (await first.CallAsync("getblockhash", $"{height - depth + 1}")).GetString()!;
            await first.CallAsync("invalidateblock", $"\"{doomed}\"");
            string best = await first.BestAsync();
            await Patience.UntilAsync(() => Tip() == best, "the job on the older tip");
            _generation = miner.Source.Jobs.Generation - 1; // the job there is now is the one on the old tip
            for (int i = 0; i <= depth; i++)
            {
                await MineAsync();
            }
            Assert.Equal(height + 1, (await first.CallAsync("getblockcount")).GetInt32());
            Assert.NotEqual(doomed, (await first.CallAsync("getblockhash", $"{height - depth + 1}")).GetString());
        }

        public async Task BringTheSecondBackAsync()
        {
            await second.StartAsync();
            await UntilStateAsync(1, NodeState.Ready);
            await second.UntilBestAsync(await first.BestAsync());
            await MineAsync();
            await second.UntilBestAsync(await first.BestAsync());
        }

        private async Task<(PoolJob Job, string Coinbase)> MineAsync(bool onSecond = false)
        {
            (PoolJob job, Hash256 id, Hash256 coinbase) = await miner.MineAsync(_generation);
            _generation = job.Job.Generation;
            Mined++;
            Transactions += job.Template.Transactions.Count;
            await (onSecond ? second : first).UntilBestAsync(id.ToString());
            return (job, coinbase.ToString());
        }

        private string Tip() => miner.Source.Jobs.JobFor(CoinbaseClass.Default)!.Template.PreviousHash.ToString();

        private static int Confirmations(JsonElement output) =>
            output.ValueKind == JsonValueKind.Object ? output.GetProperty("confirmations").GetInt32() : 0;

        private async Task<string> SpendAsync(string coinbase, Amount reward)
        {
            string amount = ((reward.Units - 10_000) / 100_000_000m).ToString("0.00000000", CultureInfo.InvariantCulture);
            string raw = (await first.CallAsync("createrawtransaction", $"[{{\"txid\":\"{coinbase}\",\"vout\":0}}],{{\"{address}\":{amount}}}")).GetString()!;
            JsonElement signed = await first.CallAsync("signrawtransactionwithwallet", $"\"{raw}\"");
            Assert.True(signed.GetProperty("complete").GetBoolean());
            return (await first.CallAsync("sendrawtransaction", $"\"{signed.GetProperty("hex").GetString()}\"")).GetString()!;
        }

        private async Task UntilStateAsync(int node, NodeState state)
        {
            await Patience.UntilAsync(() => miner.Source.Nodes.Snapshot()[node].State == state, $"node {node} to be {state}");
        }
    }
}
