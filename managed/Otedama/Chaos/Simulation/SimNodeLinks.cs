using System.Text;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama;

/// <summary>The simulated nodes as one life of the pool reaches them.</summary>
internal sealed class SimNodeLinks(SimWorld world, SimLife life) : INodeLinks
{
    public IRpcLink Open(RpcEndpoint endpoint) => new Link(world.Nodes.First(node => node.Name == endpoint.Name), life);

    public Task<IBlockFeed> SubscribeAsync(Uri address, CancellationToken stop) =>
        throw new IOException("nobody publishes here");

    private sealed class Link(SimNode node, SimLife life) : IRpcLink
    {
        public string Name => node.Name;

        public async Task<RpcAnswer> CallAsync(RpcRequest request, TimeSpan timeout, CancellationToken stop)
        {
            string text = request.ToString();
            int start = text.IndexOf("\"params\":[", StringComparison.Ordinal) + 10;
            string answer = await node.CallAsync(request.Method, text[start..^2], life, timeout, stop);
            return RpcAnswer.Of(Encoding.UTF8.GetBytes(answer));
        }

        public void Dispose()
        {
        }
    }
}
