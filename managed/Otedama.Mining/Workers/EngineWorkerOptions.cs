using Otedama.Interop;

namespace Otedama.Mining;

internal sealed record EngineWorkerOptions
{
    public required int Id { get; init; }

    public required string Name { get; init; }

    public required string Device { get; init; }

    /// <summary>As DeviceSnapshot.Id names it.</summary>
    public string DeviceId { get; init; } = "";

    /// <summary>What is wrong with the device although it hashes, in words; empty = nothing. Any thread.</summary>
    public Func<string> Trouble { get; init; } = static () => "";

    public required AlgorithmInfo Algorithm { get; init; }

    public required FlavourInfo Flavour { get; init; }

    /// <summary>Hashes a searched nonce counts for: one, or the solutions Equihash has per nonce.</summary>
    public double HashesPerNonce { get; init; } = 1;

    /// <summary>Of the thread that steps it; null = as it comes.</summary>
    public ThreadTuning? Tuning { get; init; }

    /// <summary>
    /// How long a scan lasts: long enough that everything around the call is far below one percent, short enough that meters
    /// and health are fresh.
    /// </summary>
    public TimeSpan ScanBudget { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Nonces of the first range, when the rate is not known; on a processor a millisecond of SHA-256d, a second of scrypt.
    /// </summary>
    public ulong NonceCountFirst { get; init; } = 4096;

    /// <summary>First pause after a failure; doubles up to a minute. Where memory is lacking it is a minute at once.</summary>
    public TimeSpan RestartFirst { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Without work for this long the engine is given up, and its memory with it; the next range makes another.
    /// </summary>
    public TimeSpan PowerDownAfter { get; init; } = TimeSpan.FromSeconds(30);
}
