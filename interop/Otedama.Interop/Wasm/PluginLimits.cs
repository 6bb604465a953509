namespace Otedama.Interop;

/// <summary>What a plugin may use. The defaults are what the configuration starts with.</summary>
public sealed record PluginLimits
{
    /// <summary>Largest file; a hash function of a hundred kilobytes is already a large one.</summary>
    public const int FileBytesMax = 4 << 20;

    public const int MemoryMibMax = 2048;

    public const int DeadlineMsMin = 50;

    public const int DeadlineMsMax = 60_000;

    /// <summary>Instructions a plugin may declare for one hash or one preparation: about a second.</summary>
    public const ulong FuelMax = 2_000_000_000;

    /// <summary>Linear memory of one instance in MiB; every worker thread has an instance of its own.</summary>
    public int MemoryMib { get; init; } = 64;

    /// <summary>Longest one call may take by the clock, in milliseconds.</summary>
    public int DeadlineMs { get; init; } = 2000;

    /// <summary>Throws ArgumentOutOfRangeException.</summary>
    internal void Check()
    {
        if (MemoryMib is < 1 or > MemoryMibMax)
        {
            throw new ArgumentOutOfRangeException(nameof(MemoryMib), $"{MemoryMib} MiB of plugin memory; 1 to {MemoryMibMax} are allowed");
        }
        if (DeadlineMs is < DeadlineMsMin or > DeadlineMsMax)
        {
            throw new ArgumentOutOfRangeException(
                nameof(DeadlineMs), $"a plugin deadline of {DeadlineMs} ms; {DeadlineMsMin} to {DeadlineMsMax} are allowed");
        }
    }
}
