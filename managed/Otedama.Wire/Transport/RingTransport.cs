using System.Net.Sockets;
using Otedama.Interop;

namespace Otedama.Wire;

/// <summary>The transport on an io_uring. Its loop is the only thread that touches the ring.</summary>
public sealed class RingTransport : StreamTransport, ILoopTransport
{
    public const int ConnectionsMax = Ring.ConnectionsMax - ClosingPlaces;

    /// <summary>
    /// Places of the ring beyond those of connections: for those that are closed and still being flushed.
    /// </summary>
    private const int ClosingPlaces = 256;

    private static readonly TimeSpan s_closePatience = TimeSpan.FromSeconds(5);

    private readonly RingLoop _loop;

    public RingTransport(TransportOptions options, TimeProvider time)
        : base(options, time)
    {
        Ring ring = Ring.Open(new RingOptions
        {
            Connections = Math.Min(Ring.ConnectionsMax, options.ConnectionsMax + ClosingPlaces),
            QueueBytesMax = options.OutputBytesMax,
            Unread = options.UnreadTimeout,
        });
        _loop = new RingLoop(ring, this);
    }

    public ILoopUser? User { get => _loop.User; set => _loop.User = value; }

    public override void EndBatch(ReadOnlySpan<TransportConnection> written) => _loop.Post(written);

    public override void Dispose()
    {
        base.Dispose();
        _loop.End(s_closePatience);
    }

    private protected override void BeginAccepting()
    {
        foreach ((Socket listener, _) in Listeners)
        {
            Prepare(listener);
        }
        _loop.Start([.. Listeners.Select(static listener => listener.Socket)]);
    }

    private protected override void EndAccepting() => _loop.StopListening();

    /// <summary>On the loop, which ends: the kernel serves its ring no more.</summary>
    internal void OnBroken(string reason)
    {
        StopListening();
        foreach (StreamConnection connection in Connections)
        {
            connection.Close(CloseReason.Error);
        }
        Options.Broken?.Invoke(reason);
    }

    /// <summary>On the loop: somebody connected to the listener of that number.</summary>
    internal RingConnection? Accept(in RingEvent accepted)
    {
        if (!TryTakePlace())
        {
            return null;
        }
        int listener = (int)accepted.Tag;
        RingConnection connection = new(
            this, _loop, accepted.Connection, accepted.Remote, Endpoints[listener].Port, Listeners[listener].TlsOnly);
        Enter(connection);
        return connection;
    }
}
