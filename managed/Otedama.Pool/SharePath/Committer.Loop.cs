using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>Commits for a loop that must not wait.</summary>
internal sealed partial class Committer
{
    /// <summary>Answers wait, or something was booked that no commit has taken.</summary>
    public bool HasWork => !_group.IsEmpty || Answered.Count > 0 || Refused.Count > 0 || NeedsDisk;

    /// <summary>What waits needs the disk.</summary>
    public bool NeedsDisk => _stalled || _book.HasPending;

    /// <summary>
    /// As CommitOnce for a loop that must not wait: true when a commit was begun through its disk, whose end EndCommit
    /// tells. False when there was nothing to write, or it was done here after all; then `result` is CommitOnce's.
    /// </summary>
    public bool TryBeginCommit(ILoopDisk disk, out StepResult result)
    {
        Deliver();
        if (_group.IsEmpty)
        {
            _group = Answered.Take();
        }
        _begunAt = _time.GetTimestamp();
        try
        {
            if (NeedsDisk && _book.TryBeginCommit(disk))
            {
                result = StepResult.Done;
                return true;
            }
        }
        catch (IOException e)
        {
            Stall(_begunAt, e.Message);
            result = StepResult.Blocked;
            return false;
        }
        result = CommitOnce();
        return false;
    }

    /// <summary>
    /// The answers of the commit that began may go, or the disk refused it, and it is to be tried again.
    /// </summary>
    public StepResult EndCommit(IOException? failure)
    {
        _book.EndCommit(failure);
        if (failure is not null)
        {
            Stall(_time.GetTimestamp(), failure.Message);
            return StepResult.Blocked;
        }
        _counters.CountCommit(_time.GetElapsedTime(_begunAt).TotalMicroseconds);
        if (_stalled)
        {
            LogResumed();
            _stalled = false;
        }
        _isCommitted = true;
        return StepResult.Done;
    }
}
