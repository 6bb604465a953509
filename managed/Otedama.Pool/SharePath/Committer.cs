using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// The end of the share path: takes a group of verdicts, commits the book (their records are in it already), then lets
/// the answers go. A commit that fails is repeated until the disk takes it. One caller at a time.
/// </summary>
internal sealed partial class Committer
{
    private static readonly TimeSpan s_reminder = TimeSpan.FromSeconds(30);

    private readonly IShareBook _book;
    private readonly IVerdictSink _sink;
    private readonly CommitCounters _counters;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private ReadOnlyMemory<Verdict> _group; // taken and not delivered
    private bool _isCommitted; // _group may go
    private long _toldAt; // when the log was last told of the stall
    private long _begunAt; // when the commit under way began
    private volatile bool _stalled;

    public Committer(
        SharePipelineOptions options, IShareBook book, IVerdictSink sink, CommitCounters counters, TimeProvider time, ILogger logger)
    {
        _book = book;
        _sink = sink;
        _counters = counters;
        _time = time;
        _logger = logger;
        Answered = new VerdictQueue(options.PendingMax);
        Refused = new VerdictQueue(options.PendingMax);
    }

    /// <summary>By the verifiers, in each session's order; accepted ones still need their commit.</summary>
    public VerdictQueue Answered { get; }

    /// <summary>While the disk refuses: answers that need no commit.</summary>
    public VerdictQueue Refused { get; }

    public bool IsStalled => _stalled;

    /// <summary>
    /// Commits what was answered so far; Deliver lets it go. Blocked when the disk refuses: the group is kept, and a
    /// later call tries again.
    /// </summary>
    public StepResult CommitOnce()
    {
        Deliver();
        if (_group.IsEmpty)
        {
            _group = Answered.Take();
        }
        bool isDue = NeedsDisk;
        long start = _time.GetTimestamp();
        try
        {
            if (isDue)
            {
                _book.Commit();
                _counters.CountCommit(_time.GetElapsedTime(start).TotalMicroseconds);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Stall(start, e.Message);
            return StepResult.Blocked;
        }
        if (_stalled)
        {
            LogResumed();
            _stalled = false;
        }
        _isCommitted = true;
        return isDue || !_group.IsEmpty ? StepResult.Done : StepResult.Idle;
    }

    /// <summary>Lets the answers of the last commit go, and refusals that need none.</summary>
    public void Deliver()
    {
        Send(Refused.Take().Span);
        if (_isCommitted)
        {
            Send(_group.Span);
            _group = default;
            _isCommitted = false;
        }
    }

    private void Stall(long now, string reason)
    {
        _counters.CountFailure();
        if (!_stalled || _time.GetElapsedTime(_toldAt, now) > s_reminder)
        {
            _toldAt = now;
            LogStalled(reason.TrimEnd('.'));
        }
        _stalled = true;
    }

    private void Send(ReadOnlySpan<Verdict> verdicts)
    {
        if (verdicts.IsEmpty)
        {
            return;
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
