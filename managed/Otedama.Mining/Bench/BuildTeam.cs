using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>
/// Makes the data of an algorithm in memory: one build at a time, with as many native threads as asked for.
/// </summary>
internal sealed class BuildTeam : BenchmarkTeam
{
    private readonly BenchmarkCase _case;
    private readonly DatasetKind _kind;
    private readonly int _threads;

    public BuildTeam(BenchmarkCase item, int threads, IReadOnlyList<int> affinity)
        : base(1, affinity) // the one that calls; the threads that build are the native code's own
    {
        _case = item;
        _kind = item.Data ?? throw new ArgumentException($"{item.Algorithm.Name} needs no data; choose kawpow or verthash to measure a build");
        _threads = threads;
        Bytes = PowDataset.SizeOf(item.Algorithm.Algorithm, _kind, item.Epoch);
    }

    /// <summary>Bytes that one build makes.</summary>
    public ulong Bytes { get; }

    public override void Dispose()
    {
        // Every build is freed when it is done.
    }

    protected override long Work(int thread, TimeSpan duration, CancellationToken cancellation)
    {
        PowDataset.Create(_case.Algorithm.Algorithm, _kind, _case.Epoch, threads: _threads, cancellation: cancellation).Dispose();
        return checked((long)Bytes);
    }
}
