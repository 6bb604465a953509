using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Otedama.Pool;

/// <summary>
/// The jobs of a pool whose miners have coinbases of their own. Each owner of a coinbase keeps his newest ones whatever
/// others do, because a job is pushed out by jobs of the same owner only; owners beyond the limit get none of their own
/// and push out nobody. Safe from any thread.
/// </summary>
/// <remarks>Jobs that were pushed out stay findable for a while: a block on one is still worth a try.</remarks>
internal sealed class OwnedJobs(TimeProvider time) : IJobShelf
{
    /// <summary>Owners at once: with all their jobs about 100 MB.</summary>
    public const int OwnersMax = 4_096;

    /// <summary>Jobs of one owner: at the busiest, one in 5 s, late candidates find theirs for more than a minute.</summary>
    public const int JobsEach = 16;

    /// <summary>Jobs pushed out that can still be found.</summary>
    public const int AtticMax = 8_192;

    /// <summary>Jobs that can be found at once; the duplicate sets have room for as many.</summary>
    public const int FindableMax = (OwnersMax * JobsEach) + JobBookOptions.SharedCapacity + AtticMax;

    /// <summary>An owner whose sessions have asked for no job for this long has none any more.</summary>
    private static readonly TimeSpan s_idle = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<uint, PoolJob> _jobs = new();
    private readonly Dictionary<int, Owner> _owners = [];
    private readonly Owner _shared = new(time, JobBookOptions.SharedCapacity);
    private readonly Queue<PoolJob> _attic = new();

    public bool TryGet(uint id, [NotNullWhen(true)] out PoolJob? job) => _jobs.TryGetValue(id, out job);

    public void Add(PoolJob job)
    {
        lock (_gate)
        {
            _jobs[job.Id] = job;
            Owner owner = _owners.GetValueOrDefault(job.Account, _shared);
            owner.Jobs.Enqueue(job);
            while (owner.Jobs.Count > owner.Max)
            {
                Retire(owner.Jobs.Dequeue());
            }
        }
    }

    /// <summary>Whether this owner has, or gets, a place; a session asks for each of its jobs.</summary>
    public bool TryOpen(int owner)
    {
        lock (_gate)
        {
            if (!_owners.TryGetValue(owner, out Owner? known))
            {
                if (_owners.Count >= OwnersMax && !TryCloseIdle())
                {
                    return false;
                }
                known = new Owner(time, JobsEach);
                _owners.Add(owner, known);
            }
            known.AskedAt = time.GetTimestamp();
            return true;
        }
    }

    /// <summary>Whether this owner may have one more job outside of broadcasts; 0 = the job shared by all.</summary>
    public bool TryTakeBudget(int owner)
    {
        lock (_gate)
        {
            return _owners.GetValueOrDefault(owner, _shared).Budget.TryTake();
        }
    }

    private bool TryCloseIdle()
    {
        (int id, Owner oldest) = _owners.MinBy(static pair => pair.Value.AskedAt);
        if (time.GetElapsedTime(oldest.AskedAt) < s_idle)
        {
            return false;
        }
        _owners.Remove(id);
        foreach (PoolJob job in oldest.Jobs)
        {
            Retire(job);
        }
        return true;
    }

    private void Retire(PoolJob job)
    {
        _attic.Enqueue(job);
        if (_attic.Count > AtticMax)
        {
            _jobs.TryRemove(_attic.Dequeue().Id, out _);
        }
    }

    private sealed class Owner(TimeProvider time, int max)
    {
        public int Max { get; } = max;

        public Queue<PoolJob> Jobs { get; } = new();

        public MintBudget Budget { get; } = new(time);

        public long AskedAt { get; set; } = time.GetTimestamp();
    }
}
