using System.Net.Sockets;

namespace Otedama.Pool;

/// <summary>
/// The second ear of a node: the hash of every new block, published over ZeroMQ (zmqpubhashblock). Connects again by itself;
/// while it is deaf, long poll and probe still tell. A step waits for the next block.
/// </summary>
internal sealed class BlockEar(Uri address, NodeClient node, PoolWorld world) : IStep, IDisposable
{
    private static readonly TimeSpan s_backOffFirst = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_backOffLast = TimeSpan.FromSeconds(10);

    private readonly BackOff _backOff = new(s_backOffFirst, s_backOffLast, world.Random);
    private Pause _absence;
    private IBlockFeed? _feed;

    public Signal Wake { get; } = new(world.Time);

    public async ValueTask<TimeSpan> StepAsync(CancellationToken stop)
    {
        TimeSpan left = _absence.Left(world.Time);
        if (left > TimeSpan.Zero)
        {
            return left;
        }
        try
        {
            if (_feed is null)
            {
                _feed = await world.Nodes.SubscribeAsync(address, stop);
                _backOff.Reset();
                node.OnEarChanged(address, new EarState(IsConnected: true, null));
            }
            node.OnBlockHeard(await _feed.NextAsync(stop));
            return TimeSpan.Zero;
        }
        catch (Exception e) when (e is IOException or SocketException or TimeoutException && !stop.IsCancellationRequested)
        {
            Dispose();
            TimeSpan wait = _backOff.Next();
            _absence = Pause.Begin(world.Time, wait);
            node.OnEarChanged(address, new EarState(IsConnected: false, e is EndOfStreamException ? "the node closed the connection" : e.Message));
            return wait;
        }
    }

    public void Dispose()
    {
        _feed?.Dispose();
        _feed = null;
    }
}

/// <summary>Whether a node's published blocks are heard, and why not.</summary>
internal sealed record EarState(bool IsConnected, string? Problem);
