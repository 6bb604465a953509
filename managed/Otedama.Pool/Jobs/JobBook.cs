using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// The jobs of the pool: turns templates into jobs, announces them, and finds them again by id. A new tip replaces
/// (generation + 1, clean), new transactions and new splits update (late candidates still count), and silence is broken by a
/// refresh. Safe from any thread; reads never wait. Its step publishes what has become due.
/// </summary>
public sealed class JobBook : IPoolJobTable, IStep, IDisposable
{
    /// <summary>A job can take few more shares.</summary>
    private const int Filling = 1;

    /// <summary>The split is another one.</summary>
    private const int SplitMoved = 2;

    private readonly JobBookOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IJobShelf _shelf;
    private readonly SoloJobs? _solo; // the shelf in SOLO mode
    private readonly MintBudget _budget;

    /// <summary>Orders publications and their announcements. Taken before _mintGate, never after.</summary>
    private readonly Lock _publishGate = new();

    /// <summary>Orders job ids. Listeners may take it.</summary>
    private readonly Lock _mintGate = new();

    /// <summary>Classes that had a job of their own already. Under _mintGate.</summary>
    private readonly HashSet<CoinbaseClass> _opened = [];

    private ImmutableArray<IJobListener> _listeners = [];
    private volatile Publication? _publication;
    private Template? _pending;
    private long _publishedAt;
    private uint _nextId;
    private int _asked; // Filling and SplitMoved since the last publication began
    private bool _disposed;

    public JobBook(JobBookOptions options, TimeProvider time, ILogger logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
        _solo = options.Splits.IsSolo ? new SoloJobs(time) : null;
        _shelf = _solo is not null ? _solo : new JobRing(options.Capacity);
        _budget = new MintBudget(time);
        // 16 ids a second from 1970 on, modulo 2^32: a restart continues above the ids it may have used.
        _nextId = options.FirstId ?? unchecked((uint)(time.GetUtcNow().ToUnixTimeSeconds() << 4));
        Wake = new Signal(time);
        options.Splits.Changed += SplitsChanged;
    }

    public Signal Wake { get; }

    /// <summary>Number of the newest tip; 0 before the first template.</summary>
    public uint Generation => _publication?.Generation ?? 0;

    /// <summary>The newest job of the default class; null before the first template.</summary>
    public PoolJob? Current => _publication?.Find(CoinbaseClass.Default, 0)?.Newest;

    /// <summary>From now on this one is told of new jobs.</summary>
    public void Tell(IJobListener listener) => ImmutableInterlocked.Update(ref _listeners, list => list.Add(listener));

    public bool TryGet(uint id, [NotNullWhen(true)] out PoolJob? job) => _shelf.TryGet(id, out job);

    public bool TryGetJob(uint id, [NotNullWhen(true)] out Job? job)
    {
        bool found = _shelf.TryGet(id, out PoolJob? known);
        job = known?.Job;
        return found;
    }

    /// <summary>
    /// The newest job for this class, and in SOLO mode for this account's coinbase (0 = nobody's own). Null before the first
    /// template, or when no coinbase could be made, which is logged.
    /// </summary>
    public PoolJob? JobFor(CoinbaseClass size, int account = 0)
    {
        Publication? publication = _publication;
        return publication is null ? null : SlotFor(publication, size, Owner(account))?.Newest;
    }

    /// <summary>
    /// A job that a session which was last sent lastJobId has not had yet: the newest one when it is newer, else a
    /// fresh coinbase, which all other callers then share. Beyond the mint budget the same job again.
    /// </summary>
    public PoolJob? MintFresh(CoinbaseClass size, int account, uint lastJobId)
    {
        Publication? publication = _publication;
        int owner = Owner(account);
        JobSlot? slot = publication is null ? null : SlotFor(publication, size, owner);
        if (slot is null || slot.Newest.Id != lastJobId)
        {
            return slot?.Newest;
        }
        lock (_mintGate)
        {
            if (slot.Newest.Id == lastJobId && (_solo?.TryTakeBudget(owner) ?? _budget.TryTake()))
            {
                PoolJob? fresh = TryMint(publication!, size, owner);
                slot.Newest = fresh ?? slot.Newest;
            }
            return slot.Newest;
        }
    }

    /// <summary>
    /// A job can take few more shares: all sessions get a fresh one of the same template. Any thread; never waits. One round
    /// for each publication, however many of its jobs fill up.
    /// </summary>
    public void Succeed(uint jobId)
    {
        if (_publication is { } current && unchecked((int)(jobId - current.FirstId)) >= 0)
        {
            Ask(Filling);
        }
    }

    /// <summary>
    /// The splits are others now: all sessions get jobs that pay by them, UpdateEvery after the last broadcast at the earliest.
    /// Any thread; never waits.
    /// </summary>
    public void SplitsChanged() => Ask(SplitMoved);

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
            return new ValueTask<TimeSpan>(Left());
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

    /// <summary>Whose coinbase it is; 0 = the one shared by all.</summary>
    private int Owner(int account)
    {
        if (_solo is null || account == 0)
        {
            return 0;
        }
        int owner = _options.Splits.SoloOwnerOf(account);
        return owner != 0 && _solo.TryOpen(owner) ? owner : 0;
    }

    private void Ask(int what)
    {
        if ((Interlocked.Or(ref _asked, what) & what) == 0)
        {
            Wake.Set();
        }
    }

    /// <summary>
    /// Until something is due, under the publish lock: a filled job's successor at once, news UpdateEvery after the last
    /// publication, the same again RefreshEvery after it.
    /// </summary>
    private TimeSpan Left()
    {
        int asked = Volatile.Read(ref _asked);
        if ((asked & Filling) != 0)
        {
            return TimeSpan.Zero;
        }
        bool hasNews = _pending is not null || asked != 0;
        TimeSpan every = hasNews && _options.UpdateEvery < _options.RefreshEvery ? _options.UpdateEvery : _options.RefreshEvery;
        TimeSpan left = every - _time.GetElapsedTime(_publishedAt);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>Under the publish lock.</summary>
    private void Tick(Publication old)
    {
        if (Left() > TimeSpan.Zero)
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
        Template before = old.Prepared.Template;
        bool same = template.CoinbaseValue == before.CoinbaseValue
            && template.Version == before.Version
            && template.VersionRequired == before.VersionRequired
            && template.Bits == before.Bits
            && template.Reserved == before.Reserved
            && template.Solution.Span.SequenceEqual(before.Solution.Span)
            && prepared.Branches.Span.SequenceEqual(old.Prepared.Branches.Span);
        if (!same)
        {
            Publish(prepared, clean: false);
        }
        else if (_time.GetElapsedTime(_publishedAt) >= _options.RefreshEvery || Volatile.Read(ref _asked) != 0)
        {
            Publish(old.Prepared, clean: false);
        }
    }

    private void Publish(PreparedTemplate prepared, bool clean)
    {
        Interlocked.Exchange(ref _asked, 0); // before the split is asked for: what changes later counts anew
        Publication? old = _publication;
        bool reused = old is not null && ReferenceEquals(old.Prepared, prepared);
        Publication next = new(
            prepared,
            clean ? Generation + 1 : Generation,
            clean,
            reused ? old!.TemplateAt : _time.GetTimestamp(),
            reused ? old : null);
        PoolJob? job;
        lock (_mintGate)
        {
            job = TryMint(next, CoinbaseClass.Default, 0);
            if (job is not null)
            {
                next.FirstId = job.Id;
                next.Put(CoinbaseClass.Default, 0, new JobSlot(job));
                _publication = next;
            }
        }
        _pending = null;
        _publishedAt = _time.GetTimestamp();
        if (job is null)
        {
            return;
        }
        Announce(job);
        if (!reused)
        {
            _ = job.Prepared.TailHex; // a found block then only copies references
            lock (_mintGate)
            {
                old?.Cool();
            }
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

    private JobSlot? SlotFor(Publication publication, CoinbaseClass size, int account)
    {
        if (publication.Find(size, account) is { } known)
        {
            return known;
        }
        lock (_mintGate)
        {
            if (publication.Find(size, account) is { } raced)
            {
                return raced;
            }
            JobSlot? slot = SharedSlot(publication, size, account);
            if (slot is null && TryMint(publication, size, account) is { } job)
            {
                slot = new JobSlot(job);
            }
            if (slot is not null)
            {
                publication.Put(size, account, slot);
            }
            return slot;
        }
    }

    /// <summary>The default class's slot when this class would get the very same outputs.</summary>
    private static JobSlot? SharedSlot(Publication publication, CoinbaseClass size, int account)
    {
        JobSlot? usual = publication.Find(CoinbaseClass.Default, account);
        if (usual is null)
        {
            return null;
        }
        PoolJob job = usual.Newest;
        bool everybodyPaid = job.Split.Outputs.Count < CoinbaseClass.Default.OutputsMax();
        return everybodyPaid && job.Split.Outputs.Count <= size.OutputsMax() ? usual : null;
    }

    private PoolJob? TryMint(Publication publication, CoinbaseClass size, int account)
    {
        try
        {
            PoolJob job = MintFitting(publication, size, account);
            unchecked
            {
                _nextId++;
            }
            _shelf.Add(job);
            if (account == 0 && _opened.Add(size))
            {
                foreach (IJobListener listener in _listeners)
                {
                    listener.OnClassOpened(job);
                }
            }
            return job;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            JobLog.MintFailed(_logger, publication.Prepared.Template.Height, size, account, e.Message);
            return null;
        }
    }

    /// <summary>
    /// A job whose block keeps the template's limits: with as many payees as its class allows, at the price of the cheapest
    /// transactions; where these have to stay, with fewer payees. Throws ArgumentException when even one is too many.
    /// </summary>
    private PoolJob MintFitting(Publication publication, CoinbaseClass size, int account)
    {
        PreparedTemplate prepared = publication.PreparedFor(size);
        int payees = size.OutputsMax();
        while (true)
        {
            PayoutSplit split = account == 0
                ? _options.Splits.SplitFor(prepared.Template, payees)
                : _options.Splits.SplitFor(prepared.Template, payees, account);
            PoolJob job = Mint(publication, prepared, split, size, account);
            BlockMeasure excess = (prepared.Measure + job.CoinbaseMeasure).Over(prepared.Template);
            if (excess.IsNothing)
            {
                return job;
            }
            if (TemplateTrimmer.Trim(prepared.Template, excess) is { } smaller)
            {
                prepared = new PreparedTemplate(smaller);
                publication.Trim(size, prepared);
                continue;
            }
            if (split.Outputs.Count <= 1 || prepared.Template.IsFixed)
            {
                BlockMeasure block = prepared.Measure + job.CoinbaseMeasure;
                throw new ArgumentException(
                    $"the block would have weight {block.Weight}, {block.Size} bytes and {block.SigOps} signature operations; the node's "
                    + $"template allows {Limit(prepared.Template.WeightLimit)}, {Limit(prepared.Template.SizeLimit)} and "
                    + $"{Limit(prepared.Template.SigOpLimit)}. Lower the node's block size, as Bitcoin Core does by blockmaxweight.");
            }
            payees = Math.Min(payees, split.Outputs.Count) - FewerPayees(excess, split.Outputs.Count);
            payees = Math.Max(1, payees);
        }
    }

    private static string Limit(long limit) => limit == 0 ? "any" : $"{limit}";

    /// <summary>Outputs to take out, counted by the smallest there are, 31 bytes; at least an eighth, so that few rounds are needed.</summary>
    private static int FewerPayees(BlockMeasure excess, int outputs)
    {
        long fewer = Math.Max(excess.Weight / 124, Math.Max(excess.Size / 31, excess.SigOps / 4));
        return (int)Math.Clamp(fewer, 1 + (outputs / 8), outputs);
    }

    private PoolJob Mint(Publication publication, PreparedTemplate prepared, PayoutSplit split, CoinbaseClass size, int account)
    {
        Template template = prepared.Template;
        double age = _time.GetElapsedTime(publication.TemplateAt).TotalSeconds;
        uint id = _nextId;
        if (template.IsFixed && prepared.FirstJob == 0)
        {
            prepared.FirstJob = id;
        }
        Job job = JobBuilder.Build(new JobRequest
        {
            Template = template,
            Split = split,
            Id = id,
            Repeats = prepared.FirstJob,
            Generation = publication.Generation,
            Clean = publication.Clean,
            Time = (uint)Math.Min(template.Time + age, uint.MaxValue),
            ShareTarget = _options.ShareTarget,
            Class = size,
            Tag = _options.Tag,
            VersionMask = _options.VersionMask,
            SolutionLength = _options.SolutionLength,
            Branches = prepared.Branches,
        });
        return new PoolJob
        {
            Job = job,
            Template = template,
            Prepared = prepared,
            Split = split,
            Class = size,
            Account = account,
            MadeAt = _time.GetTimestamp(),
        };
    }
}
