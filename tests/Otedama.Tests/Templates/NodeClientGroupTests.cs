using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.Jobs;
using Otedama.Tests.Pool;
using Otedama.Tests.Wire;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Templates;

public class NodeClientGroupTests
{
    private static readonly TimeSpan s_patience = Patience.Limit;

    [Fact]
    public async Task A_long_poll_brings_the_new_tip_at_once()
    {
        TaskCompletionSource<string?> poll = new();
        int polls = 0;
        await using FakeNode node = FakeNode.Answering(call => call.Body.Contains("longpollid")
            ? Interlocked.Increment(ref polls) == 1 ? poll.Task : new TaskCompletionSource<string?>().Task
            : Answer(TemplateReaderTests.Json()));
        await using RunningNodes group = Group(node.Endpoint);
        group.Start();
        await group.WaitAsync(432);
        poll.SetResult(TemplateReaderTests.Json("height", "433").Replace("0909", "0a0a"));
        await group.WaitAsync(433);
        Assert.Contains(node.Calls, static call => call.Body.Contains("\"longpollid\":\"abc1\"") && call.Body.Contains("\"rules\":[\"segwit\"]"));
        NodeHealth health = Assert.Single(group.Snapshot());
        Assert.Equal((NodeState.Ready, 432, true, 2L, 2L), (health.State, health.Height, health.LongPolls, health.TemplatesServed, health.TemplatesUsed));
    }

    [Fact]
    public async Task A_node_without_long_poll_is_asked_for_its_best_block()
    {
        int height = 432;
        string hash = "09";
        await using FakeNode node = FakeNode.Answering(call => Answer(call.Method == "getbestblockhash"
            ? $"\"{string.Concat(Enumerable.Repeat(hash, 32))}\""
            : TemplateReaderTests.Json("longpollid").Replace("\"height\":432", $"\"height\":{height}").Replace("0909", hash + hash)));
        await using RunningNodes group = Group(node.Endpoint);
        group.Start();
        await group.WaitAsync(432);
        (height, hash) = (433, "0b");
        await group.WaitAsync(433);
        NodeHealth health = group.Snapshot()[0];
        Assert.False(health.LongPolls);
        Assert.NotNull(health.LatencyMs);
    }

    [Fact]
    public async Task When_the_leading_node_dies_another_takes_over()
    {
        bool dead = false;
        await using FakeNode high = FakeNode.Answering(_ => dead ? Task.FromResult<string?>(null) : Answer(TemplateReaderTests.Json("longpollid").Replace(":432", ":435")));
        await using FakeNode low = FakeNode.Answering(call => call.Method == "getbestblockhash" ? Answer("null") : Answer(TemplateReaderTests.Json("longpollid")));
        await using RunningNodes group = Group(high.Endpoint, low.Endpoint);
        group.Start();
        await group.WaitAsync(435);
        dead = true;
        await group.WaitAsync(432);
        NodeHealth health = group.Snapshot()[0];
        Assert.Equal(NodeState.Down, health.State);
        Assert.Contains("getb", health.LastError, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"chain\":\"main\"}", "runs chain \"main\" with genesis unknown; this pool mines Bitcoin regtest (node.coin btc, node.network regtest, genesis 0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206)")]
    [InlineData("ERROR{\"code\":-28,\"message\":\"Verifying blocks\"}", "Verifying blocks")]
    public async Task A_node_that_cannot_be_used_says_why(string info, string words)
    {
        await using FakeNode node = FakeNode.Answering(call => Answer(call.Method == "getblockchaininfo" ? info : TemplateReaderTests.Json()));
        await using RunningNodes group = new(Options(node.Endpoint) with { Coin = CoinCatalogue.BitcoinRegtest }, TestWorld.Make());
        group.Start();
        await Patience.UntilAsync(() => group.Snapshot()[0].LastError is not null);
        Assert.Equal(NodeState.NotReady, group.Snapshot()[0].State);
        Assert.Contains(words, group.Snapshot()[0].LastError, StringComparison.Ordinal);
        Assert.Null(group.Current);
    }

    [Fact]
    public async Task A_block_goes_to_every_node_and_each_answer_is_understood()
    {
        int drops = 0;
        string[] answers = ["null", "\"duplicate\"", "\"inconclusive\"", "\"bad-txnmrklroot\"", "ERROR{\"code\":-22,\"message\":\"Block decode failed\"}"];
        FakeNode[] nodes = [.. answers.Select(static answer => FakeNode.Answering(_ => Answer(answer))),
            FakeNode.Answering(_ => Interlocked.Increment(ref drops) == 1 ? Task.FromResult<string?>(null) : Answer("null"))];
        AssembledBlock block = new(JobSamples.Id(1), 5, "0011"u8.ToArray(), "22"u8.ToArray()) { WorkId = "w\"1" };
        NodeVerdict[] verdicts = await Task.WhenAll(nodes.Select(node => DeliverAsync(node.Endpoint, block)));
        Assert.Equal(
            [SubmitOutcome.Accepted, SubmitOutcome.Duplicate, SubmitOutcome.Inconclusive, SubmitOutcome.Rejected, SubmitOutcome.Rejected, SubmitOutcome.Accepted],
            verdicts.Select(static verdict => verdict.Outcome));
        Assert.Equal("bad-txnmrklroot", verdicts[3].Reason);
        Assert.Contains("Block decode failed", verdicts[4].Reason, StringComparison.Ordinal);
        Assert.Equal(2, verdicts[5].Attempts);
        Assert.Contains("\"params\":[\"001122\",{\"workid\":\"w\\u00221\"}]", nodes[0].Calls[0].Body, StringComparison.Ordinal);
        foreach (FakeNode node in nodes)
        {
            await node.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_block_found_while_all_nodes_are_down_is_kept_and_sent_when_one_returns()
    {
        string folder = Directory.CreateTempSubdirectory("otedama-found").FullName;
        bool down = false;
        List<string> submitted = [];
        await using FakeNode node = FakeNode.Answering(call =>
        {
            if (down)
            {
                return Task.FromResult<string?>(null);
            }
            if (call.Method == "submitblock")
            {
                lock (submitted)
                {
                    submitted.Add(call.Body);
                }
                return Answer("null");
            }
            return call.Method == "getbestblockhash" ? Answer("null")
                : call.Body.Contains("proposal") ? Answer("\"bad-cb-amount\"") : Answer(TemplateReaderTests.Json("longpollid"));
        });
        JobBookOptions jobs = new() { Splits = new TestSplits(), ShareTarget = Target.Max };
        await using (JobSource source = new(Options(node.Endpoint), jobs, folder, TestWorld.Make()))
        {
            source.Start();
            PoolJob job = await source.FirstJobAsync(s_patience, default);
            await Patience.UntilAsync(() => source.ProposalProblem == "bad-cb-amount");
            down = true;
            source.Blocks.Submit(job, new byte[80], new Candidate { Extranonce = new Extranonce(new byte[12]), AccountId = 3 }, default);
            Assert.Equal(1, source.Blocks.History.FoundCount);
            await Patience.UntilAsync(() => source.Blocks.History.Recent[0].Outcome == SubmitOutcome.Unreachable);
            Assert.Single(Directory.GetFiles(Path.Combine(folder, "blocks-found"), "*.block"));
            Assert.Empty(submitted);
            down = false;
            await Patience.UntilAsync(() => source.Blocks.History.Recent[0].Outcome == SubmitOutcome.Accepted);
            Assert.Equal((1L, 0L, 3), (source.Blocks.History.AcceptedCount, source.Blocks.History.RefusedCount, source.Blocks.History.Recent[0].AccountId));
        }
        Assert.Single(submitted);
        string kept = Assert.Single(Directory.GetFiles(Path.Combine(folder, "blocks-found")));
        Assert.EndsWith(".accepted", kept, StringComparison.Ordinal);
        Assert.Contains((await File.ReadAllLinesAsync(kept))[0], submitted[0], StringComparison.Ordinal);

        // After a crash: the file is found at the next start, and what is no block is left alone.
        File.Move(kept, Path.ChangeExtension(kept, ".block"));
        await File.WriteAllTextAsync(Path.Combine(folder, "blocks-found", "1-bad.block"), new string('z', 200));
        await using (JobSource source = new(Options(node.Endpoint), jobs, folder, TestWorld.Make()))
        {
            source.Start();
            await Patience.UntilAsync(() => submitted.Count == 2);
            await Patience.UntilAsync(() => source.Blocks.History.AcceptedCount == 1);
        }
        Assert.Equal(submitted[0], submitted[1]);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Of_two_blocks_on_one_parent_the_second_waits_and_is_sent_when_the_first_is_refused()
    {
        string folder = Directory.CreateTempSubdirectory("otedama-found").FullName;
        TaskCompletionSource<string?> first = new();
        int submitted = 0;
        await using FakeNode node = FakeNode.Answering(call =>
            call.Method == "submitblock" ? Interlocked.Increment(ref submitted) == 1 ? first.Task : Answer("null")
            : call.Method == "getbestblockhash" ? Answer("null")
            : call.Body.Contains("proposal") ? Answer("null") : Answer(TemplateReaderTests.Json("longpollid")));
        JobBookOptions jobs = new() { Splits = new TestSplits(), ShareTarget = Target.Max };
        await using (JobSource source = new(Options(node.Endpoint), jobs, folder, TestWorld.Make()))
        {
            source.Start();
            PoolJob job = await source.FirstJobAsync(s_patience, default);
            Hash256? Find(byte nonce) => source.Blocks.Submit(
                job, (byte[])[nonce, .. new byte[79]], new Candidate { Extranonce = new Extranonce(new byte[12]) }, default);
            Assert.NotNull(Find(1));
            await Patience.UntilAsync(() => Volatile.Read(ref submitted) == 1);
            Assert.Null(Find(2));
            Assert.Equal((1L, 1), (source.Blocks.History.FoundCount, source.Blocks.History.Recent.Count)); // neither counted nor kept
            Assert.Single(Directory.GetFiles(Path.Combine(folder, "blocks-found")));
            first.SetResult("\"high-hash\"");
            await Patience.UntilAsync(() => source.Blocks.History.AcceptedCount == 1);
            Assert.Null(Find(3));
            Assert.Equal((2L, 1L, 1L), (source.Blocks.History.FoundCount, source.Blocks.History.RefusedCount, source.Blocks.History.AcceptedCount));
        }
        Assert.Equal(2, submitted);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Without_a_template_the_trouble_of_each_node_is_told()
    {
        await using FakeNode node = new(static (_, stream) => stream.WriteAsync(FakeNode.Http("401 Unauthorized", "")).AsTask());
        await using JobSource source = new(Options(node.Endpoint), new JobBookOptions { Splits = new TestSplits(), ShareTarget = Target.Max },
            Path.GetTempPath(), TestWorld.Make());
        source.Start();
        await Patience.UntilAsync(() => source.Nodes.Snapshot()[0].LastError is not null);
        TimeoutException e = await Assert.ThrowsAsync<TimeoutException>(() => source.FirstJobAsync(TimeSpan.FromMilliseconds(1), default));
        Assert.Contains("refused user \"alice\"", e.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(static () => Group());
        Assert.Throws<ArgumentException>(() => Group(node.Endpoint, node.Endpoint));
    }

    private static Task<string?> Answer(string result) => Task.FromResult<string?>(result);

    private static NodeClientGroupOptions Options(params RpcEndpoint[] nodes) => new()
    {
        Nodes = [.. nodes.Select(static node => (NodeEndpoint)node)],
        Algorithm = Algorithm.Sha256d,
        PollEvery = TimeSpan.FromMilliseconds(50),
        ProbeEvery = TimeSpan.FromSeconds(1),
        PollTemplateEvery = TimeSpan.FromMilliseconds(300),
        BackOffFirst = TimeSpan.FromMilliseconds(50),
        BackOffLast = TimeSpan.FromMilliseconds(200),
    };

    private static RunningNodes Group(params RpcEndpoint[] nodes) => new(Options(nodes), TestWorld.Make());

    private static async Task<NodeVerdict> DeliverAsync(RpcEndpoint node, AssembledBlock block)
    {
        using RpcClient link = new(node, TimeProvider.System);
        Signal wake = new(TimeProvider.System);
        NodeDelivery delivery = new(
            new NodeDoor(link), block, TemplateRequest.Submit(block), wake, TimeProvider.System, NullLogger.Instance);
        for (TimeSpan pause = delivery.Advance(default); delivery.Verdict is null; pause = delivery.Advance(default))
        {
            await wake.WaitAsync(pause, default);
        }
        return delivery.Verdict;
    }
}
