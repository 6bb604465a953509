using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama.Mining;

/// <summary>
/// Between a job source and the workers. Jobs come in, ranges go out; candidates come back and those that meet the
/// share target are submitted. A clean job raises the epoch and interrupts every worker, so that nobody finishes void
/// work. One lock guards the job and the allocator; it is held for microseconds, a few times a second.
/// </summary>
internal sealed class Dispatcher : IJobSink, IWorkDesk
{
    private readonly Lock _listLock = new();
    private readonly object _gate = new();  // a monitor: workers without work wait on it
    private readonly IJobSource _source;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly Dictionary<int, ShareTally> _tallies = [];
    private IWorker[] _workers = [];

    private Job? _job;
    private ExtranonceSpace? _space;
    private IRangeSource? _allocator;
    private bool _paused;
    private bool _exhausted;
    private int _epoch;                     // written under _gate, read by workers without it

    public Dispatcher(IJobSource source, TimeProvider clock, ILogger log, bool paused)
    {
        _source = source;
        _clock = clock;
        _log = log;
        _paused = paused;
        Effective = new HashMeter(clock);
    }

    /// <summary>Work of accepted shares.</summary>
    public HashMeter Effective { get; }

    /// <summary>Why shares were refused.</summary>
    public RefusalCounts Refusals { get; } = new();

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

    public void Add(IWorker worker)
    {
        lock (_listLock)
        {
            _tallies.Add(worker.Id, new ShareTally());
            _workers = [.. _workers, worker];
        }
    }

    public ShareCounts SharesOf(int workerId) => Tally(workerId)?.Read() ?? default;

    public void SetPaused(bool paused)
    {
        lock (_gate)
        {
            _paused = paused;
            Void();
        }
        InterruptAll();
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
            }
            replaces = job.Clean || !sameSpace || _job is null || _job.Generation != job.Generation;
            Volatile.Write(ref _job, job);
            _exhausted = false;
            if (replaces)
            {
                Void();
            }
            Monitor.PulseAll(_gate);
        }
        if (replaces)
        {
            InterruptAll();
        }
    }

    public void OnLost()
    {
        lock (_gate)
        {
            Volatile.Write(ref _job, null);
            Void();
        }
        InterruptAll();
    }

    public void OnVerdict(in UpstreamVerdict verdict)
    {
        Tally(verdict.WorkerId)?.OnAnswered(verdict.Outcome);
        if (verdict.Outcome == ShareOutcome.Accepted)
        {
            Effective.Add(verdict.Work);
        }
        else if (verdict.Outcome is ShareOutcome.Rejected or ShareOutcome.Stale)
        {
            Refusals.Add(verdict.Reason);
        }
        foreach (IWorker worker in Volatile.Read(ref _workers))
        {
            if (worker.Id == verdict.WorkerId)
            {
                worker.OnVerdict(verdict.Outcome);
            }
        }
    }

    public WorkRange? Take(in RangeAppetite appetite, TimeSpan wait, out int epoch)
    {
        lock (_gate)
        {
            if (TryTake(appetite, out WorkRange? range) || !Monitor.Wait(_gate, wait) || TryTake(appetite, out range))
            {
                epoch = _epoch;
                return range;
            }
            epoch = _epoch;
            return null;
        }
    }

    public bool IsVoid(int epoch) => Volatile.Read(ref _epoch) != epoch;

    public void Offer(in Candidate candidate, Hash256 hash, WorkRange range, int epoch)
    {
        if (!range.Job.ShareTarget.IsMetBy(hash) || Tally(candidate.WorkerId) is not ShareTally tally)
        {
            return;
        }
        if (IsVoid(epoch) && CurrentJob?.Generation != range.Job.Generation)
        {
            tally.OnOutcome(ShareOutcome.Stale);
            return;
        }
        tally.OnSent();
        if (!_source.TrySubmit(candidate))
        {
            tally.OnAnswered(ShareOutcome.Dropped);
        }
    }

    private bool TryTake(in RangeAppetite appetite, out WorkRange? range)
    {
        range = null;
        if (_paused || _exhausted || _job is not Job job || _allocator is null)
        {
            return false;
        }
        if (_allocator.TryTake(job, MeasuringTarget(job, appetite), appetite.NonceCount, appetite.Versions, out range))
        {
            return true;
        }
        _exhausted = true;
        RigLog.SpaceExhausted(_log, job.Id, _space!.Extranonce2Length);
        return false;
    }

    /// <summary>The easier of the share target and about one candidate a second.</summary>
    private static Target MeasuringTarget(Job job, in RangeAppetite appetite)
    {
        if (appetite.HashesPerCandidate < 1)
        {
            return job.ShareTarget;
        }
        Target own = Target.FromDifficulty(appetite.HashesPerCandidate, Target.Max);
        return own > job.ShareTarget ? own : job.ShareTarget;
    }

    private void Void()
    {
        Volatile.Write(ref _epoch, unchecked(_epoch + 1));
        Monitor.PulseAll(_gate);
    }

    private void InterruptAll()
    {
        foreach (IWorker worker in Volatile.Read(ref _workers))
        {
            worker.Interrupt();
        }
    }

    private ShareTally? Tally(int workerId)
    {
        lock (_listLock)
        {
            return _tallies.GetValueOrDefault(workerId);
        }
    }
}
