namespace Otedama.Asic;

/// <summary>
/// Drives one chain of chips: opens it, brings it up, sends it jobs, checks what comes back, and gets it out of trouble. Stepped
/// by one thread; Report, SetClock, SetMillivolts, Restart and Stop are for any thread.
/// </summary>
public sealed class ChipChain(ChainOptions options, IBoardControl board, IChipWork work, TimeProvider time, Action<string>? log = null) : IDisposable
{
    /// <summary>Faults a report lists: what led to the present state, not a history.</summary>
    public const int FaultsMax = 16;

    public ChainReport Report => throw new NotImplementedException();

    /// <summary>Shut down: nothing is left to step.</summary>
    public bool IsEnded => throw new NotImplementedException();

    /// <summary>
    /// Works for about 20 ms at most, waiting for bytes included. Returns how long there is nothing to do; zero = step again at
    /// once. Never throws for what a device does.
    /// </summary>
    public TimeSpan Step() => throw new NotImplementedException($"{options} {board} {work} {time} {log}");

    /// <summary>Another clock, by a ramp. Returns what is wrong with it, in a sentence; null = it will be done.</summary>
    public string? SetClock(double megahertz) => throw new NotImplementedException();

    /// <summary>Another core voltage. Returns what is wrong with it, in a sentence; null = it will be done.</summary>
    public string? SetMillivolts(int millivolts) => throw new NotImplementedException();

    /// <summary>Forgets faults and lowered clocks, and brings the chips up anew.</summary>
    public void Restart() => throw new NotImplementedException();

    /// <summary>Begins to shut down: halt, reset, regulator off, fans on for 30 s. Step until IsEnded.</summary>
    public void Stop() => throw new NotImplementedException();

    /// <summary>After the last step: puts the board into its safe state without waiting, and closes it.</summary>
    public void Dispose() => throw new NotImplementedException();
}
