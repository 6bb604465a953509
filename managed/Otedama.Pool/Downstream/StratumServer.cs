using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// The Stratum side of the pool: sessions by slot, broadcasts, timers. Candidates go to the sink, verdicts come back
/// through OnVerdicts.
/// </summary>
internal sealed class StratumServer : ITransportHandler, IVerdictSink, IDisposable
{
    [ThreadStatic]
    private static WireBuffer? s_scratch;

    private readonly ITransport _transport;
    private readonly IRandomness _random;
    private readonly IAccounts _accounts;
    private readonly ILogger _logger;
    private readonly SessionTable _sessions;
    private readonly ResumableSessions _resumable;
    private readonly ConcurrentDictionary<ulong, StratumSession> _resumeIds = new();
    private readonly Lock _resumeLock = new(); // from the table of the open to those that can be resumed; nothing else is taken inside
    private readonly List<StratumSession> _toFlush = [];
    private readonly Pacer _pacer;
    private readonly byte[] _operatorScript;
    private CandidateSink _sink = static (in Candidate _) => false;
    private long _malformed;
    private long _refusedReported; // pacer only, as the next
    private double _refusedReportedAt = double.NegativeInfinity;
    private volatile bool _stopping;

    public StratumServer(PoolOptions options, JobBook jobs, IAccounts accounts, PoolWorld world)
    {
        Options = options;
        Jobs = jobs;
        Time = world.Time;
        _random = world.Random;
        _accounts = accounts;
        _logger = world.Loggers.CreateLogger(LogCategory.PoolStratum);
        Meters = new PoolMeters(Time);
        Guard = new ConnectionGuard(options.Guard);
        Dialect = StratumDialect.For(options.Coin);
        int connectionsMax = Math.Min(options.Limits.ConnectionsMax, Dialect.ConnectionsMax);
        Extranonces = new ExtranonceAllocator((uint)(_random.NextUInt64() >> 32), Dialect.ExtranonceBits);
        _resumable = new ResumableSessions(Extranonces, options.Limits.ResumableSessionsMax, options.Limits.ResumeWithin);
        _sessions = new SessionTable(connectionsMax);
        _operatorScript = Address.Decode(options.OperatorAddress, options.Coin);
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
                Trace = world.Loggers.CreateLogger(LogCategory.WireStratum),
            },
            Time);
        _pacer = new Pacer(_sessions, this, _logger);
    }

    public static string VersionText { get; } = $"Otedama/{typeof(StratumServer).Assembly.GetName().Version?.ToString(3)}";

    public PoolOptions Options { get; }

    public ILogger Logger => _logger;

    public JobBook Jobs { get; }

    public StratumDialect Dialect { get; }

    public TimeProvider Time { get; }

    public PoolMeters Meters { get; }

    public ConnectionGuard Guard { get; }

    public ExtranonceAllocator Extranonces { get; }

    public NotifyCache Notifies { get; } = new();

    public double Now => Meters.Now;

    public IReadOnlyList<IPEndPoint> Endpoints => _transport.Endpoints;

    public int ConnectionCount => _transport.ConnectionCount;

    public long RefusedCount => _transport.RefusedCount;

    public long MalformedCount => Volatile.Read(ref _malformed);

    public ulong NewResumeId() => _random.NextUInt64() | 1;

    /// <summary>Where candidates go. Without Start whoever feeds connections also moves the sessions' timers.</summary>
    public void Attach(CandidateSink sink) => _sink = sink;

    /// <summary>Begins to listen. Throws IOException when a port is taken.</summary>
    public void Start(CandidateSink sink)
    {
        Attach(sink);
        Jobs.Published += OnPublished;
        _transport.Start(this);
        _pacer.Start();
        foreach (IPEndPoint endpoint in Endpoints)
        {
            StratumLog.Listening(_logger, endpoint);
        }
    }

    public void Show(TlsIdentity identity) => _transport.Identity = identity;

    public bool TryEnqueue(in Candidate candidate) => !_stopping && _sink(in candidate);

    /// <summary>A buffer for what is being answered on this thread; empty.</summary>
    public WireBuffer Scratch()
    {
        WireBuffer scratch = s_scratch ??= new WireBuffer();
        scratch.Reset();
        return scratch;
    }

    public void CountMalformed() => Interlocked.Increment(ref _malformed);

    public bool OnAccepted(TransportConnection connection)
    {
        GuardEntry? guard = Guard.TryEnter(connection.Remote.Address, Now, out bool allowed);
        if (!allowed || _stopping)
        {
            return false;
        }
        StratumSession? session = _sessions.Add(slot => new StratumSession(this, connection, guard, slot));
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
            StratumLog.SessionFailed(_logger, exception);
            connection.Close(CloseReason.Error);
        }
    }

    public void OnClosed(TransportConnection connection, CloseReason reason)
    {
        StratumSession session = (StratumSession)connection.State!;
        StratumLog.Closed(_logger, connection.Id, connection.Remote, reason);
        _sessions.Remove(session);
        Guard.Leave(session.Guard);
        ResumedSession left = session.LeaveBehind();
        foreach (SessionWorker worker in session.TakeWorkers())
        {
            Meters.SetMeasured(worker.Account, left.Measured);
            Meters.Disconnected(worker.Account);
        }
        GiveUpExtranonce(session);
    }

    /// <summary>
    /// At the end of a session that has an extranonce: keeps it for the miner to resume, or returns it. Whoever takes the
    /// session out of the table does it, so that it happens once whichever thread closes.
    /// </summary>
    private void GiveUpExtranonce(StratumSession session)
    {
        if (session.ResumeId == 0)
        {
            return;
        }
        ResumedSession left = session.LeaveBehind();
        lock (_resumeLock)
        {
            if (!_resumeIds.TryRemove(new KeyValuePair<ulong, StratumSession>(session.ResumeId, session)))
            {
                return;
            }
            if (Dialect.CanResume)
            {
                _resumable.Keep(session.ResumeId, left, Now);
            }
            else
            {
                Extranonces.Return(session.Extranonce1);
            }
        }
    }

    public void OnVerdicts(ReadOnlySpan<Verdict> verdicts)
    {
        foreach (ref readonly Verdict verdict in verdicts)
        {
            if (_sessions.Find(verdict.WorkerId, verdict.SessionId) is { } session)
            {
                session.OnVerdict(in verdict);
                if (!session.FlushOwed)
                {
                    session.FlushOwed = true;
                    _toFlush.Add(session);
                }
            }
            if (verdict.IsBlock && Jobs.TryGet(verdict.JobId, out PoolJob? job))
            {
                Meters.AddBlock(job, in verdict);
            }
        }
        foreach (StratumSession session in _toFlush)
        {
            session.FlushOwed = false;
            session.Connection.Flush();
        }
        _toFlush.Clear();
        Meters.Count(verdicts);
    }

    /// <summary>A session that has its resume id can be found by it.</summary>
    public void Begin(StratumSession session)
    {
        _resumeIds[session.ResumeId] = session;
        if (session.Connection.IsClosed)
        {
            GiveUpExtranonce(session);
        }
    }

    /// <summary>
    /// Continues an earlier session. One whose connection still looks open is closed first: the miner knows better
    /// than our end of a dead line.
    /// </summary>
    public bool TryResume(StratumSession self, ulong id, [NotNullWhen(true)] out ResumedSession? session)
    {
        if (_resumeIds.TryGetValue(id, out StratumSession? open) && open != self)
        {
            open.Connection.Close(CloseReason.PeerClosed);
            GiveUpExtranonce(open); // another thread may be closing it at this moment
        }
        lock (_resumeLock)
        {
            return _resumable.TryTake(id, Now, out session);
        }
    }

    /// <summary>Turns a user name into an account and the difficulty it asks for (0 = none); error is text for the miner.</summary>
    public bool TryLogin(string user, [NotNullWhen(true)] out AccountMeter? account, out double difficulty, out string error)
    {
        account = null;
        difficulty = 0;
        string address = Options.OperatorAddress, worker = LoginName.CutWorker(user);
        byte[] script = _operatorScript;
        if (LoginName.TryParse(user, Options.Coin, out LoginName name, out error))
        {
            (address, worker, script, difficulty) = (name.Address, name.Worker, name.Script, name.Difficulty);
        }
        else if (!Options.AcceptInvalidAddresses)
        {
            StratumLog.LoginRefused(_logger, error);
            return false;
        }
        account = Meters.Login(address, script, worker, _accounts.FindAccount(script, worker));
        StratumLog.LoggedIn(_logger, user);
        return true;
    }

    public void ReportWrongProofs(StratumSession session, int count) =>
        StratumLog.WrongProofs(_logger, session.Id, session.Connection.Remote, count);

    /// <summary>A full pool and a guard that refuses say so in the log, at most once a minute.</summary>
    public void ReportRefused(double now)
    {
        if (Guard.TryReport(now, out string rules))
        {
            StratumLog.Guarded(_logger, rules);
        }
        long refused = RefusedCount;
        if (refused > _refusedReported && now - _refusedReportedAt >= 60)
        {
            StratumLog.ConnectionsRefused(_logger, refused - _refusedReported, Options.Limits.ConnectionsMax);
            (_refusedReported, _refusedReportedAt) = (refused, now);
        }
    }

    public void StopListening() => _transport.StopListening();

    /// <summary>Takes no more submits; waits until all that were taken are answered. False when time ran out.</summary>
    public async Task<bool> DrainAsync(TimeSpan timeout)
    {
        _stopping = true;
        long began = Time.GetTimestamp();
        while (_sessions.PendingSubmits() is long pending && pending > 0)
        {
            if (Time.GetElapsedTime(began) > timeout)
            {
                StratumLog.DrainIncomplete(_logger, pending, timeout);
                return false;
            }
            await Task.Delay(5);
        }
        return true;
    }

    public void Dispose()
    {
        _stopping = true;
        Jobs.Published -= OnPublished;
        _pacer.Dispose();
        _transport.Dispose();
    }

    private void OnPublished(PoolJob job) => _pacer.WakeForBroadcast();
}
