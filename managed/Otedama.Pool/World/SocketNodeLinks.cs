using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>Real coin nodes: JSON-RPC over HTTP, published blocks over ZeroMQ (zmqpubhashblock).</summary>
public sealed class SocketNodeLinks(TimeProvider time) : INodeLinks
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    public IRpcLink Open(RpcEndpoint endpoint) => new RpcClient(endpoint, time);

    public async Task<IBlockFeed> SubscribeAsync(Uri address, CancellationToken stop) =>
        new Feed(await ZmtpSubscriber.ConnectAsync(address.Host, address.Port, "hashblock", s_patience, time, stop));

    private sealed class Feed(ZmtpSubscriber subscriber) : IBlockFeed
    {
        /// <summary>
        /// Messages are the topic, the hash in display order and a sequence number; others are passed over.
        /// </summary>
        public async Task<Hash256> NextAsync(CancellationToken stop)
        {
            while (true)
            {
                IReadOnlyList<byte[]> parts = await subscriber.ReadAsync(stop);
                if (parts.Count >= 2 && parts[0].AsSpan().SequenceEqual("hashblock"u8) && parts[1].Length == Hash256.Size)
                {
                    byte[] hash = [.. parts[1]];
                    Array.Reverse(hash);
                    return new Hash256(hash);
                }
            }
        }

        public void Dispose() => subscriber.Dispose();
    }
}
