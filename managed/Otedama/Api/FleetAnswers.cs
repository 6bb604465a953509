namespace Otedama;

/// <summary>Which rows of the fleet are wanted, in its order.</summary>
/// <param name="Offset">Rows before the first.</param>
internal readonly record struct FleetPage(int Offset, int Limit)
{
    /// <summary>Rows where nobody said how many: a thousand devices are a page's work and not each reader's.</summary>
    public const int Usual = 200;

    public static FleetPage All { get; } = new(0, Asic.FleetWatch.DevicesMax);
}

/// <summary>The fleet: sums over all devices, the worst alarms, and a page of rows. Unknown = null.</summary>
internal sealed record FleetAnswer
{
    public int Schema { get; init; } = 1;

    /// <summary>False where the configuration names no device and no range.</summary>
    public required bool Configured { get; init; }

    /// <summary>By group and name, from Offset on.</summary>
    public required IReadOnlyList<FleetRow> Devices { get; init; }

    /// <summary>How many there are; Devices may be fewer.</summary>
    public required int Of { get; init; }

    public required int Offset { get; init; }

    /// <summary>Devices that were read and still answer.</summary>
    public required int Answering { get; init; }

    /// <summary>Devices with an alarm, and the alarms of all together.</summary>
    public required int Ill { get; init; }

    public required int AlarmsRaised { get; init; }

    /// <summary>Of all devices, without those that a cause stands behind; worst first, at most 100.</summary>
    public required IReadOnlyList<FleetWorstView> Alarms { get; init; }

    /// <summary>What stands behind alarms of several devices.</summary>
    public required IReadOnlyList<FleetCauseView> Causes { get; init; }

    /// <summary>Of devices that answer.</summary>
    public required double HashrateHs { get; init; }

    /// <summary>What those should do that say it.</summary>
    public required double ExpectedHs { get; init; }

    /// <summary>Of those PowerOf devices that answer and say what they take.</summary>
    public required double? PowerW { get; init; }

    public int PowerOf { get; init; }

    /// <summary>Of devices that say both their rate and what they take; null where none does.</summary>
    public double? JoulePerTh { get; init; }

    /// <summary>Requests since the start that were answered, and those that were not.</summary>
    public required long Answers { get; init; }

    public required long Misses { get; init; }

    /// <summary>Actions of rules are only written down.</summary>
    public required bool DryRun { get; init; }

    public static FleetAnswer None { get; } = new()
    {
        Configured = false,
        Devices = [],
        Of = 0,
        Offset = 0,
        Answering = 0,
        Ill = 0,
        AlarmsRaised = 0,
        Alarms = [],
        Causes = [],
        HashrateHs = 0,
        ExpectedHs = 0,
        PowerW = null,
        Answers = 0,
        Misses = 0,
        DryRun = true,
    };
}

/// <summary>An alarm with the device that has it.</summary>
internal sealed record FleetWorstView(string Id, string Name, string Alarm, string Severity, long Since, string Text);

/// <summary>A device in the table.</summary>
internal sealed record FleetRow
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string Address { get; init; }

    public required string Group { get; init; }

    /// <summary>mining, idle, paused, booting, throttled, fault, unreachable, flashing or unknown.</summary>
    public required string State { get; init; }

    public required string? Family { get; init; }

    public required string? Model { get; init; }

    public required string? Board { get; init; }

    public required string? Chip { get; init; }

    public required string? Version { get; init; }

    public required string? Driver { get; init; }

    public required double? UptimeS { get; init; }

    public required double? HashrateHs { get; init; }

    public required double? HashrateHourHs { get; init; }

    public required double? ExpectedHs { get; init; }

    public required double? TemperatureC { get; init; }

    public required double? RegulatorC { get; init; }

    public required double? FanRpm { get; init; }

    public required double? FanPercent { get; init; }

    public required double? PowerW { get; init; }

    public required double? JoulePerTh { get; init; }

    public required double? ClockMhz { get; init; }

    public required double? CoreV { get; init; }

    public required ulong? Accepted { get; init; }

    public required ulong? Rejected { get; init; }

    public required string? Pool { get; init; }

    public required string? User { get; init; }

    public required int? WifiDbm { get; init; }

    /// <summary>Seconds since 1970; null before the first answer.</summary>
    public required long? SeenAt { get; init; }

    public required int Misses { get; init; }

    /// <summary>Why it did not answer the last time; null = it did.</summary>
    public required string? Problem { get; init; }

    /// <summary>What a tuning of it does; null = none is under way.</summary>
    public required string? Tuning { get; init; }

    public required IReadOnlyList<FleetAlarmView> Alarms { get; init; }
}

/// <param name="Severity">notice, warning, critical or security.</param>
/// <param name="Since">Seconds since 1970.</param>
/// <param name="Cause">What stands behind it and others; null = nothing.</param>
internal sealed record FleetAlarmView(string Alarm, string Severity, long Since, string Text, string? Cause);

internal sealed record FleetCauseView(string Alarm, string Severity, long Since, string Text, int Devices);

/// <summary>Everything of one device.</summary>
internal sealed record FleetDeviceAnswer(int Schema, FleetRow Device)
{
    public required double? MedianHs { get; init; }

    public required double? MedianJoulePerTh { get; init; }

    public required IReadOnlyList<FleetChainView> Chains { get; init; }

    public required IReadOnlyList<FleetFanView> Fans { get; init; }

    public required IReadOnlyList<FleetPoolView> Pools { get; init; }

    public required IReadOnlyList<string> Errors { get; init; }

    public required string? ResetReason { get; init; }

    public required string? Slot { get; init; }

    /// <summary>Repairs that its replies need to be read.</summary>
    public required int Repairs { get; init; }
}

internal sealed record FleetChainView(int Index, double? HashrateHs, double? TemperatureC, double? ClockMhz,
    double? Volts, int? ChipsFound, int? ChipsExpected, ulong? Errors);

internal sealed record FleetFanView(int Index, double? Rpm, double? Percent);

internal sealed record FleetPoolView(int Index, string Url, string? User, string? Status, bool? Active);

/// <summary>Columns of one length; null in a column = not known then. Times in seconds since 1970.</summary>
internal sealed record FleetHistoryAnswer(int Schema, string Id, string Name)
{
    public required IReadOnlyList<uint> Time { get; init; }

    public required IReadOnlyList<double?> HashrateHs { get; init; }

    public required IReadOnlyList<double?> TemperatureC { get; init; }

    public required IReadOnlyList<double?> RegulatorC { get; init; }

    public required IReadOnlyList<double?> PowerW { get; init; }

    public required IReadOnlyList<double?> FanRpm { get; init; }

    public required IReadOnlyList<double?> ErrorPercent { get; init; }

    public required IReadOnlyList<double?> Accepted { get; init; }

    public required IReadOnlyList<double?> Rejected { get; init; }
}

internal sealed record FleetOrderAnswer(int Schema, IReadOnlyList<FleetOrderResult> Results)
{
    /// <summary>Names of devices that a number of watts leaves out, because they do not say what they take.</summary>
    public IReadOnlyList<string> Uncounted { get; init; } = [];
}

/// <param name="Result">done, begun, already, refused, denied, unsupported, failed or unknown.</param>
internal sealed record FleetOrderResult(string Id, string Name, string Order, string Result, string Text,
    IReadOnlyList<string> Steps);
