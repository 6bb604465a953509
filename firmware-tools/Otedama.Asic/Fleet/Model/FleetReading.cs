namespace Otedama.Asic;

/// <summary>What a device is doing.</summary>
public enum FleetState
{
    Unknown,
    Mining,
    Idle,
    Paused,
    Booting,
    Throttled,
    Fault,
    Unreachable,
    Flashing,
}

/// <summary>
/// One look at one device on the network, in the one form that all drivers fill. Null = the device does not say, which
/// is
/// not 0. Hash rates in H/s, temperatures in degrees Celsius, powers in watts, voltages in volts, clocks in MHz.
/// </summary>
public sealed record FleetReading
{
    /// <summary>
    /// Of the device, whatever address it has: its MAC in lower case with colons; else "address:HOST:PORT".
    /// </summary>
    public required string Id { get; init; }

    /// <summary>host:port of the interface that was asked.</summary>
    public required string Address { get; init; }

    /// <summary>When the reply was complete.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Short name of the driver that read it: axeos, cgminer, antminer, whatsminer-v2, avalon.</summary>
    public required string Driver { get; init; }

    public FleetState State { get; init; }

    public DeviceIdentity Identity { get; init; } = new();

    public TimeSpan? Uptime { get; init; }

    public FleetRates Rates { get; init; } = new();

    public IReadOnlyList<ChainReading> Chains { get; init; } = [];

    public FleetTemperatures Temperatures { get; init; } = new();

    public IReadOnlyList<FanReading> Fans { get; init; } = [];

    public FleetPower Power { get; init; } = new();

    public FleetShares Shares { get; init; } = new();

    public IReadOnlyList<PoolReading> Pools { get; init; } = [];

    /// <summary>What the device itself calls an error, shortened; at most 32.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];

    /// <summary>dBm.</summary>
    public int? WifiSignal { get; init; }

    public string? ResetReason { get; init; }

    /// <summary>What the device's own clock showed when it answered; AxeOS does not say.</summary>
    public DateTimeOffset? DeviceTime { get; init; }

    /// <summary>Repairs the tolerant reader had to make to the reply; 0 = it was well formed.</summary>
    public int Repairs { get; init; }

    /// <summary>
    /// The replies as they came, by command, with secrets taken out; for diagnosis, at most 64 KiB together.
    /// </summary>
    public IReadOnlyDictionary<string, string> Raw { get; init; } = new Dictionary<string, string>();
}

/// <summary>What a device is.</summary>
public sealed record DeviceIdentity
{
    /// <summary>Such as Bitaxe, NerdQAxe, Antminer, Whatsminer, Avalon.</summary>
    public string? Family { get; init; }

    public string? Firmware { get; init; }

    public string? Version { get; init; }

    /// <summary>Such as Antminer S19 Pro, Gamma.</summary>
    public string? Model { get; init; }

    /// <summary>As the device names its board: 601.</summary>
    public string? Board { get; init; }

    /// <summary>Such as BM1370.</summary>
    public string? Chip { get; init; }

    public int? ChipCount { get; init; }

    /// <summary>The firmware slot it runs from: ota_0.</summary>
    public string? Slot { get; init; }

    public string? HostName { get; init; }

    /// <summary>Lower case with colons.</summary>
    public string? Mac { get; init; }
}

/// <summary>H/s over the last times; Expected is what its clock and chips should give.</summary>
public sealed record FleetRates
{
    public double? FiveSeconds { get; init; }

    public double? OneMinute { get; init; }

    public double? FiveMinutes { get; init; }

    public double? TenMinutes { get; init; }

    public double? FifteenMinutes { get; init; }

    public double? ThirtyMinutes { get; init; }

    public double? OneHour { get; init; }

    public double? Average { get; init; }

    public double? Expected { get; init; }
}

/// <summary>One hash board.</summary>
public sealed record ChainReading
{
    public required int Index { get; init; }

    public double? Rate { get; init; }

    public double? TemperatureC { get; init; }

    public double? ClockMhz { get; init; }

    public double? Voltage { get; init; }

    public int? ChipsFound { get; init; }

    public int? ChipsExpected { get; init; }

    public ulong? HardwareErrors { get; init; }

    /// <summary>Per chip: H/s, errors, and whether it answers; empty where the device does not say.</summary>
    public IReadOnlyList<ChipReading> Chips { get; init; } = [];
}

public sealed record ChipReading(int Index, double? Rate, ulong? Errors, bool Answers);

public sealed record FleetTemperatures
{
    public double? ChipMax { get; init; }

    public double? ChipAverage { get; init; }

    public double? Board { get; init; }

    public double? Regulator { get; init; }

    public double? Inlet { get; init; }
}

public sealed record FanReading(int Index, double? Rpm, double? DutyPercent);

public sealed record FleetPower
{
    public double? Watts { get; init; }

    public double? InputVolts { get; init; }

    public double? CoreVolts { get; init; }

    public double? NominalVolts { get; init; }

    public double? ClockMhz { get; init; }
}

public sealed record FleetShares
{
    public ulong? Accepted { get; init; }

    public ulong? Rejected { get; init; }

    public ulong? Stale { get; init; }

    /// <summary>Refusals by what the pool said; at most 16 kinds.</summary>
    public IReadOnlyDictionary<string, ulong> RejectedBy { get; init; } = new Dictionary<string, ulong>();

    public double? Best { get; init; }

    public ulong? HardwareErrors { get; init; }

    /// <summary>Of all answers of the hardware, in percent.</summary>
    public double? HardwareErrorPercent { get; init; }

    public DateTimeOffset? LastAccepted { get; init; }

    /// <summary>Of the last share or job.</summary>
    public double? Difficulty { get; init; }
}

/// <summary>A pool as the device has it.</summary>
/// <param name="Url">With its scheme and port, without user and password.</param>
public sealed record PoolReading(
    int Index, string Url, string? User, string? Status, int? Priority, bool? Active, bool? IsFallback);
