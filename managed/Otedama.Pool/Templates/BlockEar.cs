using System.Net.Sockets;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// The second ear of a node: the hash of every new block, published over ZeroMQ (zmqpubhashblock). Connects again by itself;
/// while it is deaf, long poll and probe still tell.
/// </summary>
internal sealed class BlockEar(Uri address, PoolWorld world, Action<Hash256> heard, Action<EarState> changed)
{
    private static readonly TimeSpan s_backOffFirst = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_backOffLast = TimeSpan.FromSeconds(10);

    /// <summary>Ends when stop is cancelled.</summary>
    public async Task ListenAsync(CancellationToken stop)
    {
        var backOff = new BackOff(s_backOffFirst, s_backOffLast, world.Random);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using IBlockFeed feed = await world.Nodes.SubscribeAsync(address, stop);
                backOff.Reset();
                changed(new EarState(IsConnected: true, null));
                while (true)
                {
                    heard(await feed.NextAsync(stop));
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is IOException or SocketException or TimeoutException)
            {
                TimeSpan wait = backOff.Next();
                changed(new EarState(IsConnected: false, e is EndOfStreamException ? "the node closed the connection" : e.Message));
                await Task.Delay(wait, world.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

}

/// <summary>Whether a node's published blocks are heard, and why not.</summary>
internal sealed record EarState(bool IsConnected, string? Problem);
