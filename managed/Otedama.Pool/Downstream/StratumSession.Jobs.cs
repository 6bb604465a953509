using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

internal sealed partial class StratumSession
{
    private const double RetargetSeconds = 5;

    /// <summary>A difficulty that changes by more than this makes the miner drop its old work at once.</summary>
    private const double BigChange = 2;

    /// <summary>Firmware that keeps one notify per read loses the newer of two this close; it is sent once more.</summary>
    private const double CloseNotifySeconds = 0.05;

    private readonly DifficultyHistory _history = new();
    private Vardiff? _vardiff;
    private Target _target;
    private bool _jobDue;
    private bool _needsFreshJob;
    private bool _difficultyDue;
    private bool _flooded;
    private bool _hasJob;
    private uint _lastJob;
    private uint _lastGeneration;
    private double _notifiedAt = double.NegativeInfinity;
    private double _resendAt = double.PositiveInfinity;
    private double _retargetAt = double.PositiveInfinity;
    private double _networkDifficulty = double.MaxValue;
    private uint _jobMask = uint.MaxValue;
    private uint _mask;

    /// <summary>The difficulty to remember for a resumed session; 0 before the first job.</summary>
    public double CurrentDifficulty => _history.Current;

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
            EnsureVardiff(job, now);
            SendJob(job, now);
            _resendAt = close ? now + 1 : _resendAt;
            SendReply();
        }
        _connection.Flush();
    }

    private bool IsPaceDue(double now, bool mintTurn) =>
        (_difficultyDue && (mintTurn || _flooded)) || now >= _resendAt || now >= _retargetAt;

    /// <summary>Timers of a logged-in session: retarget, changed difficulty, the repeated notify.</summary>
    private void Pace(double now, bool mintTurn)
    {
        if (_vardiff is null || !_hasJob)
        {
            return;
        }
        if (now >= _retargetAt)
        {
            _retargetAt = now + RetargetSeconds;
            Retarget(now);
        }
        bool resend = now >= _resendAt;
        if (resend || (_difficultyDue && (mintTurn || _flooded)))
        {
            SendFresh(now);
        }
    }

    /// <summary>
    /// A job this session has not seen, with whatever difficulty is due. When the job book cannot spare another
    /// coinbase now, the change waits for the next turn: the same coinbase again would make duplicates.
    /// </summary>
    private void SendFresh(double now)
    {
        PoolJob? job = _server.Jobs.MintFresh(_class, MainAccount, _lastJob);
        if (job is not null && job.Job.Id != _lastJob)
        {
            SendJob(job, now);
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
        EnsureVardiff(job, _receivedAt);
        SendJob(job, _receivedAt);
    }

    /// <summary>
    /// Start: what the miner asked for, else where it or its worker name was before (measured, so better than the
    /// user agent's word), else by user agent.
    /// </summary>
    private void EnsureVardiff(PoolJob job, double now)
    {
        _jobDue = false;
        if (_vardiff is not null)
        {
            return;
        }
        _networkDifficulty = job.Job.NetworkTarget.ToDifficulty(_server.Options.Coin.DifficultyOne);
        double known = _resumed > 0 ? _resumed : _server.Meters.LastDifficulty(_main!);
        double start = _suggested > 0 ? _suggested
            : known > 0 ? known
            : StartDifficulty.For(_userAgent, _server.Options.Coin.Algorithm, _server.Options.Vardiff.Start);
        _vardiff = new Vardiff(_server.Options.Vardiff.TargetSeconds, Clamp(start), now);
        _retargetAt = now + RetargetSeconds;
    }

    /// <summary>
    /// Within the pool's and the miner's limits, but never harder than the network: a miner must report what would be
    /// a block.
    /// </summary>
    private double Clamp(double difficulty) => Math.Max(
        Math.Min(Math.Max(difficulty, DifficultyMin), DifficultyMax),
        StratumWriter.DifficultyMin);

    private double DifficultyMin => Math.Max(_server.Options.Vardiff.Min, _minimumDifficulty);

    private double DifficultyMax => Math.Min(_server.Options.Vardiff.Max, _networkDifficulty);

    private uint CurrentServerMask() => _server.Options.VersionMask & _jobMask;

    private void Retarget(double now)
    {
        if (!_server.Options.Vardiff.Enabled || _difficultyDue)
        {
            return;
        }
        double max = Math.Max(DifficultyMax, StratumWriter.DifficultyMin);
        if (_vardiff!.TryRetarget(now, Math.Min(DifficultyMin, max), max))
        {
            _difficultyDue = true;
            _flooded = _vardiff.Difficulty > 16 * _history.Current;
        }
    }

    /// <summary>Writes difficulty and mask where they changed, then the job, into the current reply.</summary>
    private void SendJob(PoolJob job, double now)
    {
        CoinSpec coin = _server.Options.Coin;
        _networkDifficulty = job.Job.NetworkTarget.ToDifficulty(coin.DifficultyOne);
        double difficulty = StratumWriter.RoundDifficulty(Clamp(_vardiff!.Difficulty));
        double before = _history.Current;
        if (difficulty != before)
        {
            _target = Target.FromDifficulty(difficulty, coin.DifficultyOne);
            _dialect.WriteDifficulty(_reply, difficulty, _target);
            _history.Add(job.Job.Id, difficulty, _target, now);
            _vardiff.MarkApplied(now);
            _server.Meters.SetDifficulty(_main!, difficulty);
        }
        _difficultyDue = false;
        _flooded = false;
        if (job.Job.Recipe is BitcoinRecipe bitcoin)
        {
            SendMask(bitcoin.VersionMask);
        }
        bool bigChange = difficulty > before * BigChange || difficulty < before / BigChange;
        bool clean = !_hasJob || job.Job.Generation != _lastGeneration || bigChange;
        _dialect.WriteJob(_reply, _server.Notifies, job, clean, _target);
        _hasJob = true;
        _lastJob = job.Job.Id;
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
