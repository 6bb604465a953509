namespace Otedama.Asic;

/// <summary>An alarm that is raised.</summary>
/// <param name="Cause">What stands for it, such as network:hall-1; null = it stands for itself.</param>
public sealed record AlarmSnapshot(string Code, AlarmSeverity Severity, DateTimeOffset Since, string Text,
    double? Value, string? Cause);

/// <summary>Several devices with one alarm of one reason.</summary>
/// <param name="Code">network, pool, cooling or power, a colon, and the group or pool.</param>
public sealed record CauseSnapshot(string Code, AlarmSeverity Severity, DateTimeOffset Since, string Text, int Devices);

/// <summary>One device at one moment.</summary>
public sealed record FleetDevice
{
    public required string Id { get; init; }

    public required string Address { get; init; }

    public required string Name { get; init; }

    public required string Group { get; init; }

    public required FleetState State { get; init; }

    /// <summary>The last look; null before the first answer.</summary>
    public FleetReading? Reading { get; init; }

    public DateTimeOffset? SeenAt { get; init; }

    /// <summary>Requests in a row without an answer, and what the last one was.</summary>
    public int Misses { get; init; }

    public string Problem { get; init; } = "";

    /// <summary>H/s and J per hash of the last seven days.</summary>
    public double? MedianRate { get; init; }

    public double? MedianJoule { get; init; }

    /// <summary>Under way now; null = none is.</summary>
    public FirmwareWrite? Write { get; init; }

    public IReadOnlyList<AlarmSnapshot> Alarms { get; init; } = [];
}

/// <summary>The fleet at one moment.</summary>
public sealed record FleetSnapshot(DateTimeOffset At, IReadOnlyList<FleetDevice> Devices,
    IReadOnlyList<CauseSnapshot> Causes);

/// <summary>Something to tell people: an alarm was raised or is over.</summary>
/// <param name="DeviceId">Null where it is no single device's.</param>
/// <param name="Devices">How many are meant.</param>
public sealed record FleetEvent(
    DateTimeOffset At, string Code, AlarmSeverity Severity, bool IsRaised, string? DeviceId, string Text, int Devices);
