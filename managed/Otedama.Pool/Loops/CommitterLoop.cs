namespace Otedama.Pool;

/// <summary>The thread of the committer: commit, deliver, again; asleep while there are no verdicts.</summary>
internal sealed class CommitterLoop
{
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(1);

    private readonly Committer _committer;
    private readonly TimeSpan _retryDelay;
    private readonly TimeProvider _time;
    private readonly Thread _thread;
    private volatile bool _giveUp;

    public CommitterLoop(Committer committer, TimeSpan retryDelay, TimeProvider time)
    {
        _committer = committer;
        _retryDelay = retryDelay;
        _time = time;
        _thread = new Thread(Run) { Name = "otd-committer", IsBackground = true };
    }

    public void Start() => _thread.Start();

    /// <summary>Nothing comes any more. Waits for the end; after the time it gives up on a disk that refuses, and says false.</summary>
    public bool Join(TimeSpan timeout)
    {
        _committer.Answered.Close();
        if (_thread.Join(timeout))
        {
            return true;
        }
        _giveUp = true;
        _committer.Refused.Close();
        return _thread.Join(s_idle) && !_committer.IsStalled;
    }

    private void Run()
    {
        while (!_committer.Answered.IsDone)
        {
            _committer.Answered.Wait(s_idle);
            while (_committer.CommitOnce() == StepResult.Blocked)
            {
                if (!WaitForRetry())
                {
                    return; // unanswered: their shares are not on disk
                }
            }
            _committer.Deliver();
        }
    }

    /// <summary>Lets refusals go meanwhile. False when it is to give up.</summary>
    private bool WaitForRetry()
    {
        long start = _time.GetTimestamp();
        for (TimeSpan left = _retryDelay; left > TimeSpan.Zero && !_giveUp; left = _retryDelay - _time.GetElapsedTime(start))
        {
            _committer.Deliver();
            _committer.Refused.Wait(left);
        }
        return !_giveUp;
    }
}
