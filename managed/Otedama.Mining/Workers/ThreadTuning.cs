using Microsoft.Extensions.Logging;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>Where and how eagerly the thread of a worker runs on the machine's processors.</summary>
/// <param name="Cpu">Processor to run on, from 0; null = any.</param>
/// <param name="Priority">Against the rest of the machine.</param>
internal sealed record ThreadTuning(int? Cpu, CpuPriority Priority)
{
    /// <summary>
    /// Applies to the calling thread; what the kernel refuses is logged, and the worker runs without.
    /// </summary>
    public void Apply(string worker, ILogger logger)
    {
        int nice = Priority switch
        {
            CpuPriority.Idle => 19,
            CpuPriority.Low => 10,
            _ => 0,
        };
        Try($"processor {Cpu}", Cpu is not null, () => NativeThread.SetAffinity(Cpu!.Value));
        Try($"nice value {nice}", nice != 0, () => NativeThread.SetPriority(nice));

        void Try(string what, bool wanted, Action tuning)
        {
            try
            {
                if (wanted)
                {
                    tuning();
                }
            }
            catch (NativeException e)
            {
                RigLog.WorkerTuning(logger, worker, what, e.Detail);
            }
        }
    }
}
