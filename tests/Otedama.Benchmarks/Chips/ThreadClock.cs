using System.Runtime.InteropServices;

namespace Otedama.Benchmarks;

/// <summary>Processor time of the calling thread alone, system calls included; Linux.</summary>
internal static partial class ThreadClock
{
    private const int OfThread = 3; // CLOCK_THREAD_CPUTIME_ID

    public static double Seconds
    {
        get
        {
            Span<long> time = stackalloc long[2]; // struct timespec
            return clock_gettime(OfThread, time) == 0 ? time[0] + (time[1] / 1e9)
                : throw new InvalidOperationException("the system has no clock of threads");
        }
    }

    [LibraryImport("libc.so.6")]
    private static partial int clock_gettime(int which, Span<long> time);
}
