using Otedama.Core;

namespace Otedama.Mining;

/// <summary>A job as its pool knows it.</summary>
/// <param name="WireId">The pool's own id, echoed in submit.</param>
/// <param name="VersionMask">What was negotiated when the job came; 0 = submits carry no version bits.</param>
internal sealed record UpstreamJob(Job Job, string WireId, ExtranonceSpace Space, uint VersionMask)
{
    /// <summary>Expected hashes of one share.</summary>
    public double Work { get; } = (double)Job.ShareTarget.ToWork();
}

/// <summary>
/// The last jobs of a connection by our own id. The connection's reader adds, its submitter looks up.
/// </summary>
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
