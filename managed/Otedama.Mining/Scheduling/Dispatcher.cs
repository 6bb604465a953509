using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama.Mining;

/// <summary>
/// Between a job source and the workers, who come and go. Jobs come in, ranges go out; candidates come back and those that meet
/// the share target are submitted. A clean job raises the epoch and interrupts every worker, so that nobody finishes void
/// work. One lock guards the job and the allocator; it is held for microseconds, a few times a second.
/// </summary>
internal sealed class Dispatcher : IJobSink, IWorkDesk
{
    private readonly Lock _gate = new();
    private readonly IJobSource _source;
    private readonly ILogger _logger;
    private readonly ReturnedRanges _returned = new();
    private readonly PrefixLeases _leases = new();
    private Member[] _members = [];         // replaced under _gate, read without it

    private Job? _job;
    private ExtranonceSpace? _space;
    private IRangeSource? _allocator;
    private bool _paused;
    private bool _exhausted;
    private int _epoch;                     // written under _gate, read by workers without it

    public Dispatcher(IJobSource source, TimeProvider time, ILogger logger, bool paused)
    {
        _source = source;
        _logger = logger;
        _paused = paused;
        Effective = new HashMeter(time);
    }

    /// <summary>Work of accepted shares.</summary>
    public HashMeter Effective { get; }

    /// <summary>Why shares were refused.</summary>
    public RefusalCounts Refusals { get; } = new();

    public ShareTallies Shares { get; } = new();

    public Job? CurrentJob => Volatile.Read(ref _job);

    public bool IsPaused
    {
        get
        {
            lock (_gate)
            {
                return _paused;
            }
        }
    }

    public IdleReason Idle
    {
        get
        {
            lock (_gate)
            {
                return _paused ? IdleReason.Paused
                    : _job is null ? IdleReason.NoJob
                    : _exhausted ? IdleReason.SearchedThrough
                    : IdleReason.None;
            }
        }
    }

    /// <summary>wake: called whenever there may be something to take, from any thread; returns at once.</summary>
    public void Add(IWorker worker, Action wake)
    {
        Shares.Add(worker.Id);
        lock (_gate)
        {
            _members = [.. _members, new Member(worker, wake)];
        }
    }

    /// <summary>Candidates and verdicts of a worker removed may still come and are counted. Call when it steps no more.</summary>
    public void Remove(IWorker worker)
    {
        lock (_gate)
        {
            _members = [.. _members.Where(member => member.Worker != worker)];
            _leases.ReturnAll(worker.Id);
        }
        Shares.Remove(worker.Id);
    }

    public void SetPaused(bool paused)
    {
        lock (_gate)
        {
            _paused = paused;
            Void();
        }
        Tell(interrupt: true);
    }

    public void OnJob(Job job, ExtranonceSpace space)
    {
        bool replaces;
        lock (_gate)
        {
            bool sameSpace = _space is not null && _space.IsSameAs(space);
            if (!sameSpace)
            {
                _space = space;
                _allocator = job.Recipe.Ranges(space.Extranonce1.Span, space.Extranonce2Length);
                _leases.Begin(_allocator as IPrefixSource);
            }
            replaces = job.Clean || !sameSpace || _job is null || _job.Generation != job.Generation;
            Volatile.Write(ref _job, job);
            _returned.Clear();
            _exhausted = false;
            if (replaces)
            {
                _leases.OnTip();
                Void();
            }
        }
        Tell(replaces);
    }

    public void OnLost()
    {
        lock (_gate)
        {
            Volatile.Write(ref _job, null);
            Void();
        }
        Tell(interrupt: true);
    }

    public void OnVerdict(in UpstreamVerdict verdict)
    {
        Shares.OnAnswered(verdict.WorkerId, verdict.Outcome);
        if (verdict.Outcome == ShareOutcome.Accepted)
        {
            Effective.Add(verdict.Work);
        }
        else if (verdict.Outcome is ShareOutcome.Rejected or ShareOutcome.Stale)
        {
            Refusals.Add(verdict.Reason);
        }
        foreach (Member member in Volatile.Read(ref _members))
        {
            if (member.Worker.Id == verdict.WorkerId)
            {
                member.Worker.OnVerdict(verdict.Outcome);
            }
        }
    }

    public WorkRange? TryTake(in RangeAppetite appetite, out int epoch)
    {
        lock (_gate)
        {
            epoch = _epoch;
            if (_paused || _exhausted || _job is not Job job || _allocator is null)
            {
                return null;
            }
            Target target = MeasuringTarget(job, appetite.HashesPerCandidate);
            if (_returned.TryTake(target, appetite.NonceCount, appetite.Versions, out WorkRange? range)
                || _allocator.TryTake(job, target, appetite.NonceCount, appetite.Versions, out range))
            {
                return range;
            }
            _exhausted = true;
            RigLog.SpaceExhausted(_logger, job.Id, _space!.Extranonce2Length);
            return null;
        }
    }

    public void Return(WorkRange rest)
    {
        bool wanted;
        lock (_gate)
        {
            if (_job?.Id != rest.Job.Id)
            {
                return;
            }
            _returned.Add(rest);
            wanted = _exhausted;
            _exhausted = false;
        }
        if (wanted)
        {
            Tell(interrupt: false);
        }
    }

    public PrefixLease? TryLease(int workerId)
    {
        lock (_gate)
        {
            return Array.Exists(_members, member => member.Worker.Id == workerId) ? _leases.TryLease(workerId) : null;
        }
    }

    public WorkRange? TryTake(PrefixLease lease, double hashesPerCandidate, out int epoch)
    {
        lock (_gate)
        {
            epoch = _epoch;
            return _paused || _job is not Job job || !_leases.Holds(lease) ? null : new WorkRange
            {
                Job = job,
                Extranonce = lease.Prefix,
                NonceFirst = 0,
                NonceCount = 1UL << 32,
                Versions = [job.Recipe.Rolling.Version],
                Target = MeasuringTarget(job, hashesPerCandidate),
            };
        }
    }

    public void Return(PrefixLease lease)
    {
        lock (_gate)
        {
            _leases.Return(lease);
        }
    }

    public bool IsVoid(int epoch) => Volatile.Read(ref _epoch) != epoch;

    public void Offer(in Candidate candidate, Hash256 hash, WorkRange range, int epoch)
    {
        if (!range.Job.ShareTarget.IsMetBy(hash))
        {
            return;
        }
        if (IsVoid(epoch) && CurrentJob?.Generation != range.Job.Generation)
        {
            Shares.OnOutcome(candidate.WorkerId, ShareOutcome.Stale);
            return;
        }
        Shares.OnSent(candidate.WorkerId);
        if (!_source.TrySubmit(candidate))
        {
            Shares.OnAnswered(candidate.WorkerId, ShareOutcome.Dropped);
        }
    }

    /// <summary>The easier of the share target and about one candidate a second.</summary>
    private static Target MeasuringTarget(Job job, double hashesPerCandidate)
    {
        if (hashesPerCandidate < 1)
        {
            return job.ShareTarget;
        }
        Target own = Target.FromDifficulty(hashesPerCandidate, Target.Max);
        return own > job.ShareTarget ? own : job.ShareTarget;
    }

    private void Void() => Volatile.Write(ref _epoch, unchecked(_epoch + 1));

    /// <summary>Outside the lock: a worker may ask at once.</summary>
    private void Tell(bool interrupt)
    {
        foreach (Member member in Volatile.Read(ref _members))
        {
            if (interrupt)
            {
                member.Worker.Interrupt();
            }
            member.Wake();
        }
    }

    private sealed record Member(IWorker Worker, Action Wake);
}
