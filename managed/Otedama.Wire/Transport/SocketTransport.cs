using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Otedama.Wire;

/// <summary>
/// The transport engine on .NET sockets: portable, no thread of its own, one receive in flight per connection.
/// </summary>
public sealed class SocketTransport : ITransport
{
    private static readonly TimeSpan s_sweepEvery = TimeSpan.FromSeconds(1);

    private const int LinuxTcp = 6;
    private const int LinuxTcpUserTimeout = 18;

    private readonly ConcurrentDictionary<long, SocketConnection> _connections = new();
    private readonly List<(Socket Socket, bool TlsOnly)> _listeners = [];
    private readonly ITimer _sweep;
    private volatile TlsIdentity? _identity;
    private volatile bool _stopped;
    private int _count;
    private long _refused;

    public SocketTransport(TransportOptions options, TimeProvider time)
    {
        Options = options;
        Time = time;
        Identity = options.Identity;
        Trace = options.Trace?.IsEnabled(LogLevel.Trace) == true ? options.Trace : null;
        _sweep = time.CreateTimer(
            static state => ((SocketTransport)state!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public IReadOnlyList<IPEndPoint> Endpoints { get; private set; } = [];

    public int ConnectionCount => Volatile.Read(ref _count);

    public long RefusedCount => Volatile.Read(ref _refused);

    public TlsIdentity? Identity { get => _identity; set => _identity = value; }

    internal TransportOptions Options { get; }

    /// <summary>Null when nobody wants every line.</summary>
    internal ILogger? Trace { get; }

    internal TimeProvider Time { get; }

    internal ReceiveSlabs Slabs { get; } = new();

    internal HandshakeLane Handshakes { get; } = new();

    internal ITransportHandler Handler { get; private set; } = null!;

    public void Start(ITransportHandler handler)
    {
        Handler = handler;
        try
        {
            foreach (IPEndPoint endpoint in Options.Listen)
            {
                _listeners.Add((Listen(endpoint), false));
            }
            foreach (IPEndPoint endpoint in Options.ListenTls)
            {
                _listeners.Add((Listen(endpoint), true));
            }
        }
        catch
        {
            StopListening();
            throw;
        }
        Endpoints = _listeners.ConvertAll(listener => (IPEndPoint)listener.Socket.LocalEndPoint!);
        foreach ((Socket listener, bool tlsOnly) in _listeners)
        {
            SocketAsyncEventArgs args = new() { UserToken = tlsOnly };
            // Never on the thread that polled: it serves other connections too, and accepting may go on or wait for long.
            args.Completed += (_, completed) => ThreadPool.UnsafeQueueUserWorkItem(_ => AcceptLoop(listener, completed), null);
            ThreadPool.UnsafeQueueUserWorkItem(_ => BeginAccept(listener, args), null);
        }
        _sweep.Change(s_sweepEvery, s_sweepEvery);
    }

    public void EndBatch(ReadOnlySpan<TransportConnection> written)
    {
        foreach (TransportConnection connection in written)
        {
            connection.Flush();
        }
    }

    public void StopListening()
    {
        _stopped = true;
        foreach ((Socket listener, _) in _listeners)
        {
            listener.Dispose();
        }
    }

    public void Dispose()
    {
        StopListening();
        _sweep.Dispose();
        foreach (SocketConnection connection in _connections.Values)
        {
            connection.Close(CloseReason.ServerStopping);
        }
    }

    internal void Forget(SocketConnection connection)
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
                $"cannot listen on {endpoint}: {exception.Message}. Choose a free port or stop the program that uses it.", exception);
        }
    }

    private void BeginAccept(Socket listener, SocketAsyncEventArgs args)
    {
        args.AcceptSocket = null;
        try
        {
            if (!listener.AcceptAsync(args))
            {
                AcceptLoop(listener, args);
            }
        }
        catch (ObjectDisposedException)
        {
            args.Dispose();
        }
    }

    private void AcceptLoop(Socket listener, SocketAsyncEventArgs args)
    {
        try
        {
            do
            {
                if (args.SocketError == SocketError.Success)
                {
                    Accept(args.AcceptSocket!, args.UserToken is true);
                }
                else if (_stopped)
                {
                    args.Dispose();
                    return;
                }
                else if (args.SocketError == SocketError.TooManyOpenSockets)
                {
                    Interlocked.Increment(ref _refused);
                    Thread.Sleep(10); // out of file descriptors: the kernel keeps the rest in its queue meanwhile
                }
                args.AcceptSocket = null;
            }
            while (!listener.AcceptAsync(args));
        }
        catch (ObjectDisposedException)
        {
            args.Dispose();
        }
    }

    private void Accept(Socket socket, bool tlsOnly)
    {
        if (_stopped || Interlocked.Increment(ref _count) > Options.ConnectionsMax)
        {
            Interlocked.Decrement(ref _count);
            Interlocked.Increment(ref _refused);
            socket.Dispose();
            return;
        }
        SocketConnection connection;
        try
        {
            Prepare(socket);
            connection = new SocketConnection(this, socket, tlsOnly);
        }
        catch (SocketException)
        {
            Interlocked.Decrement(ref _count); // the peer was gone before we looked
            socket.Dispose();
            return;
        }
        _connections[connection.Id] = connection;
        connection.Begin();
    }

    private void Prepare(Socket socket)
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
        socket.Blocking = false; // lets Send return at once; the async calls do not mind
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
        foreach ((_, SocketConnection connection) in _connections)
        {
            connection.CheckTimeouts();
        }
    }
}
