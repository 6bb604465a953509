using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// Which job is for whom: one for each class of coinbase and, where accounts have coinbases of their own, for each owner;
/// made when first asked for, so that every publication has only the jobs somebody works on. Safe from any thread.
/// </summary>
internal sealed class JobMint
{
    private readonly JobBookOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Action<PoolJob> _opened;
    private readonly IJobShelf _shelf;
    private readonly OwnedJobs? _owned; // the shelf where accounts have coinbases of their own
    private readonly MintBudget _budget;

    /// <summary>Orders job ids. Listeners may take it.</summary>
    private readonly Lock _gate = new();

    /// <summary>Classes that had a job of their own already. Under the lock.</summary>
    private readonly HashSet<CoinbaseClass> _openClasses = [];

    private uint _nextId;

    /// <param name="opened">Told, under the lock, of the first job of its own that a class got.</param>
    public JobMint(JobBookOptions options, TimeProvider time, ILogger logger, Action<PoolJob> opened)
    {
        _options = options;
        _time = time;
        _logger = logger;
        _opened = opened;
        _owned = options.Splits.HasOwnCoinbases ? new OwnedJobs(time) : null;
        _shelf = _owned is not null ? _owned : new JobRing(options.Capacity);
        _budget = new MintBudget(time);
        // 16 ids a second from 1970 on, modulo 2^32: a restart continues above the ids it may have used.
        _nextId = options.FirstId ?? unchecked((uint)(time.GetUtcNow().ToUnixTimeSeconds() << 4));
    }

    public bool TryGet(uint id, [NotNullWhen(true)] out PoolJob? job) => _shelf.TryGet(id, out job);

    /// <summary>
    /// The job for the default class, with which a publication begins; publish is then called, before anybody else can
    /// mint. Null, and nothing published, when no coinbase could be made, which is logged.
    /// </summary>
    public PoolJob? Begin(Publication publication, Action publish)
    {
        lock (_gate)
        {
            PoolJob? job = TryMint(publication, CoinbaseClass.Default, 0);
            if (job is not null)
            {
                publication.FirstId = job.Id;
                publication.Put(CoinbaseClass.Default, 0, new JobSlot(job));
                publish();
            }
            return job;
        }
    }

    /// <summary>Another publication took over.</summary>
    public void Retire(Publication? publication)
    {
        lock (_gate)
        {
            publication?.Cool();
        }
    }

    public PoolJob? NewestFor(Publication publication, CoinbaseClass size, int account) =>
        SlotFor(publication, size, OwnerOf(account))?.Newest;

    public PoolJob? FreshFor(Publication publication, CoinbaseClass size, int account, uint lastJobId)
    {
        int owner = OwnerOf(account);
        JobSlot? slot = SlotFor(publication, size, owner);
        if (slot is null || slot.Newest.Id != lastJobId)
        {
            return slot?.Newest;
        }
        lock (_gate)
        {
            if (slot.Newest.Id == lastJobId && (_owned?.TryTakeBudget(owner) ?? _budget.TryTake()))
            {
                PoolJob? fresh = TryMint(publication, size, owner);
                slot.Newest = fresh ?? slot.Newest;
            }
            return slot.Newest;
        }
    }

    /// <summary>Whose coinbase it is; 0 = the one shared by all.</summary>
    private int OwnerOf(int account)
    {
        if (_owned is null || account == 0)
        {
            return 0;
        }
        int owner = _options.Splits.CoinbaseOwnerOf(account);
        return owner != 0 && _owned.TryOpen(owner) ? owner : 0;
    }

    private JobSlot? SlotFor(Publication publication, CoinbaseClass size, int owner)
    {
        if (publication.Find(size, owner) is { } known)
        {
            return known;
        }
        lock (_gate)
        {
            if (publication.Find(size, owner) is { } raced)
            {
                return raced;
            }
            JobSlot? slot = SharedSlot(publication, size, owner);
            if (slot is null && TryMint(publication, size, owner) is { } job)
            {
                slot = new JobSlot(job);
            }
            if (slot is not null)
            {
                publication.Put(size, owner, slot);
            }
            return slot;
        }
    }

    /// <summary>The default class's slot when this class would get the very same outputs.</summary>
    private JobSlot? SharedSlot(Publication publication, CoinbaseClass size, int owner)
    {
        JobSlot? usual = publication.Find(CoinbaseClass.Default, owner);
        if (usual is null)
        {
            return null;
        }
        PoolJob job = usual.Newest;
        bool everybodyPaid = job.Split.Outputs.Count < CoinbaseClass.Default.OutputsMax(_options.Splits.Form);
        return everybodyPaid && job.Split.Outputs.Count <= size.OutputsMax(_options.Splits.Form) ? usual : null;
    }

    private PoolJob? TryMint(Publication publication, CoinbaseClass size, int owner)
    {
        try
        {
            PoolJob job = MintFitting(publication, size, owner);
            unchecked
            {
                _nextId++;
            }
            _shelf.Add(job);
            if (owner == 0 && _openClasses.Add(size))
            {
                _opened(job);
            }
            return job;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            JobLog.MintFailed(_logger, publication.Prepared.Template.Height, size, owner, e.Message);
            return null;
        }
    }

    /// <summary>
    /// A job whose block keeps the template's limits. Throws ArgumentException when there is no such job.
    /// </summary>
    private PoolJob MintFitting(Publication publication, CoinbaseClass size, int owner)
    {
        int payees = size.OutputsMax(_options.Splits.Form);
        while (true)
        {
            PreparedTemplate prepared = publication.PreparedFor(size);
            PayoutSplit split = owner == 0
                ? _options.Splits.SplitFor(prepared.Template, payees)
                : _options.Splits.SplitFor(prepared.Template, payees, owner);
            PoolJob job = Mint(publication, prepared, split, size, owner);
            BlockMeasure excess = (prepared.Measure + job.CoinbaseMeasure).Over(prepared.Template);
            if (excess.IsNothing)
            {
                return job;
            }
            payees = BlockRoom.Gain(publication, job, excess, payees);
        }
    }

    private PoolJob Mint(
        Publication publication, PreparedTemplate prepared, PayoutSplit split, CoinbaseClass size, int owner)
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
            Account = owner,
            MadeAt = _time.GetTimestamp(),
        };
    }
}
