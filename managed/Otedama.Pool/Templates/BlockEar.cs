using System.Net.Sockets;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// The second ear of a node: the hash of every new block, published over ZeroMQ (zmqpubhashblock). Connects again by itself;
/// while it is deaf, long poll and probe still tell.
/// </summary>
internal sealed class BlockEar(Uri address, TimeProvider time, Action<Hash256> heard, Action<EarState> changed)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_backOffFirst = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_backOffLast = TimeSpan.FromSeconds(10);

    /// <summary>Ends when stop is cancelled.</summary>
    public async Task ListenAsync(CancellationToken stop)
    {
        var backOff = new BackOff(s_backOffFirst, s_backOffLast);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using ZmtpSubscriber subscriber = await ZmtpSubscriber.ConnectAsync(
                    address.Host, address.Port, "hashblock", s_patience, time, stop);
                backOff.Reset();
                changed(new EarState(IsConnected: true, null));
                while (true)
                {
                    Take(await subscriber.ReadAsync(stop));
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
                await Task.Delay(wait, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Topic, hash in display order, sequence number.</summary>
    private void Take(IReadOnlyList<byte[]> parts)
    {
        if (parts.Count >= 2 && parts[0].AsSpan().SequenceEqual("hashblock"u8) && parts[1].Length == Hash256.Size)
        {
            byte[] hash = [.. parts[1]];
            Array.Reverse(hash);
            heard(new Hash256(hash));
        }
    }
}

/// <summary>Whether a node's published blocks are heard, and why not.</summary>
internal sealed record EarState(bool IsConnected, string? Problem);
