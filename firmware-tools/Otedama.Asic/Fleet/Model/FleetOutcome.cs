namespace Otedama.Asic;

/// <summary>What came of an order.</summary>
public enum FleetResult
{
    /// <summary>The device took it, and where it can be read back it was.</summary>
    Done,

    /// <summary>It already was so; nothing was written.</summary>
    Already,

    /// <summary>Not sent: outside what is allowed. Nothing changed.</summary>
    Refused,

    /// <summary>The device does not let this machine or password do it.</summary>
    Denied,

    /// <summary>This kind of device or this driver cannot.</summary>
    Unsupported,

    /// <summary>It was tried and did not succeed; the sentence says what state the device is in.</summary>
    Failed,

    /// <summary>It was sent and the answer was lost: read the device again.</summary>
    Unknown,

    /// <summary>It does not answer.</summary>
    Unreachable,

    /// <summary>It would be sent; nothing was.</summary>
    DryRun,

    /// <summary>The program was told to end while it was under way.</summary>
    Interrupted,
}

/// <summary>Answer to an order; holds no secret.</summary>
/// <param name="Sentence">For people: what happened, and the next step where there is one.</param>
public sealed record FleetOutcome(FleetResult Result, string Sentence)
{
    /// <summary>What was done on the device, in order; at most 64.</summary>
    public IReadOnlyList<string> Steps { get; init; } = [];

    /// <summary>What had been changed was put back.</summary>
    public bool RolledBack { get; init; }

    public bool Succeeded => Result is FleetResult.Done or FleetResult.Already;
}

/// <summary>
/// What a device lists as allowed; empty or null = it lists nothing, so nothing may be written unless unlocked.
/// </summary>
public sealed record FleetTuning
{
    public IReadOnlyList<double> ClocksMhz { get; init; } = [];

    public double? DefaultClockMhz { get; init; }

    public IReadOnlyList<double> CoreVolts { get; init; } = [];

    public double? DefaultCoreVolts { get; init; }

    /// <summary>Names that SetModeOrder takes.</summary>
    public IReadOnlyList<string> Modes { get; init; } = [];

    public string? Mode { get; init; }

    public double? MaxWatts { get; init; }

    /// <summary>SetPowerOrder takes percent.</summary>
    public bool TakesPercent { get; init; }
}
