using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>
/// Decides what the workers of one rig search KawPow with. The whole dataset is about a hundred times as fast as the light
/// cache, and costs gigabytes and minutes of all processors. Any thread.
/// </summary>
internal sealed class KawPowDatasets(DatasetStore store, KawPowDatasetMode mode, int threads, TimeProvider clock)
{
    /// <summary>
    /// Automatic: an epoch has to last this long before its dataset is begun, so that neither a short trial nor a
    /// reorganisation across an epoch's end begins minutes of work.
    /// </summary>
    public static readonly TimeSpan Settle = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Automatic: on a chain whose blocks take fewer hashes than this the light cache finds them, so it is a test chain;
    /// 2^27 are about three days of one core. Ravencoin's blocks take a million times as many.
    /// </summary>
    public const double BlockHashesMin = 1 << 27;

    private readonly Lock _gate = new();
    private uint _epoch = uint.MaxValue;
    private long _since;

    /// <summary>
    /// What to search this job with now, null while it is being made. Throws NativeException when it cannot be made.
    /// </summary>
    public PowDataset? For(Job job)
    {
        return mode switch
        {
            KawPowDatasetMode.Light => store.TryGet(Algorithm.KawPow, job.Height),
            KawPowDatasetMode.Full => Whole(job.Height),
            _ => (IsWorthIt(job) ? store.TryGetFull(Algorithm.KawPow, job.Height, threads, out _) : null) ?? store.TryGet(Algorithm.KawPow, job.Height),
        };
    }

    private PowDataset? Whole(int height)
    {
        PowDataset? dataset = store.TryGetFull(Algorithm.KawPow, height, threads, out Exception? problem);
        return problem is null ? dataset : throw problem;
    }

    private bool IsWorthIt(Job job)
    {
        uint epoch = store.EpochOf(Algorithm.KawPow, job.Height);
        lock (_gate)
        {
            if (epoch != _epoch)
            {
                (_epoch, _since) = (epoch, clock.GetTimestamp());
            }
            return clock.GetElapsedTime(_since) >= Settle && (double)job.NetworkTarget.ToWork() >= BlockHashesMin;
        }
    }
}
