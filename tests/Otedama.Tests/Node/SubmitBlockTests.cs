using System.Text.Json.Nodes;
using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Node;

/// <summary>Every way a block can be wrong, and that a refused block leaves the chain as it was.</summary>
public class SubmitBlockTests
{
    [Fact]
    public async Task Spoiled_blocks_get_their_reason_and_the_good_one_is_taken_after_all()
    {
        await using TestNode node = await TestNode.StartAsync();
        await node.GenerateAsync(12);
        JsonNode template = (await node.TemplateAsync())!;
        uint now = node.Clock.Seconds;
        uint medianTime = (uint)template["mintime"]! - 1;
        (string Reason, Action<HandmadeBlock> Spoil)[] cases =
        [
            ("bad-txnmrklroot", miner => miner.Root = Hash256.Zero),
            ("bad-cb-height", miner => miner.Height--),
            ("bad-txns-nonfinal", miner => miner.Height++), // its lock time is this block's own height
            ("bad-cb-amount", miner => miner.Value += new Amount(1)),
            ("bad-witness-merkle-match", miner => miner.Commitment = Hash256.Zero),
            ("time-too-old", miner => miner.Time = medianTime),
            ("time-too-new", miner => miner.Time = now + 7300),
            ("bad-diffbits", miner => miner.Bits = 0x207ffffe),
            ("prev-blk-not-found", miner => miner.Previous = Sha256d.Hash([9])),
            ("bad-version(0x00000003)", miner => miner.Version = 3),
            ("bad-txns-vout-negative", miner => miner.Value = new Amount(-1)),
            ("bad-txns-vout-toolarge", miner => miner.Value = new Amount(21_000_001L * Amount.UnitsPerCoin)),
            ("bad-txns-inputs-missingorspent", miner => miner.Others.Add(HandmadeBlock.Spend(new OutPoint(Sha256d.Hash([1]), 0), True(1)))),
            ("bad-txns-vin-empty", miner => miner.Others.Add(new Transaction(2, [], [True(1), True(1)], 0))),
            ("bad-txns-vout-empty", miner => miner.Others.Add(HandmadeBlock.Spend(new OutPoint(Sha256d.Hash([1]), 0)))),
            ("bad-cb-multiple", miner => miner.Others.Add(new Transaction(2, [new TxInput(OutPoint.Null, new byte[3], 0)], [True(1)], 0))),
            ("unexpected-witness", miner => Witnessed(miner, commit: false)),
            ("bad-txns-nonfinal", miner => miner.Others.Add(new Transaction(2, [new TxInput(new OutPoint(Sha256d.Hash([1]), 0), new byte[1], 0)], [True(1)], 400_000_000))),
            ("bad-blk-sigops", miner => miner.PayTo = [.. Enumerable.Repeat(Script.OpCheckMultiSig, 1001)]),
        ];
        foreach ((string reason, Action<HandmadeBlock> spoil) in cases)
        {
            HandmadeBlock miner = HandmadeBlock.From(template);
            spoil(miner);
            Assert.Equal(reason, await Submit(node, miner.Build()));
        }
        Assert.Equal("high-hash", await Submit(node, HandmadeBlock.Solve(HandmadeBlock.From(template).Build(), solved: false)));
        Assert.Equal(12, (int)(await node.CallAsync("getblockcount"))!);
        Block good = HandmadeBlock.From(template).Build();
        Assert.Null(await Submit(node, good));
        Assert.Equal("duplicate", await Submit(node, good));
        Assert.Equal(13, (int)(await node.CallAsync("getblockcount"))!);
    }

    [Fact]
    public async Task An_invalid_block_is_remembered_and_so_are_its_children()
    {
        await using TestNode node = await TestNode.StartAsync();
        HandmadeBlock miner = HandmadeBlock.From((await node.TemplateAsync())!);
        miner.Value += new Amount(1);
        Block bad = miner.Build();
        Assert.Equal("bad-cb-amount", await Submit(node, bad));
        Assert.Equal("duplicate-invalid", await Submit(node, bad));
        HandmadeBlock child = HandmadeBlock.From((await node.TemplateAsync())!);
        (child.Previous, child.Height) = (bad.Id, 2);
        Assert.Equal("bad-prevblk", await Submit(node, child.Build()));
    }

    [Fact]
    public async Task Repeating_transactions_under_an_honest_root_does_not_spoil_the_honest_block()
    {
        await using TestNode node = await TestNode.StartAsync();
        HandmadeBlock miner = HandmadeBlock.From((await node.TemplateAsync())!);
        miner.Others.Add(HandmadeBlock.Spend(new OutPoint(Sha256d.Hash([1]), 0), True(1)));
        miner.Others.Add(HandmadeBlock.Spend(new OutPoint(Sha256d.Hash([2]), 0), True(1)));
        Block honest = miner.Build();
        Block mutated = honest with { Transactions = [.. honest.Transactions, honest.Transactions[^1]] };
        Assert.Equal(honest.Id, mutated.Id);
        Assert.Equal("bad-txns-duplicate", await Submit(node, mutated));
        Assert.Equal("bad-txns-inputs-missingorspent", await Submit(node, honest)); // judged by itself, not as duplicate-invalid
    }

    [Fact]
    public async Task A_wrong_reserved_witness_is_refused_and_a_missing_one_completed()
    {
        await using TestNode node = await TestNode.StartAsync();
        Block good = HandmadeBlock.From((await node.TemplateAsync())!).Build();
        TxInput input = good.Transactions[0].Inputs[0];
        Assert.Equal("bad-witness-nonce-size", await Submit(node, WithWitness(good, input, [new byte[31]])));
        Assert.Equal("bad-witness-merkle-match", await Submit(node, WithWitness(good, input, [Sha256d.Hash([1]).ToArray()])));
        Assert.Null(await Submit(node, WithWitness(good, input, [])));
    }

    [Fact]
    public async Task A_block_without_commitment_and_without_witness_is_fine()
    {
        await using TestNode node = await TestNode.StartAsync();
        HandmadeBlock miner = HandmadeBlock.From((await node.TemplateAsync())!);
        miner.Commit = false;
        Assert.Null(await Submit(node, miner.Build()));
    }

    [Fact]
    public async Task A_block_whose_first_transaction_is_no_coinbase_is_not_decoded()
    {
        await using TestNode node = await TestNode.StartAsync();
        Block block = HandmadeBlock.From((await node.TemplateAsync())!).Build();
        Block headless = block with { Transactions = [HandmadeBlock.Spend(new OutPoint(Sha256d.Hash([1]), 0), True(1))] };
        (int code, string message) = await node.FaultAsync("submitblock", HandmadeBlock.Hexed(headless));
        Assert.Equal((-22, "Block does not start with a coinbase"), (code, message));
    }

    private static async Task<string?> Submit(TestNode node, Block block) => (string?)await node.CallAsync("submitblock", HandmadeBlock.Hexed(block));

    private static TxOutput True(long units) => new(new Amount(units), new byte[] { Script.Op1 });

    private static void Witnessed(HandmadeBlock miner, bool commit)
    {
        TxInput input = new(new OutPoint(Sha256d.Hash([1]), 0), ReadOnlyMemory<byte>.Empty, 0) { Witness = [new byte[1]] };
        miner.Others.Add(new Transaction(2, [input], [True(1)], 0));
        miner.Commit = commit;
    }

    private static Block WithWitness(Block block, TxInput input, IReadOnlyList<ReadOnlyMemory<byte>> witness)
    {
        Transaction coinbase = block.Transactions[0];
        Transaction changed = new(coinbase.Version, [input with { Witness = witness }], coinbase.Outputs, coinbase.LockTime);
        return block with { Transactions = [changed, .. block.Transactions.Skip(1)] };
    }
}
