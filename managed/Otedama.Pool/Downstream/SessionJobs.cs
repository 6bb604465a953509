using System.Diagnostics.CodeAnalysis;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>Which job one session works on and when it gets another. Under the session's lock.</summary>
internal sealed class SessionJobs(
    SessionRoom room, MinerLink link, SessionLogin login, SessionDifficulty difficulty, VersionRolling rolling)
{
    /// <summary>A difficulty that changes by more than this makes the miner drop its old work at once.</summary>
    private const double BigChange = 2;

    /// <summary>
    /// Firmware that keeps one notify per read loses the newer of two this close; it is sent once more.
    /// </summary>
    private const double CloseNotifySeconds = 0.05;

    private bool _hasJob;
    private uint _lastJob;
    private int _jobAccount; // login.MainAccount when it was sent
    private uint _lastGeneration;
    private double _notifiedAt = double.NegativeInfinity;
    private double _resendAt = double.PositiveInfinity;

    /// <summary>A job this session may name; our ids are 8 hex digits.</summary>
    public bool TryFind(JsonValue id, [NotNullWhen(true)] out PoolJob? job)
    {
        job = null;
        return id.TryGetHexUInt32(out uint number) && _hasJob && room.Jobs.TryGet(number, out job);
    }

    /// <summary>After a batch of lines: a miner that has logged in gets its first job, if there is one yet.</summary>
    public void SendFirst()
    {
        if (_hasJob || !login.IsLoggedIn || room.Jobs.JobFor(login.Class, login.MainAccount) is not { } job)
        {
            return; // without a template the broadcast brings the first one
        }
        if (login.IsResumed)
        {
            job = room.Jobs.MintFresh(login.Class, login.MainAccount, job.Job.Id) ?? job;
        }
        Send(job, link.ReceivedAt);
    }

    /// <summary>A job was published: sends the newest of this session's kind unless it has it already.</summary>
    public void SendNewest(double now)
    {
        PoolJob? job = room.Jobs.JobFor(login.Class, login.MainAccount);
        if (job is null || (_hasJob && unchecked((int)(job.Job.Id - _lastJob)) <= 0))
        {
            return;
        }
        bool close = _hasJob && now - _notifiedAt < CloseNotifySeconds;
        Send(job, now);
        _resendAt = close ? now + 1 : _resendAt;
    }

    /// <summary>Whether <see cref="Pace"/> has something to do.</summary>
    public bool IsPaceDue(double now, bool mintTurn) =>
        IsFreshDue(mintTurn) || now >= _resendAt || now >= difficulty.RetargetAt;

    /// <summary>Timers of a logged-in session: retarget, changed difficulty, the repeated notify.</summary>
    public void Pace(double now, bool mintTurn)
    {
        if (!_hasJob)
        {
            return;
        }
        if (now >= difficulty.RetargetAt)
        {
            difficulty.Retarget(now);
        }
        if (now >= _resendAt || IsFreshDue(mintTurn))
        {
            SendFresh(now);
        }
    }

    /// <summary>
    /// A job this session has not seen, with whatever difficulty is due. When the job book cannot spare another
    /// coinbase now, or the node's template allows only one, the change waits: the same work again would make
    /// duplicates, and would be graded twice.
    /// </summary>
    public void SendFresh(double now)
    {
        PoolJob? newest = room.Jobs.JobFor(login.Class, login.MainAccount);
        if (newest is { Template.IsFixed: true } && newest.Job.Id == _lastJob)
        {
            _resendAt = double.PositiveInfinity;
            return;
        }
        PoolJob? job = room.Jobs.MintFresh(login.Class, login.MainAccount, _lastJob);
        if (job is not null && job.Job.Id != _lastJob)
        {
            Send(job, now);
        }
    }

    /// <summary>A miner that floods hears of its new difficulty before the next tick.</summary>
    public void SendUrgent(double now)
    {
        if (difficulty.IsUrgent && _hasJob && !link.IsClosed)
        {
            SendFresh(now);
        }
    }

    private bool IsFreshDue(bool mintTurn) =>
        (difficulty.IsDue && (mintTurn || difficulty.IsUrgent)) || (mintTurn && _hasJob && IsOwnDue);

    /// <summary>The first share was accepted, and the next job is to have its finder's own coinbase.</summary>
    private bool IsOwnDue => room.Jobs.HasOwnCoinbases && login.MainAccount != _jobAccount;

    /// <summary>Writes difficulty and mask where they changed, then the job.</summary>
    private void Send(PoolJob job, double now)
    {
        if (!difficulty.HasBegun)
        {
            difficulty.Begin(login.UserAgent, room.Meters.LastMeasured(login.Main!), job.Job, now);
        }
        double before = difficulty.Current;
        if (difficulty.GradeOf(job.Job, now, out Grade grade))
        {
            login.Dialect.WriteDifficulty(link.Reply, grade.Difficulty, grade.Target);
            room.Meters.SetDifficulty(login.Main!, grade.Difficulty);
        }
        if (login.Dialect.RollsVersions && rolling.Follow(job.Job.Recipe.Rolling.Mask))
        {
            StratumWriter.SetVersionMask(link.Reply, rolling.Told);
        }
        bool bigChange = grade.Difficulty > before * BigChange || grade.Difficulty < before / BigChange;
        bool clean = !_hasJob || job.Job.Generation != _lastGeneration || bigChange;
        login.Dialect.WriteJob(link.Reply, room.Notifies, job, clean, grade.Target);
        _hasJob = true;
        _lastJob = job.Job.Id;
        _jobAccount = login.MainAccount;
        _lastGeneration = job.Job.Generation;
        _notifiedAt = now;
        _resendAt = double.PositiveInfinity;
    }
}
