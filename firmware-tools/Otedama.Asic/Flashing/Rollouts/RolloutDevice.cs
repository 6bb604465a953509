namespace Otedama.Asic;

/// <summary>A device of a roll-out. Null = not known.</summary>
/// <param name="Id">FlashDevice.Id.</param>
/// <param name="Supply">The power supply it shares with others; null = one of its own.</param>
/// <param name="Switch">The network switch it hangs on; null = all such devices hang on the same.</param>
/// <param name="Site">Where the last one that works may not be touched; null = nowhere in particular.</param>
public sealed record RolloutDevice(
    string Id, string? Model, string? Board, string? Firmware, string? Supply, string? Switch, string? Site);

/// <summary>How one device's update ended.</summary>
public enum RolloutResult
{
    Updated,

    /// <summary>Not updated, whatever it runs now.</summary>
    Failed,
}

/// <summary>Where a roll-out is.</summary>
public enum RolloutState
{
    Running,

    /// <summary>A wave is through, and the next waits.</summary>
    Soaking,

    /// <summary>Nothing more is started; what was under way is let end.</summary>
    Stopped,
    Finished,
}

/// <summary>A group of devices that are updated before the next is begun.</summary>
/// <param name="Name">canary, 5 %, 25 %, 100 %.</param>
public sealed record RolloutWave(string Name, IReadOnlyList<RolloutDevice> Devices);
