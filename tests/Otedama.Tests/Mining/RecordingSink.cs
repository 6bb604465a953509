using System.Collections.Concurrent;
using Otedama.Core;
using Otedama.Mining;

namespace Otedama.Tests.Mining;

/// <summary>Keeps what a job source delivers.</summary>
internal sealed class RecordingSink : IJobSink
{
    public ConcurrentQueue<(Job Job, ExtranonceSpace Space)> Jobs { get; } = [];

    public ConcurrentQueue<UpstreamVerdict> Verdicts { get; } = [];

    public int Lost;

    public Job LastJob => Jobs.Last().Job;

    public void OnJob(Job job, ExtranonceSpace space) => Jobs.Enqueue((job, space));

    public void OnLost() => Interlocked.Increment(ref Lost);

    public void OnVerdict(in UpstreamVerdict verdict) => Verdicts.Enqueue(verdict);
}
