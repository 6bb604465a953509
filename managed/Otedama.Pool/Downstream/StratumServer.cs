using System.Net;
using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// The Stratum side of the pool, without a thread of its own: the transport calls it with bytes, the committer
/// gives verdicts to its <see cref="Post"/>, and whoever runs it moves <see cref="Pacer"/>.
/// </summary>
internal sealed class StratumServer : ITransportHandler, IDisposable
{
    private readonly ITransport _transport;
    private readonly SessionRoom _room;
    private readonly SessionTable _sessions;
    private readonly ILogger _logger;

    public StratumServer(PoolOptions options, JobBook jobs, IAccounts accounts, PoolWorld world)
    {
        _logger = world.Loggers.CreateLogger(LogCategory.PoolStratum);
        _room = new SessionRoom(options, jobs, accounts, world);
        int connectionsMax = Math.Min(options.Limits.ConnectionsMax, _room.Dialect.ConnectionsMax);
        _sessions = new SessionTable(connectionsMax);
        _transport = world.Transport.Make(
            new TransportOptions
            {
                Listen = options.Listen,
                ConnectionsMax = connectionsMax,
                OutputBytesMax = options.Limits.OutputBytesMax,
                UnreadTimeout = options.Limits.UnreadTimeout,
                ListenTls = options.ListenTls,
                Identity = options.Identity,
                ProxySources = options.ProxySources,
                Broken = reason => StratumLog.EngineBroken(_logger, reason),
                Trace = world.Loggers.CreateLogger(LogCategory.WireStratum),
            },
            world.Time);
        Post = new VerdictPost(_room, _sessions, _transport);
        Pacer = new Pacer(_room, _sessions, _transport, _logger);
    }

    /// <summary>Broadcasts and timers: steps for one thread.</summary>
    public Pacer Pacer { get; }

    /// <summary>Where verdicts go: to the sessions.</summary>
    public VerdictPost Post { get; }

    /// <summary>The operator's pools in other regions; a step.</summary>
    public RegionDesk Regions => _room.Regions;

    /// <summary>The transport's loop, where it has one that has room for the share path.</summary>
    public ILoopTransport? Loop => _transport as ILoopTransport;

    public PoolMeters Meters => _room.Meters;

    public ConnectionGuard Guard => _room.Guard;

    public ExtranonceAllocator Extranonces => _room.Extranonces.Allocator;

    public double Now => _room.Now;

    public IReadOnlyList<IPEndPoint> Endpoints => _transport.Endpoints;

    public int ConnectionCount => _transport.ConnectionCount;

    public long RefusedCount => _transport.RefusedCount;

    public long MalformedCount => _room.MalformedCount;

    /// <summary>Submits that were taken and wait for their answer.</summary>
    public long PendingSubmits => _sessions.PendingSubmits();

    /// <summary>Where candidates go. Without Start whoever feeds connections also moves the sessions' timers.</summary>
    public void Attach(ICandidateSink sink) => _room.Sink = sink;

    /// <summary>Begins to listen. Throws IOException when a port is taken.</summary>
    public void Start(ICandidateSink sink)
    {
        Attach(sink);
        _room.Jobs.Tell(Pacer);
        _transport.Start(this);
        foreach (IPEndPoint endpoint in Endpoints)
        {
            StratumLog.Listening(_logger, endpoint);
        }
    }

    public void Show(TlsIdentity identity) => _transport.Identity = identity;

    public bool OnAccepted(TransportConnection connection)
    {
        GuardEntry? guard = Guard.TryEnter(connection.Remote.Address, Now, out bool allowed);
        if (!allowed || _room.TakesNoMore)
        {
            return false;
        }
        StratumSession? session = _sessions.Add(slot => new StratumSession(_room, connection, guard, slot));
        connection.State = session;
        if (session is null)
        {
            Guard.Leave(guard);
        }
        return session is not null;
    }

    public void OnReceived(TransportConnection connection, ReadOnlySpan<byte> bytes)
    {
        try
        {
            ((StratumSession)connection.State!).OnReceived(bytes);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // A fault in one conversation must not take the pool with it.
            _room.Log.Failed(exception);
            connection.Close(CloseReason.Error);
        }
    }

    public void OnClosed(TransportConnection connection, CloseReason reason)
    {
        StratumSession session = (StratumSession)connection.State!;
        _room.Log.Closed(connection, reason);
        _sessions.Remove(session);
        session.OnClosed();
    }

    public void StopListening() => _transport.StopListening();

    /// <summary>Takes no more submits and no more connections; those that wait are still answered.</summary>
    public void TakeNoMore() => _room.TakeNoMore();

    public void Dispose()
    {
        TakeNoMore();
        _transport.Dispose();
    }
}
