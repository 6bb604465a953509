using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Pool;
using Otedama.Tests.Ledgers;
using Otedama.Tests.Pool;
using Otedama.Tests.Wire;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Templates;

/// <summary>Nodes that restart, come back, are behind or on another chain, on a clock that a test moves.</summary>
public sealed class NodeServingTests
{
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(250);

    private readonly HeldClock _time = new();

    [Fact]
    public async Task A_long_poll_that_never_waited_is_tried_again_after_the_next_tip()
    {
        string tip = "09";
        int waiting = 0;
        // As a node that was just started: every long poll on the first tip is answered at once.
        await using FakeNode node = FakeNode.Answering(call =>
        {
            if (call.Body.Contains("longpollid") && !call.Body.Contains("first"))
            {
                Interlocked.Increment(ref waiting);
                return new TaskCompletionSource<string?>().Task;
            }
            return Answer(call.Method == "getbestblockhash" ? Quoted(tip) : Template(tip, tip == "09" ? "first" : "second", tip == "09" ? 432 : 433));
        });
        await using RunningNodes group = Group([node.Endpoint]);
        group.Start();
        await _time.UntilAsync(() => group.Snapshot()[0] is { State: NodeState.Ready, LongPolls: false }, s_step, TimeSpan.FromMinutes(10));
        Assert.Equal(0, waiting);
        tip = "0b";
        await _time.UntilAsync(() => waiting == 1, s_step, TimeSpan.FromMinutes(10));
        Assert.Equal((true, 432), (group.Snapshot()[0].LongPolls, group.Snapshot()[0].Height));
        Assert.Equal(new Hash256([.. Enumerable.Repeat((byte)0x0b, 32)]), group.Snapshot()[0].BestBlock);
    }

    [Fact]
    public async Task A_published_block_is_acted_on_while_the_long_poll_sleeps_and_the_clock_stands()
    {
        string tip = "09";
        await using FakeNode node = FakeNode.Answering(call => call.Body.Contains("longpollid")
            ? new TaskCompletionSource<string?>().Task
            : Answer(Template(tip, "x", tip == "09" ? 432 : 433)));
        TaskCompletionSource mined = new();
        await using ScriptedPublisher publisher = new(async stream =>
        {
            await ScriptedPublisher.ShakeHandsAsync(stream);
            await mined.Task;
            await stream.WriteAsync(ScriptedPublisher.Block(0x0b));
            await stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false); // until the other side hangs up
        });
        await using RunningNodes group = Group([new NodeEndpoint(node.Endpoint, publisher.Uri)]);
        group.Start();
        await Patience.UntilAsync(() => group.Current?.Height == 432 && group.Snapshot()[0].Zmq == "connected");
        tip = "0b";
        mined.SetResult();
        await Patience.UntilAsync(() => group.Current?.Height == 433);
        Assert.Equal(1, group.Snapshot()[0].BlocksHeard);
    }

    [Fact]
    public async Task A_publisher_that_goes_is_sought_again_and_the_node_serves_on()
    {
        bool speaks = false;
        await using FakeNode node = FakeNode.Answering(call => call.Body.Contains("longpollid")
            ? new TaskCompletionSource<string?>().Task : Answer(call.Method == "getbestblockhash" ? "null" : Template("09", "x", 432)));
        await using ScriptedPublisher publisher = new(async stream =>
        {
            if (speaks)
            {
                await ScriptedPublisher.ShakeHandsAsync(stream);
                await stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false); // until the other side hangs up
            }
        });
        await using RunningNodes group = Group([new NodeEndpoint(node.Endpoint, publisher.Uri)]);
        group.Start();
        await Patience.UntilAsync(() => group.Snapshot()[0] is { State: NodeState.Ready, Zmq: not (null or "connected") });
        speaks = true;
        await _time.UntilAsync(() => group.Snapshot()[0].Zmq == "connected", s_step, TimeSpan.FromMinutes(10));
        Assert.Equal(NodeState.Ready, group.Snapshot()[0].State);
    }

    [Fact]
    public async Task A_node_that_could_not_be_reached_for_minutes_is_found_within_six_seconds_beside_another()
    {
        await using FakeNode good = Serving();
        FakeNode away = Serving();
        (int port, RpcEndpoint endpoint) = (away.Port, away.Endpoint);
        await away.DisposeAsync();
        await using RunningNodes group = Group([good.Endpoint, endpoint]);
        group.Start();
        await Patience.UntilAsync(() => group.Current is not null);
        DateTimeOffset end = _time.GetUtcNow().AddMinutes(5);
        await _time.UntilAsync(() => _time.GetUtcNow() >= end, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(6));
        NodeHealth health = group.Snapshot()[1];
        Assert.Equal(NodeState.Down, health.State);
        Assert.InRange(health.NextAttemptAt!.Value - _time.GetUtcNow(), TimeSpan.FromSeconds(-1), TimeSpan.FromSeconds(6));
        await using FakeNode back = Serving(port);
        _time.Advance(TimeSpan.FromSeconds(6));
        await Patience.UntilAsync(() => group.Snapshot()[1].State == NodeState.Ready);
        Assert.Null(group.Snapshot()[1].NextAttemptAt);
    }

    [Fact]
    public async Task Whoever_may_be_back_is_asked_at_once_when_nobody_gives_work()
    {
        bool dead = false;
        bool starting = true;
        await using FakeNode first = FakeNode.Answering(call => dead ? Task.FromResult<string?>(null)
            : Answer(call.Method == "getbestblockhash" ? "null" : Template("09", null, 432)));
        await using FakeNode second = FakeNode.Answering(call => Answer(starting ? "ERROR{\"code\":-10,\"message\":\"is in initial sync\"}"
            : call.Method == "getbestblockhash" ? "null" : Template("09", null, 432)));
        await using RunningNodes group = Group([first.Endpoint, second.Endpoint]);
        group.Start();
        await Patience.UntilAsync(() => group.Current is not null);
        await _time.UntilAsync(
            () => group.Snapshot()[1].NextAttemptAt - _time.GetUtcNow() > TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
        starting = false;
        dead = true;
        // The first is asked every quarter of a second; the second is due in half a minute and more.
        await _time.UntilAsync(() => group.Snapshot()[1].State == NodeState.Ready, TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(25));
    }

    [Theory]
    [InlineData("{\"chain\":\"main\",\"blocks\":5,\"headers\":9000,\"initialblockdownload\":true}", "main", "downloading the block chain: block 5 of 9000")]
    [InlineData("{\"chain\":\"regtest\",\"blocks\":5,\"headers\":12}", "regtest", "has 5 of 12 blocks")]
    [InlineData("{\"chain\":\"regtest\",\"blocks\":5,\"headers\":5,\"initialblockdownload\":true}", "regtest", null)]
    [InlineData("{\"chain\":\"main\",\"blocks\":5,\"headers\":5,\"initial_block_download_complete\":true}", "main", null)]
    [InlineData("{\"chain\":\"test\"}", "regtest", "runs chain \"test\"")]
    [InlineData("null", "regtest", null)]
    public async Task A_node_that_is_not_there_yet_or_elsewhere_gives_no_work(string info, string network, string? words)
    {
        await using FakeNode node = FakeNode.Answering(call => Answer(call.Method switch
        {
            "getblockchaininfo" => info,
            "getblocktemplate" => Template("09", null, 432),
            _ => "null",
        }));
        await using RunningNodes group = Group([node.Endpoint], options => options with { Coin = CoinCatalogue.Get("btc", network) });
        group.Start();
        await Patience.UntilAsync(() => group.Snapshot()[0].State is NodeState.Ready or NodeState.NotReady);
        Assert.Equal(words is null ? NodeState.Ready : NodeState.NotReady, group.Snapshot()[0].State);
        Assert.Equal(words is null, group.Current is not null);
        Assert.Contains(words ?? "", group.Snapshot()[0].LastError ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_far_behind_the_others_or_the_pools_blocks_is_not_mined_on()
    {
        int height = 425;
        await using FakeNode good = Serving();
        await using FakeNode behind = FakeNode.Answering(call => Answer(call.Method == "getbestblockhash" ? "null" : Template("0a", null, height)));
        await using RunningNodes group = Group([good.Endpoint, behind.Endpoint]);
        group.Start();
        await Patience.UntilAsync(() => group.Current is not null);
        await _time.UntilAsync(
            () => group.Snapshot()[1].LastError?.Contains("is at height 424, 7 blocks behind") ?? false, s_step, TimeSpan.FromMinutes(10));
        Assert.Equal(432, group.Current!.Height);
        height = 426; // six behind: a reorganisation or a slow link
        await _time.UntilAsync(() => group.Snapshot()[1].State == NodeState.Ready, s_step, TimeSpan.FromMinutes(10));

        await using RunningNodes alone = Group([good.Endpoint], static options => options with { KnownHeight = static () => 500 });
        alone.Start();
        await Patience.UntilAsync(() => alone.Snapshot()[0].State == NodeState.NotReady);
        Assert.Contains("is at height 431, 69 blocks behind a block of this pool", alone.Snapshot()[0].LastError, StringComparison.Ordinal);
        Assert.Null(alone.Current);
    }

    [Fact]
    public async Task A_pool_refuses_a_node_of_another_chain_naming_both_and_listens_to_its_publisher()
    {
        using TempFolder directory = new();
        string genesis = CoinCatalogue.Bitcoin.Genesis.ToString();
        await using FakeNode node = FakeNode.Answering(call => Answer(call.Method switch
        {
            "getblockchaininfo" => "{\"chain\":\"regtest\",\"blocks\":431,\"headers\":431}",
            "getblockhash" => $"\"{genesis}\"",
            _ => Template("09", null, 432),
        }));
        await using ScriptedPublisher publisher = new(static async stream =>
        {
            await ScriptedPublisher.ShakeHandsAsync(stream);
            await stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false); // until the other side hangs up
        });
        PoolOptions options = new()
        {
            Coin = CoinCatalogue.BitcoinRegtest,
            Nodes = [new PoolNode(new Uri($"http://127.0.0.1:{node.Port}")) { User = "u", Password = "p", Zmq = publisher.Uri }],
            DataDirectory = directory.Path,
            OperatorAddress = StratumHarness.Address(1),
            Listen = [new IPEndPoint(IPAddress.Loopback, 0)],
        };
        NativeProofChecker checker = new();
        await using PoolServer pool = await PoolServer.StartAsync(options, checker, TestWorld.Make(), default);
        await Patience.UntilAsync(() => pool.Snapshot().Nodes[0] is { LastError: not null, Zmq: "connected" });
        string error = pool.Snapshot().Nodes[0].LastError!;
        Assert.Contains($"chain \"regtest\" with genesis {genesis}", error, StringComparison.Ordinal);
        Assert.Contains($"genesis {CoinCatalogue.BitcoinRegtest.Genesis}", error, StringComparison.Ordinal);
        Assert.Null(pool.Snapshot().Job);
    }

    private RunningNodes Group(NodeEndpoint[] nodes, Func<NodeClientGroupOptions, NodeClientGroupOptions>? change = null)
    {
        NodeClientGroupOptions options = new() { Nodes = nodes, Algorithm = Algorithm.Sha256d };
        return new RunningNodes(change is null ? options : change(options), TestWorld.Make(_time));
    }

    private static FakeNode Serving(int port = 0) =>
        FakeNode.Answering(static call => Answer(call.Method == "getbestblockhash" ? "null" : Template("09", null, 432)), port);

    private static string Template(string tip, string? longPollId, int height) =>
        (longPollId is null ? TemplateReaderTests.Json("longpollid") : TemplateReaderTests.Json("longpollid", $"\"{longPollId}\""))
            .Replace("0909", tip + tip).Replace("\"height\":432", $"\"height\":{height}");

    private static string Quoted(string tip) => $"\"{string.Concat(Enumerable.Repeat(tip, 32))}\"";

    private static Task<string?> Answer(string result) => Task.FromResult<string?>(result);
}
