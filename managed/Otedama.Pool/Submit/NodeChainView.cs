using System.Text.Json;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>The best chain as the pool's nodes tell it; the first that answers is believed.</summary>
internal sealed class NodeChainView : IChainView, IDisposable
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    private readonly RpcClient[] _nodes;

    public NodeChainView(IReadOnlyList<RpcEndpoint> nodes, TimeProvider time) =>
        _nodes = [.. nodes.Select(node => new RpcClient(node, time))];

    public async ValueTask<int?> GetHeightAsync(CancellationToken cancellation)
    {
        using RpcAnswer? answer = await AskAsync(RpcRequest.Create("getblockcount"), cancellation);
        return answer is not null && new JsonValue(answer.Result).TryGetInt64(out long height) ? (int)height : null;
    }

    public async ValueTask<Hash256?> GetBlockHashAsync(int height, CancellationToken cancellation)
    {
        using RpcAnswer? answer = await AskAsync(RpcRequest.Create("getblockhash", $"{height}"), cancellation);
        if (answer is null)
        {
            return null;
        }
        string text = new JsonValue(answer.Result).GetText(2 * Hash256.Size);
        return text.Length == 2 * Hash256.Size ? Hash256.FromDisplay(text) : null;
    }

    public void Dispose() => Array.ForEach(_nodes, node => node.Dispose());

    private async Task<RpcAnswer?> AskAsync(RpcRequest request, CancellationToken cancellation)
    {
        foreach (RpcClient node in _nodes)
        {
            try
            {
                return await node.CallAsync(request, s_timeout, cancellation);
            }
            catch (Exception exception) when (exception is RpcException or JsonException)
            {
                // The next node may know; health is the node group's business.
            }
        }
        return null;
    }
}
