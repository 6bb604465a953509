using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>Opens what a pool needs of its coin nodes. Safe from any thread.</summary>
public interface INodeLinks
{
    /// <summary>Calls to the node at this address. Nothing is sent before the first one.</summary>
    IRpcLink Open(RpcEndpoint endpoint);

    /// <summary>
    /// Subscribes to the blocks that a node publishes (tcp://host:port). Throws IOException, SocketException or
    /// TimeoutException when there is nobody who publishes.
    /// </summary>
    Task<IBlockFeed> SubscribeAsync(Uri address, CancellationToken stop);
}

/// <summary>The blocks that one node publishes. One reader.</summary>
public interface IBlockFeed : IDisposable
{
    /// <summary>The id of the next new block. Throws IOException or SocketException when the feed has ended.</summary>
    Task<Hash256> NextAsync(CancellationToken stop);
}
