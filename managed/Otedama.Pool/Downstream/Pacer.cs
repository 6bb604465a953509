using Microsoft.Extensions.Logging;

namespace Otedama.Pool;

/// <summary>The server's one thread: broadcasts new jobs at once and runs all sessions' timers ten times a second.</summary>
internal sealed class Pacer : IDisposable
{
    private const int TickMs = 100;

    /// <summary>Changed difficulties go out together once a second, so that all share one fresh coinbase.</summary>
    private const int TicksPerMintTurn = 10;

    private readonly SessionTable _sessions;
    private readonly StratumServer _server;
    private readonly ILogger _logger;
    private readonly AutoResetEvent _wake = new(false);
    private readonly Thread _thread;
    private int _broadcastDue;
    private volatile bool _stopped;

    public Pacer(SessionTable sessions, StratumServer server, ILogger logger)
    {
        _sessions = sessions;
        _server = server;
        _logger = logger;
        _thread = new Thread(Run) { IsBackground = true, Name = "stratum-pacer" };
    }

    public void Start() => _thread.Start();

    public void WakeForBroadcast()
    {
        Volatile.Write(ref _broadcastDue, 1);
        _wake.Set();
    }

    public void Dispose()
    {
        _stopped = true;
        _wake.Set();
        if (_thread.IsAlive && Thread.CurrentThread != _thread)
        {
            _thread.Join(TimeSpan.FromSeconds(5));
        }
    }

    private void Run()
    {
        double tickAt = 0;
        int tick = 0;
        while (!_stopped)
        {
            _wake.WaitOne(TickMs);
            try
            {
                if (Interlocked.Exchange(ref _broadcastDue, 0) == 1)
                {
                    Broadcast();
                }
                double now = _server.Now;
                if (now - tickAt >= TickMs * 0.9 / 1000)
                {
                    tickAt = now;
                    Tick(now, ++tick % TicksPerMintTurn == 0);
                }
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                StratumLog.PacerFailed(_logger, exception);
            }
        }
    }

    private void Broadcast()
    {
        foreach (StratumSession? session in _sessions.All)
        {
            session?.OnJobPublished();
        }
    }

    private void Tick(double now, bool mintTurn)
    {
        foreach (StratumSession? session in _sessions.All)
        {
            session?.Tick(now, mintTurn);
        }
        if (mintTurn)
        {
            _server.ReportRefused(now);
        }
    }
}
