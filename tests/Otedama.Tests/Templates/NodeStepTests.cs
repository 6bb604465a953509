using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.Pool;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Templates;

/// <summary>A node that is followed on one thread: every step ends before it returns, and time is what the test says.</summary>
public sealed class NodeStepTests : ITemplateSink, INodeLinks
{
    private readonly HeldClock _time = new();
    private readonly List<int> _heights = [];
    private readonly Dictionary<string, ScriptedLink> _links = [];
    private int _returns;

    void ITemplateSink.Offer(Template template) => _heights.Add(template.Height);

    void ITemplateSink.OnNodeReturned() => _returns++;

    public IRpcLink Open(RpcEndpoint endpoint) => _links[endpoint.Name];

    public Task<IBlockFeed> SubscribeAsync(Uri address, CancellationToken stop) => throw new IOException("nobody publishes");

    [Fact]
    public void A_node_without_long_poll_is_asked_every_quarter_second_and_for_its_transactions_every_fifteen()
    {
        int height = 432;
        string best = "null";
        Add("node", call => call.Contains("getbestblockhash") ? best : Template("09", null, height));
        using NodeClientGroup group = Group();
        IStep node = Assert.Single(group.Steps);
        Assert.Equal(TimeSpan.Zero, Step(node));
        Assert.Equal([432], _heights);
        Assert.Equal(1, _returns);

        Assert.Equal(TimeSpan.FromMilliseconds(250), Step(node));
        Assert.Equal(1, CallsOf("getblocktemplate"));
        _time.Advance(0.249);
        Assert.Equal(TimeSpan.FromMilliseconds(1), Step(node)); // too early: nothing is asked
        Assert.Equal(0, CallsOf("getbestblockhash"));
        _time.Advance(0.001);
        Step(node);
        Assert.Equal((1, 1), (CallsOf("getbestblockhash"), CallsOf("getblocktemplate")));

        (height, best) = (433, $"\"{string.Concat(Enumerable.Repeat("0b", 32))}\"");
        _time.Advance(0.25);
        Step(node);
        Assert.Equal([432, 433], _heights);
        best = "null";
        Run(node, TimeSpan.FromSeconds(15.5));
        Assert.Equal([432, 433, 433], _heights);
    }

    [Fact]
    public void A_long_poll_is_acted_on_when_its_answer_wakes_the_step_and_is_left_when_the_node_was_seen_to_move()
    {
        TaskCompletionSource<string> poll = new();
        string tip = "09";
        Add("node", call => call.Contains("getbestblockhash") ? Quoted(tip) : Template(tip, $"id-{tip}", tip == "09" ? 432 : 433), call =>
            call.Contains("longpollid") ? poll.Task : null);
        using NodeClientGroup group = Group();
        IStep node = Assert.Single(group.Steps);
        Step(node);
        Assert.Equal(TimeSpan.FromSeconds(10), Step(node)); // until the first probe
        Assert.False(node.Wake.TryTake());
        poll.SetResult(Template("0a", "id-0a", 433));
        Assert.True(node.Wake.TryTake());
        Step(node);
        Assert.Equal([432, 433], _heights);

        poll = new TaskCompletionSource<string>(); // this one is never answered
        tip = "0c";
        Run(node, TimeSpan.FromSeconds(19.9));
        Assert.Equal([432, 433], _heights);
        Run(node, TimeSpan.FromSeconds(0.2)); // the second probe finds it too
        Assert.Equal([432, 433, 433], _heights);
    }

    [Fact]
    public void How_long_nobody_gave_work_counts_from_the_start_and_from_the_last_that_did()
    {
        bool fails = true;
        Add("node", call => fails ? throw new RpcException(RpcFailure.Unreachable, "no") : Template("09", null, 432));
        using NodeClientGroup group = Group();
        IStep node = Assert.Single(group.Steps);
        Assert.Equal(TimeSpan.Zero, group.WithoutWork);
        Run(node, TimeSpan.FromSeconds(20));
        Assert.InRange(group.WithoutWork!.Value.TotalSeconds, 19, 21);
        fails = false;
        Run(node, TimeSpan.FromSeconds(60));
        Assert.Null(group.WithoutWork);
        fails = true;
        Run(node, TimeSpan.FromSeconds(20));
        Assert.InRange(group.WithoutWork!.Value.TotalSeconds, 19, 21);
    }

    [Fact]
    public void A_node_that_fails_is_asked_again_after_longer_and_longer_pauses()
    {
        bool fails = true;
        Add("node", call => fails ? throw new RpcException(RpcFailure.Refused, "no") : Template("09", null, 432));
        using NodeClientGroup group = Group(options => options with { BackOffFirst = TimeSpan.FromSeconds(1), BackOffLast = TimeSpan.FromSeconds(60) });
        IStep node = Assert.Single(group.Steps);
        Run(node, TimeSpan.FromSeconds(10));
        Assert.InRange(CallsOf("getblocktemplate"), 9, 12); // nobody gives work: about every second, a fifth up or down
        Assert.Equal((NodeState.NotReady, "no"), (group.Snapshot()[0].State, group.Snapshot()[0].LastError));
        fails = false;
        Run(node, TimeSpan.FromSeconds(1.2));
        Assert.Equal([432], _heights);
    }

    private void Add(string name, Func<string, string> answer, Func<string, Task<string>?>? late = null) =>
        _links[name] = new ScriptedLink(name, call => late?.Invoke(call) ?? Task.FromResult(answer(call)));

    private int CallsOf(string method) => _links["node"].Calls.Count(call => call.Contains($"\"{method}\""));

    private NodeClientGroup Group(Func<NodeClientGroupOptions, NodeClientGroupOptions>? change = null)
    {
        NodeClientGroupOptions options = new()
        {
            Nodes = [.. _links.Keys.Select(static name => (NodeEndpoint)(RpcEndpoint.Parse("127.0.0.1:1") with { Name = name }))],
            Algorithm = Algorithm.Sha256d,
        };
        PoolWorld world = TestWorld.Make(_time) with { Nodes = this };
        return new NodeClientGroup(change is null ? options : change(options), this, world, NullLogger.Instance);
    }

    /// <summary>One step on this thread.</summary>
    private static TimeSpan Step(IStep node)
    {
        ValueTask<TimeSpan> step = node.StepAsync(default);
        Assert.True(step.IsCompletedSuccessfully);
        return step.Result;
    }

    /// <summary>As a loop would for so long.</summary>
    private void Run(IStep node, TimeSpan time)
    {
        DateTimeOffset end = _time.GetUtcNow() + time;
        while (true)
        {
            TimeSpan pause = Step(node);
            TimeSpan left = end - _time.GetUtcNow();
            if (pause > left)
            {
                _time.Advance(left);
                return;
            }
            _time.Advance(pause);
        }
    }

    private static string Quoted(string tip) => $"\"{string.Concat(Enumerable.Repeat(tip, 32))}\"";

    private static string Template(string tip, string? longPollId, int height) =>
        (longPollId is null ? TemplateReaderTests.Json("longpollid") : TemplateReaderTests.Json("longpollid", $"\"{longPollId}\""))
            .Replace("0909", tip + tip).Replace("\"height\":432", $"\"height\":{height}");
}
