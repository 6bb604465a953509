using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.Jobs;
using Otedama.Tests.Pool;
using Otedama.Tests.Wire;
using Xunit;

namespace Otedama.Tests.Templates;

/// <summary>What became of a block is the word of most nodes, not of the first.</summary>
public sealed class NodeChainViewTests
{
    [Theory]
    [InlineData("1 1 1", 1)]
    [InlineData("2 1 1", 1)]
    [InlineData("1 2", null)]
    [InlineData("2", 2)]
    [InlineData("- 1", 1)]
    [InlineData("- 2 1", null)]
    [InlineData("-", null)]
    public async Task The_hash_that_most_nodes_tell_counts(string told, int? expected)
    {
        string[] answers = told.Split(' ');
        FakeNode[] nodes = [.. answers.Select(static (answer, i) => Node(answer, height: 440 + i))];
        await using RunningNodes group = new(
            new NodeClientGroupOptions { Nodes = [.. nodes.Select(static node => (NodeEndpoint)node.Endpoint)], Algorithm = Algorithm.Sha256d },
            TestWorld.Make());
        NodeChainView view = new(group.Group, NullLogger.Instance);
        Assert.Null(await view.GetBlockHashAsync(430, default)); // nobody serves yet
        group.Start();
        await Patience.UntilAsync(() => group.Group.Ready.Count == nodes.Length, "all nodes to serve");
        Assert.Equal(expected is { } id ? JobSamples.Id((byte)id) : null, await view.GetBlockHashAsync(430, default));
        Assert.Equal(440 + ((nodes.Length - 1) / 2), await view.GetHeightAsync(default)); // what more than half have reached
        foreach (FakeNode node in nodes)
        {
            await node.DisposeAsync();
        }
    }

    private static FakeNode Node(string answer, int height) => FakeNode.Answering(call => Task.FromResult<string?>(call.Method switch
    {
        "getblocktemplate" when call.Body.Contains("longpollid") => "null",
        "getblocktemplate" => TemplateReaderTests.Json("longpollid"),
        "getblockcount" => $"{height}",
        "getblockhash" when answer == "-" => "ERROR{\"code\":-8,\"message\":\"Block height out of range\"}",
        "getblockhash" => $"\"{JobSamples.Id(byte.Parse(answer))}\"",
        _ => "null",
    }));
}
