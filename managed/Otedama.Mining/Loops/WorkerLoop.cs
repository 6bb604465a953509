using Microsoft.Extensions.Logging;

namespace Otedama.Mining;

/// <summary>What steps a worker.</summary>
internal interface IWorkerLoop
{
    /// <summary>There may be something to do. Any thread.</summary>
    void Wake();

    /// <summary>Steps no more; waits for a running step at most this long. True when it has ended.</summary>
    bool Stop(TimeSpan wait);
}

/// <summary>One thread that steps one worker, and sleeps while it has nothing to do.</summary>
internal sealed class WorkerLoop : IWorkerLoop
{
    private static readonly TimeSpan s_afterMistake = TimeSpan.FromSeconds(1);

    private readonly IWorker _worker;
    private readonly ILogger _logger;
    private readonly AutoResetEvent _bell = new(false);
    private readonly Thread _thread;
    private volatile bool _stopping;

    public WorkerLoop(IWorker worker, string name, ILogger logger)
    {
        _worker = worker;
        _logger = logger;
        _thread = new Thread(Run) { IsBackground = true, Name = $"otedama-{name}" };
        _thread.Start();
    }

    public void Wake() => _bell.Set();

    public bool Stop(TimeSpan wait)
    {
        _stopping = true;
        _worker.Interrupt();
        _bell.Set();
        return _thread.Join(wait);
    }

    private void Run()
    {
        _worker.Enter();
        while (!_stopping)
        {
            TimeSpan rest;
            try
            {
                rest = _worker.Step();
            }
            catch (Exception e)
            {
                RigLog.StepFailed(_logger, _worker.Id, e);
                rest = s_afterMistake;
            }
            if (rest > TimeSpan.Zero)
            {
                _bell.WaitOne(rest);
            }
        }
    }
}
