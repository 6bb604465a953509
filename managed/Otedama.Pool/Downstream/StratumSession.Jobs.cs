using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

internal sealed partial class StratumSession
{
    /// <summary>A difficulty that changes by more than this makes the miner drop its old work at once.</summary>
    private const double BigChange = 2;

    /// <summary>Firmware that keeps one notify per read loses the newer of two this close; it is sent once more.</summary>
    private const double CloseNotifySeconds = 0.05;

    private bool _jobDue;
    private bool _needsFreshJob;
    private bool _hasJob;
    private uint _lastJob;
    private int _jobAccount; // MainAccount when it was sent
    private uint _lastGeneration;
    private double _notifiedAt = double.NegativeInfinity;
    private double _resendAt = double.PositiveInfinity;
    private uint _jobMask = uint.MaxValue;
    private uint _mask;

    /// <summary>What is kept of a session whose connection ended.</summary>
    public ResumedSession LeaveBehind()
    {
        lock (_gate)
        {
            return new ResumedSession(_extranonce1, _difficulty.Targets.Newest(), _difficulty.Measured(_server.Now));
        }
    }

    /// <summary>The pacer's broadcast: sends the newest job of this session's kind unless it has it already.</summary>
    public void OnJobPublished()
    {
        lock (_gate)
        {
            if (!IsLoggedIn || _connection.IsClosed)
            {
                return;
            }
            PoolJob? job = _server.Jobs.JobFor(_class, MainAccount);
            if (job is null || (_hasJob && unchecked((int)(job.Job.Id - _lastJob)) <= 0))
            {
                return;
            }
            double now = _server.Now;
            _reply = _server.Scratch();
            bool close = _hasJob && now - _notifiedAt < CloseNotifySeconds;
            BeginDifficulty(job, now);
            SendJob(job, now);
            _resendAt = close ? now + 1 : _resendAt;
            SendReply();
        }
        _connection.Flush();
    }

    private bool IsPaceDue(double now, bool mintTurn) =>
        IsFreshJobDue(mintTurn) || now >= _resendAt || now >= _difficulty.RetargetAt;

    private bool IsFreshJobDue(bool mintTurn) =>
        (_difficulty.IsDue && (mintTurn || _difficulty.IsUrgent)) || (mintTurn && _hasJob && IsOwnJobDue);

    /// <summary>SOLO: the first share was accepted, and the next job is to pay its finder.</summary>
    private bool IsOwnJobDue => _server.Options.Scheme == PayoutScheme.Solo && MainAccount != _jobAccount;

    /// <summary>Timers of a logged-in session: retarget, changed difficulty, the repeated notify.</summary>
    private void Pace(double now, bool mintTurn)
    {
        if (!_hasJob)
        {
            return;
        }
        if (now >= _difficulty.RetargetAt)
        {
            _difficulty.Retarget(now);
        }
        if (now >= _resendAt || IsFreshJobDue(mintTurn))
        {
            SendFresh(now);
        }
    }

    /// <summary>
    /// A job this session has not seen, with whatever difficulty is due. When the job book cannot spare another
    /// coinbase now, or the node's template allows only one, the change waits: the same work again would make duplicates, and
    /// would be graded twice.
    /// </summary>
    private void SendFresh(double now)
    {
        if (_server.Jobs.JobFor(_class, MainAccount) is { Template.IsFixed: true } only && only.Job.Id == _lastJob)
        {
            _resendAt = double.PositiveInfinity;
            return;
        }
        PoolJob? job = _server.Jobs.MintFresh(_class, MainAccount, _lastJob);
        if (job is not null && job.Job.Id != _lastJob)
        {
            SendJob(job, now);
        }
    }

    /// <summary>A miner that floods hears of its new difficulty before the next tick.</summary>
    private void SendUrgent(double now)
    {
        if (_difficulty.IsUrgent && _hasJob && !_connection.IsClosed)
        {
            SendFresh(now);
        }
    }

    private void SendFirstJob()
    {
        PoolJob? job = _server.Jobs.JobFor(_class, MainAccount);
        if (job is null)
        {
            return; // no template yet: the broadcast brings the first one
        }
        if (_needsFreshJob)
        {
            job = _server.Jobs.MintFresh(_class, MainAccount, job.Job.Id) ?? job;
        }
        BeginDifficulty(job, _receivedAt);
        SendJob(job, _receivedAt);
    }

    private void BeginDifficulty(PoolJob job, double now)
    {
        _jobDue = false;
        if (!_difficulty.HasBegun)
        {
            _difficulty.Begin(_userAgent, _server.Meters.LastMeasured(_main!), job.Job, now);
        }
    }

    private uint CurrentServerMask() => _server.Options.VersionMask & _jobMask;

    /// <summary>Writes difficulty and mask where they changed, then the job, into the current reply.</summary>
    private void SendJob(PoolJob job, double now)
    {
        double before = _difficulty.Current;
        if (_difficulty.GradeOf(job.Job, now, out Grade grade))
        {
            _dialect.WriteDifficulty(_reply, grade.Difficulty, grade.Target);
            _server.Meters.SetDifficulty(_main!, grade.Difficulty);
        }
        if (_dialect.RollsVersions)
        {
            SendMask(job.Job.Recipe.Rolling.Mask);
        }
        bool bigChange = grade.Difficulty > before * BigChange || grade.Difficulty < before / BigChange;
        bool clean = !_hasJob || job.Job.Generation != _lastGeneration || bigChange;
        _dialect.WriteJob(_reply, _server.Notifies, job, clean, grade.Target);
        _hasJob = true;
        _lastJob = job.Job.Id;
        _jobAccount = MainAccount;
        _lastGeneration = job.Job.Generation;
        _notifiedAt = now;
        _resendAt = double.PositiveInfinity;
    }

    private void SendMask(uint jobMask)
    {
        _jobMask = jobMask;
        uint mask = _clientMask & CurrentServerMask();
        if (mask != _mask)
        {
            _mask = mask;
            StratumWriter.SetVersionMask(_reply, mask);
        }
    }
}
