using System.Text.Json.Nodes;
using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Node;

/// <summary>Reorganisations, spending, and what survives a restart.</summary>
public class ChainTests
{
    /// <summary>P2WSH of OP_TRUE: an address anybody can spend from.</summary>
    private static readonly byte[] s_anyone = Script.WitnessProgram(0, System.Security.Cryptography.SHA256.HashData([Script.Op1]));

    [Fact]
    public async Task The_branch_with_more_work_wins_and_its_loser_keeps_its_payments()
    {
        await using TestNode node = await TestNode.StartAsync();
        await node.GenerateAsync(101);
        JsonNode fork = (await node.TemplateAsync())!;
        string paid = (string)(await node.CallAsync("sendtoaddress", node.Node.MiningAddress, "1.5"))!;
        string lost = (await node.GenerateAsync(1))[0];
        Assert.Empty((await node.CallAsync("getrawmempool"))!.AsArray());
        Assert.Equal(1, (int)(await node.CallAsync("gettxout", paid, 0))!["confirmations"]!);

        Block first = HandmadeBlock.From(fork).Build();
        Assert.Equal("inconclusive", (string?)await node.CallAsync("submitblock", HandmadeBlock.Hexed(first)));
        Assert.Equal(lost, (string)(await node.CallAsync("getbestblockhash"))!);
        HandmadeBlock second = HandmadeBlock.From(fork);
        (second.Previous, second.Height, second.Time) = (first.Id, second.Height + 1, second.Time + 1);
        Block winner = second.Build();
        Assert.Null(await node.CallAsync("submitblock", HandmadeBlock.Hexed(winner)));
        Assert.Equal(winner.Id.ToString(), (string)(await node.CallAsync("getbestblockhash"))!);
        Assert.Equal(-1, (int)(await node.CallAsync("getblockheader", lost))!["confirmations"]!);
        Assert.Equal([paid], (await node.CallAsync("getrawmempool"))!.AsArray().Select(id => (string)id!));
        Assert.Equal(0, (int)(await node.CallAsync("gettxout", paid, 0))!["confirmations"]!);
    }

    [Fact]
    public async Task A_winning_branch_with_a_bad_block_is_undone()
    {
        await using TestNode node = await TestNode.StartAsync();
        JsonNode fork = (await node.TemplateAsync())!;
        string tip = (await node.GenerateAsync(2))[1];
        Block first = HandmadeBlock.From(fork).Build();
        Block second = Next(fork, first, miner => miner.Value += new Amount(1));
        Block third = Next(fork, second, _ => { });
        Assert.Equal("inconclusive", await Submit(node, first));
        Assert.Equal("inconclusive", await Submit(node, second)); // beside the chain: its spends are not judged yet
        Assert.Equal("bad-cb-amount", await Submit(node, third));
        Assert.Equal(tip, (string)(await node.CallAsync("getbestblockhash"))!);
        Assert.Equal("duplicate-invalid", await Submit(node, second));
        Assert.Equal("duplicate-invalid", await Submit(node, third));
        await node.GenerateAsync(1);
        Assert.Equal(3, (int)(await node.CallAsync("getblockcount"))!);
    }

    [Fact]
    public async Task A_hundred_blocks_with_spends_survive_a_restart_to_the_last_coin()
    {
        string folder = TestNode.NewFolder();
        string tip, address;
        int coins;
        await using (TestNode node = await TestNode.StartAsync(folder))
        {
            await node.GenerateAsync(101);
            for (int i = 0; i < 20; i++)
            {
                await node.CallAsync("sendtoaddress", node.Node.MiningAddress, "0.7", 2 + i);
                await node.GenerateAsync(1);
            }
            tip = (string)(await node.CallAsync("getbestblockhash"))!;
            (coins, address) = (node.Node.Snapshot().UnspentOutputs, node.Node.MiningAddress);
        }
        await using TestNode again = await TestNode.StartAsync(folder);
        Assert.Equal(tip, (string)(await again.CallAsync("getbestblockhash"))!);
        Assert.Equal((121, coins, address), (again.Node.Snapshot().Height, again.Node.Snapshot().UnspentOutputs, again.Node.MiningAddress));
        await again.CallAsync("sendtoaddress", address, "0.7");
        await again.GenerateAsync(1);
        Assert.Equal(122, again.Node.Snapshot().Height);
        await again.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_reorganised_chain_is_the_same_after_a_restart()
    {
        string folder = TestNode.NewFolder();
        string tip;
        await using (TestNode node = await TestNode.StartAsync(folder))
        {
            JsonNode fork = (await node.TemplateAsync())!;
            await node.GenerateAsync(1);
            Block first = HandmadeBlock.From(fork).Build();
            await Submit(node, first);
            Block second = Next(fork, first, _ => { });
            Assert.Null(await Submit(node, second));
            tip = second.Id.ToString();
        }
        await using TestNode again = await TestNode.StartAsync(folder);
        Assert.Equal(tip, (string)(await again.CallAsync("getbestblockhash"))!);
        await again.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Coinbases_mature_after_a_hundred_blocks_and_not_one_earlier()
    {
        await using TestNode node = await TestNode.StartAsync();
        Assert.True(Address.TryEncode(s_anyone, CoinCatalogue.BitcoinRegtest, out string address));
        string first = (await node.GenerateAsync(1, address))[0];
        string txId = (string)(await node.CallAsync("getblock", first))!["tx"]![0]!;
        await node.GenerateAsync(98);
        string spend = Hex.Encode(SpendAnyone(txId, 49).ToArray());
        (int code, string message) = await node.FaultAsync("sendrawtransaction", spend);
        Assert.Equal((-26, "bad-txns-premature-spend-of-coinbase"), (code, message));
        await node.GenerateAsync(1);
        string sent = (string)(await node.CallAsync("sendrawtransaction", spend))!;
        await node.GenerateAsync(1);
        Assert.Null(await node.CallAsync("gettxout", txId, 0));
        Assert.Equal(49m, (decimal)(await node.CallAsync("gettxout", sent, 0))!["value"]!);
        (code, _) = await node.FaultAsync("sendrawtransaction", spend);
        Assert.Equal(-27, code);
    }

    [Fact]
    public async Task The_mempool_refuses_what_no_block_may_hold()
    {
        await using TestNode node = await TestNode.StartAsync();
        Assert.True(Address.TryEncode(s_anyone, CoinCatalogue.BitcoinRegtest, out string address));
        string block = (await node.GenerateAsync(1, address))[0];
        string txId = (string)(await node.CallAsync("getblock", block))!["tx"]![0]!;
        await node.GenerateAsync(100);
        Transaction good = SpendAnyone(txId, 49);
        (string Reason, int Code, Transaction Transaction)[] cases =
        [
            ("bad-txns-in-belowout", -26, SpendAnyone(txId, 51)),
            ("min relay fee not met", -26, SpendAnyone(txId, 50)),
            ("bad-txns-inputs-missingorspent", -25, SpendAnyone(block, 1)),
            ("Witness program hash mismatch", -26, Rewitness(good, [new byte[] { 0x52 }])),
            ("empty witness", -26, Rewitness(good, [])),
            ("coinbase", -26, new Transaction(2, [new TxInput(OutPoint.Null, new byte[3], 0)], good.Outputs, 0)),
            ("non-final", -26, new Transaction(2, [good.Inputs[0] with { Sequence = 0 }], good.Outputs, 400_000)),
        ];
        foreach ((string reason, int code, Transaction transaction) in cases)
        {
            (int actual, string message) = await node.FaultAsync("sendrawtransaction", Hex.Encode(transaction.ToArray()));
            Assert.Equal(code, actual);
            Assert.Contains(reason, message, StringComparison.Ordinal);
        }
        Assert.Equal(good.TxId.ToString(), (string)(await node.CallAsync("sendrawtransaction", Hex.Encode(good.ToArray())))!);
        Assert.Equal(good.TxId.ToString(), (string)(await node.CallAsync("sendrawtransaction", Hex.Encode(good.ToArray())))!); // again is fine
        (int conflict, string words) = await node.FaultAsync("sendrawtransaction", Hex.Encode(SpendAnyone(txId, 48).ToArray()));
        Assert.Equal((-26, "txn-mempool-conflict"), (conflict, words));
    }

    [Fact]
    public async Task Fees_reach_the_template_best_payers_first_with_parents_before_children()
    {
        await using TestNode node = await TestNode.StartAsync();
        await node.GenerateAsync(103);
        string cheap = (string)(await node.CallAsync("sendtoaddress", node.Node.MiningAddress, "60", 1))!; // two coins and its change is spendable
        string dear = (string)(await node.CallAsync("sendtoaddress", node.Node.MiningAddress, "1", 50))!;
        JsonNode template = (await node.TemplateAsync())!;
        string[] order = [.. template["transactions"]!.AsArray().Select(each => (string)each!["txid"]!)];
        Assert.Equal([dear, cheap], order);
        long fees = template["transactions"]!.AsArray().Sum(each => (long)each!["fee"]!);
        Assert.True(fees > 0);
        Assert.Equal(5_000_000_000 + fees, (long)template["coinbasevalue"]!);
        Assert.Null(await node.CallAsync("submitblock", HandmadeBlock.Hexed(HandmadeBlock.From(template).Build())));
        Assert.Empty((await node.CallAsync("getrawmempool"))!.AsArray());
        (int code, _) = await node.FaultAsync("sendtoaddress", node.Node.MiningAddress, "20000000");
        Assert.Equal(-6, code);
    }

    [Fact]
    public async Task A_chain_of_unconfirmed_payments_names_its_dependencies()
    {
        await using TestNode node = await TestNode.StartAsync();
        Assert.True(Address.TryEncode(s_anyone, CoinCatalogue.BitcoinRegtest, out string address));
        string block = (await node.GenerateAsync(1, address))[0];
        string txId = (string)(await node.CallAsync("getblock", block))!["tx"]![0]!;
        await node.GenerateAsync(100);
        for (int i = 0; i < 25; i++)
        {
            txId = (string)(await node.CallAsync("sendrawtransaction", Hex.Encode(SpendAnyone(txId, 49 - i).ToArray())))!;
        }
        (int code, string message) = await node.FaultAsync("sendrawtransaction", Hex.Encode(SpendAnyone(txId, 10).ToArray()));
        Assert.Equal(-26, code);
        Assert.Contains("too-long-mempool-chain", message, StringComparison.Ordinal);
        JsonNode template = (await node.TemplateAsync())!;
        JsonArray transactions = template["transactions"]!.AsArray();
        Assert.Equal(25, transactions.Count);
        Assert.Empty(transactions[0]!["depends"]!.AsArray());
        Assert.Equal(24, (int)transactions[24]!["depends"]![0]!);
        Assert.Null(await node.CallAsync("submitblock", HandmadeBlock.Hexed(HandmadeBlock.From(template).Build())));
    }

    [Fact]
    public async Task A_full_mempool_keeps_the_better_payers()
    {
        await using TestNode node = await TestNode.StartAsync(change: options => options with { MempoolBytesMax = 800 });
        await node.GenerateAsync(110);
        for (int rate = 1; rate <= 6; rate++)
        {
            await node.CallAsync("sendtoaddress", node.Node.MiningAddress, "50", rate); // two inputs, about 340 bytes
        }
        JsonObject waiting = (await node.CallAsync("getrawmempool", true))!.AsObject();
        Assert.Equal(2, waiting.Count);
        Assert.All(waiting, each => Assert.True((decimal)each.Value!["fees"]!["base"]! * 100_000_000 / (int)each.Value["vsize"]! > 4.9m));
        (int code, string message) = await node.FaultAsync("sendtoaddress", node.Node.MiningAddress, "50", 1);
        Assert.Equal(-4, code);
        Assert.Contains("mempool full", message, StringComparison.Ordinal);
    }

    private static Transaction SpendAnyone(string txId, int coins) => new(
        2,
        [new TxInput(new OutPoint(Hash256.FromDisplay(txId), 0), ReadOnlyMemory<byte>.Empty, TxInput.SequenceFinal) { Witness = [new byte[] { Script.Op1 }] }],
        [new TxOutput(new Amount(coins * Amount.UnitsPerCoin), s_anyone)],
        0);

    private static Transaction Rewitness(Transaction transaction, IReadOnlyList<ReadOnlyMemory<byte>> witness) =>
        new(transaction.Version, [transaction.Inputs[0] with { Witness = witness }], transaction.Outputs, transaction.LockTime);

    private static Block Next(JsonNode fork, Block parent, Action<HandmadeBlock> change)
    {
        HandmadeBlock miner = HandmadeBlock.From(fork);
        int height = miner.Height;
        (miner.Previous, miner.Time) = (parent.Id, parent.Header.Time + 1);
        miner.Height = Enumerable.Range(height, 10).First(each => Coinbase.HasHeight(parent.Transactions[0].Inputs[0].Script.Span, each)) + 1;
        change(miner);
        return miner.Build();
    }

    private static async Task<string?> Submit(TestNode node, Block block) => (string?)await node.CallAsync("submitblock", HandmadeBlock.Hexed(block));
}
