using System.Text.Json;
using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// The best chain as the pool's nodes tell it. All that serve work are asked, which none does that is far behind or on another
/// chain. What more than half of them say counts; without that nothing is known for now.
/// </summary>
internal sealed class NodeChainView(NodeClientGroup nodes, ILogger logger) : IChainView
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    /// <summary>The height that more than half of the nodes have reached.</summary>
    public async ValueTask<int?> GetHeightAsync(CancellationToken cancellation)
    {
        long?[] answers = await Task.WhenAll(nodes.Ready.Select(node => HeightAsync(node, cancellation)));
        long[] heights = [.. answers.OfType<long>().Where(static height => height is >= 0 and <= int.MaxValue).OrderDescending()];
        return heights.Length == 0 ? null : (int)heights[heights.Length / 2];
    }

    public async ValueTask<Hash256?> GetBlockHashAsync(int height, CancellationToken cancellation)
    {
        IReadOnlyList<NodeClient> asked = nodes.Ready;
        Hash256?[] answers = await Task.WhenAll(asked.Select(node => HashAsync(node, height, cancellation)));
        IGrouping<Hash256, Hash256>[] votes = [.. answers.OfType<Hash256>().GroupBy(static hash => hash).OrderByDescending(static vote => vote.Count())];
        if (votes.Length > 1)
        {
            TemplateLog.ChainsDiffer(logger, height, string.Join(", ", asked.Zip(answers).Select(
                static pair => $"{pair.First.Name}: {pair.Second?.ToString() ?? "no answer"}")));
        }
        return votes.Length > 0 && 2 * votes[0].Count() > votes.Sum(static vote => vote.Count()) ? votes[0].Key : null;
    }

    private static async Task<long?> HeightAsync(NodeClient node, CancellationToken cancellation)
    {
        using RpcAnswer? answer = await AskAsync(node, RpcRequest.Create("getblockcount"), cancellation);
        return answer is not null && new JsonValue(answer.Result).TryGetInt64(out long height) ? height : null;
    }

    private static async Task<Hash256?> HashAsync(NodeClient node, int height, CancellationToken cancellation)
    {
        using RpcAnswer? answer = await AskAsync(node, RpcRequest.Create("getblockhash", $"{height}"), cancellation);
        string text = answer is null ? "" : new JsonValue(answer.Result).GetText(2 * Hash256.Size);
        return text.Length == 2 * Hash256.Size && text.All(char.IsAsciiHexDigit) ? Hash256.FromDisplay(text) : null;
    }

    private static async Task<RpcAnswer?> AskAsync(NodeClient node, RpcRequest request, CancellationToken cancellation)
    {
        try
        {
            return await node.Rpc.CallAsync(request, s_timeout, cancellation);
        }
        catch (Exception exception) when (exception is RpcException or JsonException)
        {
            return null; // the others may know; health is the node group's business
        }
    }
}
