namespace Otedama.Interop;

/// <summary>
/// Where and how eagerly the calling thread runs. Only for threads of our own: pool threads are shared.
/// </summary>
public static class NativeThread
{
    /// <summary>
    /// Binds the calling thread to one processor, numbered from 0. Throws NativeException when refused.
    /// </summary>
    public static void SetAffinity(int cpu)
    {
        Native.Open();
        ArgumentOutOfRangeException.ThrowIfNegative(cpu);
        NativeException.ThrowIfFailed(Otd.otd_thread_set_affinity((uint)cpu), $"bind thread to processor {cpu}");
    }

    /// <summary>Sets the calling thread's nice value, -20 to 19. Throws NativeException when refused.</summary>
    public static void SetPriority(int nice)
    {
        Native.Open();
        NativeException.ThrowIfFailed(Otd.otd_thread_set_priority(nice), $"set nice value {nice}");
    }
}
