using System.Diagnostics.CodeAnalysis;

namespace Otedama.Pool;

/// <summary>
/// The newest jobs by id. Ids are consecutive, so that a job's place is its id modulo the capacity. One writer at a
/// time (JobMint's lock), any number of readers without a lock.
/// </summary>
internal sealed class JobRing(int capacity) : IJobShelf
{
    private readonly PoolJob?[] _slots = new PoolJob?[capacity];

    public bool TryGet(uint id, [NotNullWhen(true)] out PoolJob? job)
    {
        job = Volatile.Read(ref _slots[id % (uint)_slots.Length]);
        if (job is not null && job.Id == id)
        {
            return true;
        }
        job = null;
        return false;
    }

    public void Add(PoolJob job) => Volatile.Write(ref _slots[job.Id % (uint)_slots.Length], job);
}
