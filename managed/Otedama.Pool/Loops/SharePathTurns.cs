using Microsoft.Extensions.Logging;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// A share path on the loop of its transport, without a hand-over: what a turn received is judged, begun to be
/// committed, and answered when the disk has it. For proofs that take microseconds.
/// </summary>
/// <remarks>
/// Nothing is judged while a commit is under way: it could not be committed before that one ends, and so a block, which
/// has to be booked at once, never meets a commit of this loop.
/// </remarks>
internal sealed class SharePathTurns(SharePipeline path, TimeProvider time, ILogger logger)
    : ILoopUser, ISharePathRunner
{
    /// <summary>
    /// Commits begin at least so far apart, so that shares that arrive alone share one; a lone share after a pause
    /// waits for nobody.
    /// </summary>
    private static readonly TimeSpan s_spacing = TimeSpan.FromMilliseconds(0.5);

    /// <summary>What was booked beside the shares is committed within this time.</summary>
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(1);

    /// <summary>Batches of a turn; then the loop looks at its connections again.</summary>
    private const int BatchesMax = 8;

    private long _begunAt;
    private TimeSpan _pause; // before the first commit none
    private volatile bool _isOut;

    public void Start()
    {
    }

    public TimeSpan OnTurn(ILoopDisk disk)
    {
        if (_isOut)
        {
            return s_idle;
        }
        bool more = Validate();
        path.DeliverVerdicts();
        if (!path.Committer.HasWork)
        {
            return more ? TimeSpan.Zero : s_idle;
        }
        TimeSpan left = _pause - time.GetElapsedTime(_begunAt);
        if (path.Committer.NeedsDisk && left > TimeSpan.Zero)
        {
            return left;
        }
        _begunAt = time.GetTimestamp();
        _pause = s_spacing;
        _isOut = path.Committer.TryBeginCommit(disk, out StepResult result);
        if (_isOut)
        {
            return s_idle;
        }
        if (result == StepResult.Blocked)
        {
            return _pause = path.RetryDelay;
        }
        path.DeliverVerdicts();
        return more ? TimeSpan.Zero : s_idle;
    }

    public void OnCommitted(IOException? failure)
    {
        _isOut = false;
        if (path.Committer.EndCommit(failure) == StepResult.Blocked)
        {
            _pause = path.RetryDelay;
            return;
        }
        path.DeliverVerdicts();
    }

    public void Stop(TimeSpan timeout)
    {
        path.Close();
        long start = time.GetTimestamp();
        while (path.QueueDepth > 0 || path.Committer.Answered.Count > 0 || _isOut)
        {
            if (time.GetElapsedTime(start) > timeout)
            {
                SharePathLoops.LogStopTimeout(logger, path.QueueDepth + path.Committer.Answered.Count);
                return;
            }
            Thread.Sleep(1);
        }
    }

    /// <summary>True when there is more.</summary>
    private bool Validate()
    {
        for (int i = 0; i < BatchesMax; i++)
        {
            if (path.ValidateBatch() != StepResult.Done)
            {
                return false;
            }
        }
        return true;
    }
}
