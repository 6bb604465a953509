using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// The jobs of the pool: turns templates into jobs, announces them, and finds them again by id. A new tip replaces
/// (generation + 1, clean), new transactions and new splits update (late candidates still count), and silence is broken by a
/// refresh. Safe from any thread; reads never wait. Its step publishes what has become due. It decides when; which job
/// is for whom is JobMint's.
/// </summary>
public sealed class JobBook : IPoolJobTable, IStep, IDisposable
{
    private readonly JobBookOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly JobMint _mint;
    private readonly JobPace _pace;

    /// <summary>Orders publications and their announcements. Taken before the mint's lock, never after.</summary>
    private readonly Lock _publishGate = new();

    private ImmutableArray<IJobListener> _listeners = [];
    private volatile Publication? _publication;
    private Template? _pending;
    private bool _disposed;

    public JobBook(JobBookOptions options, TimeProvider time, ILogger logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
        _mint = new JobMint(options, time, logger, ClassOpened);
        _pace = new JobPace(options, time);
        Wake = new Signal(time);
        options.Splits.Changed += SplitsChanged;
    }

    public Signal Wake { get; }

    public Closure? WhyClosed => _options.Splits.WhyClosed;

    /// <summary>True when those who work have coinbases of their own.</summary>
    public bool HasOwnCoinbases => _options.Splits.HasOwnCoinbases;

    /// <summary>Number of the newest tip; 0 before the first template.</summary>
    public uint Generation => _publication?.Generation ?? 0;

    /// <summary>The newest job of the default class; null before the first template.</summary>
    public PoolJob? Current => _publication?.Find(CoinbaseClass.Default, 0)?.Newest;

    /// <summary>From now on this one is told of new jobs.</summary>
    public void Tell(IJobListener listener) => ImmutableInterlocked.Update(ref _listeners, list => list.Add(listener));

    public bool TryGet(uint id, [NotNullWhen(true)] out PoolJob? job) => _mint.TryGet(id, out job);

    public bool TryGetJob(uint id, [NotNullWhen(true)] out Job? job)
    {
        bool found = _mint.TryGet(id, out PoolJob? known);
        job = known?.Job;
        return found;
    }

    /// <summary>
    /// The newest job for this class, and where accounts have coinbases of their own for this account's (0 = nobody's
    /// own). Null before the first template, or when no coinbase could be made, which is logged.
    /// </summary>
    public PoolJob? JobFor(CoinbaseClass size, int account = 0) =>
        _publication is { } publication ? _mint.NewestFor(publication, size, account) : null;

    /// <summary>
    /// A job that a session which was last sent lastJobId has not had yet: the newest one when it is newer, else a
    /// fresh coinbase, which all other callers then share. Beyond the mint budget the same job again.
    /// </summary>
    public PoolJob? MintFresh(CoinbaseClass size, int account, uint lastJobId) =>
        _publication is { } publication ? _mint.FreshFor(publication, size, account, lastJobId) : null;

    /// <summary>
    /// A job can take few more shares: all sessions get a fresh one of the same template. Any thread; never waits. One round
    /// for each publication, however many of its jobs fill up.
    /// </summary>
    public void Succeed(uint jobId)
    {
        if (_publication is { } current && unchecked((int)(jobId - current.FirstId)) >= 0)
        {
            Ask(JobPace.Filling);
        }
    }

    /// <summary>
    /// The splits are others now: all sessions get jobs that pay by them, SplitEvery after the last broadcast at the earliest.
    /// Any thread; never waits.
    /// </summary>
    public void SplitsChanged() => Ask(JobPace.SplitMoved);

    /// <summary>Takes a template that the node group found better than the one before.</summary>
    public void Offer(Template template)
    {
        lock (_publishGate)
        {
            Publication? old = _publication;
            if (_disposed)
            {
                return;
            }
            if (old is null || old.Prepared.Template.PreviousHash != template.PreviousHash)
            {
                Publish(new PreparedTemplate(template), clean: true);
            }
            else
            {
                _pending = template;
                Tick(old);
            }
        }
        Wake.Set(); // the next step may be due earlier
    }

    /// <summary>Publishes what is due; then returns how long the next call may wait.</summary>
    public ValueTask<TimeSpan> StepAsync(CancellationToken stop)
    {
        lock (_publishGate)
        {
            if (_disposed || _publication is not { } publication)
            {
                return new ValueTask<TimeSpan>(Timeout.InfiniteTimeSpan);
            }
            Tick(publication);
            return new ValueTask<TimeSpan>(_pace.Left(_pending is not null));
        }
    }

    public void Dispose()
    {
        lock (_publishGate)
        {
            _disposed = true;
        }
        _options.Splits.Changed -= SplitsChanged;
    }

    private void Ask(int what)
    {
        if (_pace.Ask(what))
        {
            Wake.Set();
        }
    }

    /// <summary>Under the publish lock.</summary>
    private void Tick(Publication old)
    {
        if (_pace.Left(_pending is not null) > TimeSpan.Zero)
        {
            return;
        }
        if (_pending is { } template)
        {
            Update(old, template);
        }
        else
        {
            Publish(old.Prepared, clean: false);
        }
    }

    /// <summary>
    /// A template that would give the same work again waits for the refresh, which runs from the last publication: a node
    /// that offers the same one every few seconds must not put it off.
    /// </summary>
    private void Update(Publication old, Template template)
    {
        _pending = null;
        PreparedTemplate prepared = new(template);
        if (!prepared.IsSameWorkAs(old.Prepared))
        {
            Publish(prepared, clean: false);
        }
        else if (_pace.MayRepeat)
        {
            Publish(old.Prepared, clean: false);
        }
    }

    private void Publish(PreparedTemplate prepared, bool clean)
    {
        _pace.Begin(); // before the split is asked for: what changes later counts anew
        Publication? old = _publication;
        bool reused = old is not null && ReferenceEquals(old.Prepared, prepared);
        Publication next = new(
            prepared,
            clean ? Generation + 1 : Generation,
            clean,
            reused ? old!.TemplateAt : _time.GetTimestamp(),
            reused ? old : null);
        PoolJob? job = _mint.Begin(next, () => _publication = next);
        _pending = null;
        _pace.End();
        if (job is null)
        {
            return;
        }
        Announce(job);
        if (!reused)
        {
            _ = job.Prepared.TailHex; // a found block then only copies references
            _mint.Retire(old);
        }
    }

    private void Announce(PoolJob job)
    {
        JobLog.JobPublished(
            _logger, job.Id, job.Template.Height, job.Job.Generation, job.Job.Clean, job.Template.Transactions.Count,
            job.Template.CoinbaseValue);
        try
        {
            foreach (IJobListener listener in _listeners)
            {
                listener.OnPublished(job);
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            JobLog.HandlerFailed(_logger, job.Id, e);
        }
    }

    /// <summary>Under the mint's lock.</summary>
    private void ClassOpened(PoolJob job)
    {
        foreach (IJobListener listener in _listeners)
        {
            listener.OnClassOpened(job);
        }
    }
}
