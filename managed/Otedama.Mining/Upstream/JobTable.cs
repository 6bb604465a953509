using Otedama.Core;

namespace Otedama.Mining;

/// <summary>A job as its pool knows it.</summary>
internal sealed record UpstreamJob(Job Job, string WireId, ExtranonceSpace Space, uint VersionMask)
{
    public double Work { get; } = (double)Job.ShareTarget.ToWork();
}

/// <summary>The last jobs of a connection by our own id. Written by the reader of the connection, read by its submitter.</summary>
internal sealed class JobTable
{
    /// <summary>At a notify every 30 s half an hour; candidates come back within seconds.</summary>
    public const int Capacity = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<uint, UpstreamJob> _jobs = [];
    private readonly Queue<uint> _order = [];

    public void Add(UpstreamJob job)
    {
        lock (_gate)
        {
            if (_order.Count == Capacity)
            {
                _jobs.Remove(_order.Dequeue());
            }
            _order.Enqueue(job.Job.Id);
            _jobs.Add(job.Job.Id, job);
        }
    }

    public UpstreamJob? Find(uint id)
    {
        lock (_gate)
        {
            return _jobs.GetValueOrDefault(id);
        }
    }
}

/// <summary>Numbers jobs over all connections of a client: ids never repeat, the generation rises with each clean job.</summary>
internal sealed class JobNumbers
{
    private uint _id;
    private uint _generation;

    public uint Generation => Volatile.Read(ref _generation);

    public uint NextId() => Interlocked.Increment(ref _id);

    public uint NextGeneration() => Interlocked.Increment(ref _generation);
}
