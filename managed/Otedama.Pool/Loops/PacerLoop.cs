using Microsoft.Extensions.Logging;

namespace Otedama.Pool;

/// <summary>
/// The thread that moves a server's <see cref="Pacer"/>: ten times a second, and at once when a job is published.
/// </summary>
internal sealed class PacerLoop : IDisposable
{
    private readonly StratumServer _server;
    private readonly ILogger _logger;
    private readonly AutoResetEvent _wake = new(false);
    private readonly Thread _thread;
    private volatile bool _stopped;

    public PacerLoop(StratumServer server, ILogger logger)
    {
        _server = server;
        _logger = logger;
        _thread = new Thread(Run) { IsBackground = true, Name = "stratum-pacer" };
        server.Pacer.Woken += Wake;
    }

    public void Start() => _thread.Start();

    public void Dispose()
    {
        _server.Pacer.Woken -= Wake;
        _stopped = true;
        Wake();
        if (_thread.IsAlive && Thread.CurrentThread != _thread)
        {
            _thread.Join(TimeSpan.FromSeconds(5));
        }
    }

    private void Wake() => _wake.Set();

    private void Run()
    {
        while (!_stopped)
        {
            _wake.WaitOne(Pacer.TickMs);
            try
            {
                _server.Pacer.Tick(_server.Now);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                StratumLog.PacerFailed(_logger, exception);
            }
        }
    }
}
