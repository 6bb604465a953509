namespace Otedama.Asic;

/// <summary>One chip of a chain, since the chain last began to mine or its window was begun anew.</summary>
/// <param name="Index">Place in the chain from 0, nearest to the host first.</param>
/// <param name="Address">As it was given.</param>
/// <param name="Nonces">Good ones.</param>
/// <param name="Expected">Good ones its clock and cores would give on average.</param>
/// <param name="Errors">Nonces that do not hash.</param>
/// <param name="CounterHashrate">Hashes a second by its own counter; null = none.</param>
/// <param name="IsWeak">Under 70 % of what is expected, and that by chance less often than once in a million.</param>
public sealed record ChipReport(
    int Index, int Address, long Nonces, double Expected, long Errors, double? CounterHashrate, bool IsWeak)
{
    /// <summary>Errors by the chip's own count since it was brought up; null = it has none, or was not asked
    /// yet.</summary>
    public long? OwnErrors { get; init; }

    /// <summary>By its own thermometer when it was last asked, degrees Celsius; null = it has none.</summary>
    public double? Celsius { get; init; }

    /// <summary>Nonces by expected ones; null = nothing expected yet.</summary>
    public double? Ratio => Expected > 0 ? Nonces / Expected : null;
}
