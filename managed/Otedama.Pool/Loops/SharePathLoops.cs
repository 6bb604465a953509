using Microsoft.Extensions.Logging;

namespace Otedama.Pool;

/// <summary>
/// The threads of a share path: one for each verifier and one that commits. While it waits for the disk, the verifiers gather
/// the next group.
/// </summary>
public sealed partial class SharePathLoops : ISharePathRunner, IDisposable
{
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ValidatorLoop[] _validators;
    private readonly CommitterLoop _committer;
    private bool _started;
    private bool _stopped;

    public SharePathLoops(SharePipeline path, TimeProvider time, ILogger logger)
    {
        Path = path;
        _time = time;
        _logger = logger;
        _validators = [.. path.Verifiers.Select((verifier, i) => new ValidatorLoop(path, verifier, i))];
        _committer = new CommitterLoop(path.Committer, path.RetryDelay, time);
    }

    public SharePipeline Path { get; }

    public void Start()
    {
        _started = true;
        Array.ForEach(_validators, static loop => loop.Start());
        _committer.Start();
    }

    /// <summary>
    /// Refuses new candidates, answers all that are queued, commits them and ends the threads. With a disk that refuses,
    /// gives up after the timeout; what was not committed was never acknowledged.
    /// </summary>
    public void Stop(TimeSpan timeout)
    {
        Path.Close();
        if (_stopped || !_started)
        {
            return;
        }
        _stopped = true;
        long start = _time.GetTimestamp();
        Array.ForEach(_validators, static loop => loop.Wake());
        bool isDone = _validators.Aggregate(true, (done, loop) => loop.Join(Left(timeout, start)) && done);
        if (!_committer.Join(Left(timeout, start)) || !isDone)
        {
            LogStopTimeout(_logger, Path.QueueDepth + Path.Committer.Answered.Count);
        }
    }

    public void Dispose() => Stop(TimeSpan.FromSeconds(5));

    private TimeSpan Left(TimeSpan timeout, long start)
    {
        TimeSpan left = timeout - _time.GetElapsedTime(start);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    [LoggerMessage(Level = LogLevel.Warning, EventName = "stop_timeout",
        Message = "The share path stopped with about {Count} candidates unanswered: the disk or a sink did not finish in time")]
    internal static partial void LogStopTimeout(ILogger logger, int count);
}
