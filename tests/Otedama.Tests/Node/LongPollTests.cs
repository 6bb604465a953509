using System.Text.Json.Nodes;
using Xunit;

namespace Otedama.Tests.Node;

public class LongPollTests
{
    [Fact]
    public async Task A_new_block_answers_at_once()
    {
        await using TestNode node = await TestNode.StartAsync();
        JsonNode before = (await node.TemplateAsync())!;
        Task<JsonNode?> poll = PollAsync(node, before);
        await Task.Delay(100);
        Assert.False(poll.IsCompleted);
        string tip = (await node.GenerateAsync(1))[0];
        JsonNode after = (await poll.WaitAsync(Patience.Limit))!;
        Assert.Equal((2, tip), ((int)after["height"]!, (string)after["previousblockhash"]!));
        Assert.NotEqual((string)before["longpollid"]!, (string)after["longpollid"]!);
    }

    [Fact]
    public async Task A_new_transaction_answers_with_it_in_the_template()
    {
        await using TestNode node = await TestNode.StartAsync();
        await node.GenerateAsync(101);
        Task<JsonNode?> poll = PollAsync(node, (await node.TemplateAsync())!);
        await Task.Delay(100);
        Assert.False(poll.IsCompleted);
        string sent = (string)(await node.CallAsync("sendtoaddress", node.Node.MiningAddress, "1"))!;
        JsonNode after = (await poll.WaitAsync(Patience.Limit))!;
        Assert.Equal(sent, (string)after["transactions"]![0]!["txid"]!);
    }

    [Fact]
    public async Task An_outdated_or_unknown_id_is_answered_without_waiting()
    {
        await using TestNode node = await TestNode.StartAsync();
        JsonNode before = (await node.TemplateAsync())!;
        await node.GenerateAsync(1);
        Assert.Equal(2, (int)(await PollAsync(node, before).WaitAsync(Patience.Limit))!["height"]!);
        JsonNode odd = JsonNode.Parse("""{"rules":["segwit"],"longpollid":"x"}""")!;
        Assert.NotNull(await node.CallAsync("getblocktemplate", odd).WaitAsync(Patience.Limit));
    }

    [Fact]
    public async Task Nothing_new_is_answered_after_the_limit_and_a_stop_ends_the_wait()
    {
        await using TestNode quick = await TestNode.StartAsync(change: options => options with { LongPollMax = TimeSpan.FromMilliseconds(50) });
        Assert.NotNull(await PollAsync(quick, (await quick.TemplateAsync())!).WaitAsync(Patience.Limit));

        TestNode stopped = await TestNode.StartAsync();
        Task<JsonNode?> poll = PollAsync(stopped, (await stopped.TemplateAsync())!);
        await Task.Delay(50);
        Task stop = stopped.Node.DisposeAsync().AsTask();
        await stop.WaitAsync(Patience.Limit);
        await Assert.ThrowsAnyAsync<Exception>(() => poll.WaitAsync(Patience.Limit));
        await stopped.DisposeAsync();
    }

    private static Task<JsonNode?> PollAsync(TestNode node, JsonNode template) => node.CallAsync(
        "getblocktemplate", new JsonObject { ["rules"] = new JsonArray("segwit"), ["longpollid"] = (string)template["longpollid"]! });
}
