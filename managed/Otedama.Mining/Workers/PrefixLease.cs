namespace Otedama.Mining;

/// <summary>
/// A part of the extranonce space that is one worker's for as long as its connection lasts, over all jobs: for workers that
/// count the extranonce themselves, such as ASIC chains.
/// </summary>
public sealed class PrefixLease(int workerId, ReadOnlyMemory<byte> prefix, int rest)
{
    public int WorkerId { get; } = workerId;

    /// <summary>
    /// Extranonce 1 and the leading bytes of extranonce 2: every extranonce the worker tries begins with it.
    /// </summary>
    public ReadOnlyMemory<byte> Prefix { get; } = prefix;

    /// <summary>Bytes of extranonce 2 after the prefix, the worker's to count in.</summary>
    public int Rest { get; } = rest;
}
