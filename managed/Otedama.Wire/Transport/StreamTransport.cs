using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Otedama.Wire;

/// <summary>
/// What every engine over TCP has: listening sockets, the table of connections and its limit, timeouts, TLS. How bytes
/// move is the engine's own.
/// </summary>
public abstract class StreamTransport : ITransport
{
    private static readonly TimeSpan s_sweepEvery = TimeSpan.FromSeconds(1);

    private const int LinuxTcp = 6;
    private const int LinuxTcpUserTimeout = 18;

    private readonly ConcurrentDictionary<long, StreamConnection> _connections = new();
    private readonly ITimer _sweep;
    private volatile TlsIdentity? _identity;
    private volatile bool _stopped;
    private int _count;
    private long _refused;

    private protected StreamTransport(TransportOptions options, TimeProvider time)
    {
        Options = options;
        Time = time;
        Identity = options.Identity;
        Trace = options.Trace?.IsEnabled(LogLevel.Trace) == true ? options.Trace : null;
        _sweep = time.CreateTimer(
            static state => ((StreamTransport)state!).Sweep(), this, Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
    }

    public IReadOnlyList<IPEndPoint> Endpoints { get; private set; } = [];

    public int ConnectionCount => Volatile.Read(ref _count);

    public virtual long RefusedCount => Volatile.Read(ref _refused);

    public TlsIdentity? Identity { get => _identity; set => _identity = value; }

    internal TransportOptions Options { get; }

    /// <summary>Null when nobody wants every line.</summary>
    internal ILogger? Trace { get; }

    internal TimeProvider Time { get; }

    internal HandshakeLane Handshakes { get; } = new();

    internal ITransportHandler Handler { get; private set; } = null!;

    private protected List<(Socket Socket, bool TlsOnly)> Listeners { get; } = [];

    private protected bool IsStopped => _stopped;

    private protected ICollection<StreamConnection> Connections => _connections.Values;

    public void Start(ITransportHandler handler)
    {
        Handler = handler;
        try
        {
            foreach (IPEndPoint endpoint in Options.Listen)
            {
                Listeners.Add((Listen(endpoint), false));
            }
            foreach (IPEndPoint endpoint in Options.ListenTls)
            {
                Listeners.Add((Listen(endpoint), true));
            }
        }
        catch
        {
            Listeners.ForEach(static listener => listener.Socket.Dispose());
            throw;
        }
        Endpoints = Listeners.ConvertAll(listener => (IPEndPoint)listener.Socket.LocalEndPoint!);
        BeginAccepting();
        _sweep.Change(s_sweepEvery, s_sweepEvery);
    }

    public virtual void EndBatch(ReadOnlySpan<TransportConnection> written)
    {
        foreach (TransportConnection connection in written)
        {
            connection.Flush();
        }
    }

    public void StopListening()
    {
        if (!_stopped)
        {
            _stopped = true;
            EndAccepting();
        }
    }

    public virtual void Dispose()
    {
        StopListening();
        _sweep.Dispose();
        foreach (StreamConnection connection in _connections.Values)
        {
            connection.Close(CloseReason.ServerStopping);
        }
    }

    internal void Forget(StreamConnection connection)
    {
        if (_connections.TryRemove(connection.Id, out _))
        {
            Interlocked.Decrement(ref _count);
        }
    }

    internal bool IsProxy(IPAddress address)
    {
        foreach (IPNetwork network in Options.ProxySources)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>The listeners are there.</summary>
    private protected abstract void BeginAccepting();

    /// <summary>The listeners are to be closed.</summary>
    private protected abstract void EndAccepting();

    /// <summary>A place for one connection more; false and counted as refused when there is none.</summary>
    private protected bool TryTakePlace()
    {
        if (!_stopped)
        {
            if (Interlocked.Increment(ref _count) <= Options.ConnectionsMax)
            {
                return true;
            }
            Interlocked.Decrement(ref _count);
        }
        CountRefused();
        return false;
    }

    /// <summary>The peer was gone before it was entered.</summary>
    private protected void GiveUpPlace() => Interlocked.Decrement(ref _count);

    private protected void CountRefused() => Interlocked.Increment(ref _refused);

    private protected void Enter(StreamConnection connection) => _connections[connection.Id] = connection;

    private Socket Listen(IPEndPoint endpoint)
    {
        Socket listener = new(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endpoint.AddressFamily == AddressFamily.InterNetworkV6)
            {
                listener.DualMode = true;
            }
            listener.Bind(endpoint);
            listener.Listen(Options.Backlog);
            return listener;
        }
        catch (SocketException exception)
        {
            listener.Dispose();
            throw new IOException(
                $"cannot listen on {endpoint}: {exception.Message}. Choose a free port or stop the program that uses it.",
                exception);
        }
    }

    /// <summary>Of a connection, or of a listener, from which Linux passes them on to what it accepts.</summary>
    private protected void Prepare(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, Options.KeepAliveSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 15);
        socket.SendBufferSize = Options.KernelOutputBytes;
        if (OperatingSystem.IsLinux())
        {
            SetUserTimeout(socket, (int)Options.UnreadTimeout.TotalMilliseconds);
        }
    }

    /// <summary>
    /// The kernel closes when the reader's window stays shut, and when a dead peer acknowledges nothing.
    /// </summary>
    private static void SetUserTimeout(Socket socket, int milliseconds)
    {
        try
        {
            socket.SetRawSocketOption(LinuxTcp, LinuxTcpUserTimeout, BitConverter.GetBytes(milliseconds));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ProtocolOption)
        {
            // A kernel without it: what does not fit its buffer is still timed by us.
        }
    }

    private void Sweep()
    {
        foreach ((_, StreamConnection connection) in _connections)
        {
            connection.CheckTimeouts();
        }
    }
}
