namespace Otedama;

/// <summary>
/// Log lines that could not be written since the process started: disk full, no reader, or too many at once.
/// </summary>
internal static class LogDrops
{
    private static long s_count;

    public static long Count => Volatile.Read(ref s_count);

    public static void Add() => Interlocked.Increment(ref s_count);
}
