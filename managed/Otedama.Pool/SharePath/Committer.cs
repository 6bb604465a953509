using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// The second thread of the share path: takes a group of verdicts, commits the log (their records are in it already),
/// then lets the answers go. Repeats a commit that fails until the disk takes it.
/// </summary>
internal sealed partial class Committer
{
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_reminder = TimeSpan.FromSeconds(30);

    private readonly SharePipelineOptions _options;
    private readonly IShareBook _book;
    private readonly IVerdictSink _sink;
    private readonly VerdictQueue _answered;
    private readonly VerdictQueue _refused;
    private readonly ShareCounters _counters;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private readonly object _stallGate = new();
    private volatile bool _stalled;
    private volatile bool _giveUp;
    private bool _started;

    public Committer(
        SharePipelineOptions options,
        IShareBook book,
        IVerdictSink sink,
        VerdictQueue answered,
        VerdictQueue refused,
        ShareCounters counters,
        TimeProvider time,
        ILogger logger)
    {
        _options = options;
        _book = book;
        _sink = sink;
        _answered = answered;
        _refused = refused;
        _counters = counters;
        _time = time;
        _logger = logger;
        _thread = new Thread(Run) { Name = "otd-committer", IsBackground = true };
    }

    public bool IsStalled => _stalled;

    public void Start()
    {
        _started = true;
        _thread.Start();
    }

    /// <summary>Waits for the thread; after the time it is told to give up on a disk that refuses.</summary>
    public bool Join(TimeSpan timeout)
    {
        if (!_started || _thread.Join(timeout))
        {
            return true;
        }
        _giveUp = true;
        WakeFromStall();
        return _thread.Join(s_idle) && !_stalled;
    }

    public void WakeFromStall()
    {
        lock (_stallGate)
        {
            Monitor.Pulse(_stallGate);
        }
    }

    private void Run()
    {
        while (!_answered.IsDone)
        {
            ReadOnlySpan<Verdict> verdicts = _answered.Take(s_idle);
            if (!CommitUntilDone())
            {
                return; // unanswered: their shares are not on disk
            }
            Deliver(verdicts);
        }
    }

    private bool CommitUntilDone()
    {
        long failedAt = 0;
        while (true)
        {
            long start = _time.GetTimestamp();
            try
            {
                if (_book.HasPending || failedAt != 0)
                {
                    _book.Commit();
                    _counters.CountCommit(_time.GetElapsedTime(start).TotalMicroseconds);
                }
                if (failedAt != 0)
                {
                    LogResumed();
                }
                _stalled = false;
                Deliver(_refused.Take(TimeSpan.Zero));
                return true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _counters.CountCommitFailure();
                if (failedAt == 0 || _time.GetElapsedTime(failedAt) > s_reminder)
                {
                    failedAt = start == 0 ? 1 : start;
                    LogStalled(e.Message.TrimEnd('.'));
                }
                _stalled = true;
            }
            if (!WaitForRetry())
            {
                return false;
            }
        }
    }

    /// <summary>Sleeps RetryDelay, letting refusals go meanwhile. False when told to give up.</summary>
    private bool WaitForRetry()
    {
        long start = _time.GetTimestamp();
        while (!_giveUp)
        {
            Deliver(_refused.Take(TimeSpan.Zero));
            TimeSpan left = _options.RetryDelay - _time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
            {
                return true;
            }
            lock (_stallGate)
            {
                if (_refused.Count == 0 && !_giveUp)
                {
                    Monitor.Wait(_stallGate, left);
                }
            }
        }
        return false;
    }

    private void Deliver(ReadOnlySpan<Verdict> verdicts)
    {
        if (verdicts.IsEmpty)
        {
            return;
        }
        long now = _time.GetTimestamp();
        foreach (ref readonly Verdict verdict in verdicts)
        {
            double microseconds = verdict.ReceivedAt == 0 ? 0 : _time.GetElapsedTime(verdict.ReceivedAt, now).TotalMicroseconds;
            _counters.CountVerdict(verdict.Rejection, microseconds);
        }
        try
        {
            _sink.OnVerdicts(verdicts);
        }
        catch (Exception e)
        {
            LogSinkFailed(verdicts.Length, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, EventName = "log_stalled",
        Message = "{Reason}. Shares are not acknowledged until it can; blocks are still submitted. Free some disk space.")]
    private partial void LogStalled(string reason);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "log_resumed", Message = "The share log is written again; nothing was lost")]
    private partial void LogResumed();

    [LoggerMessage(Level = LogLevel.Error, EventName = "verdict_sink_failed",
        Message = "{Count} verdicts could not be handed to their sessions")]
    private partial void LogSinkFailed(int count, Exception e);
}
