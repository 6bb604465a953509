namespace Otedama.Asic;

/// <summary>
/// Every alarm of a device, one row each, with the defaults. "unreachable" and those of causes are no looks at a
/// reading and are made by FleetWatch.
/// </summary>
public static class AlarmTable
{
    public const string Unreachable = "unreachable";

    public const string PoolUser = "pool_user";

    public const string Sensor = "sensor";

    private static readonly TimeSpan s_tenMinutes = TimeSpan.FromMinutes(10);

    public static IReadOnlyList<AlarmRule> All { get; } =
    [
        Row(Unreachable, AlarmSeverity.Critical, "so many requests in a row without an answer", static _ =>
            Finding.Unknown, 3, looks: 1) with
        {
            ClearLooks = 1,
        },
        Row("hashing_stopped", AlarmSeverity.Critical, "10-minute rate below so many percent of what is "
            + "expected, started more than 5 minutes "
            + "ago and not paused", AlarmChecks.HashingStopped, 10, band: 10, unit: "%"),
        Row("degraded", AlarmSeverity.Warning, "1-hour rate below so many percent of what is expected, or of its "
            + "own 7-day median",
            AlarmChecks.Degraded, 85, band: 3, unit: "%", looks: 6),
        Row("frozen", AlarmSeverity.Warning, "rate bit-identical, uptime or (where shares come every minute or "
            + "faster) accepted shares unchanged "
            + "for 10 minutes", AlarmChecks.Frozen, looks: 2),
        Row("chips_missing", AlarmSeverity.Warning, "fewer chips or hash boards answer than there are",
            AlarmChecks.ChipsMissing),
        Row("hot_chip", AlarmSeverity.Warning, "hottest chip", AlarmChecks.HotChip, 70, band: 3, unit: "°C"),
        Row("hot_chip_critical", AlarmSeverity.Critical, "hottest chip", AlarmChecks.HotChip, 75, band: 3,
            unit: "°C", looks: 2),
        Row("hot_regulator", AlarmSeverity.Warning, "voltage regulator", AlarmChecks.HotRegulator, 95, band: 5,
            unit: "°C"),
        Row("hot_regulator_critical", AlarmSeverity.Critical, "voltage regulator", AlarmChecks.HotRegulator, 105,
            band: 5, unit: "°C", looks: 2),
        Row("hot_for_model", AlarmSeverity.Warning, "hottest chip above the median of at least 3 devices of its model",
            AlarmChecks.HotForModel, 10, band: 3, unit: "°C", looks: 6),
        Row(Sensor, AlarmSeverity.Critical, "a temperature that only an open sensor shows", AlarmChecks.Sensor,
            AlarmChecks.OpenDiode, unit: "°C"),
        Row("fan_stopped", AlarmSeverity.Critical, "a fan stands still though its duty is above so many percent",
            AlarmChecks.FanStopped, 20, unit: "%"),
        Row("fan_full", AlarmSeverity.Notice, "fan duty at so many percent for 15 minutes", AlarmChecks.FanFull,
            100, unit: "%",
            after: TimeSpan.FromMinutes(15)),
        Row("rejects", AlarmSeverity.Warning, "refused shares of the last hour, of at least 20; or one reason "
            + "for more than 80 % of refusals",
            AlarmChecks.Rejects, 2, band: 0.5, unit: "%", looks: 6),
        Row("fallback_pool", AlarmSeverity.Warning, "mines on its fallback pool for 10 minutes",
            AlarmChecks.FallbackPool, after: s_tenMinutes),
        Row("no_share", AlarmSeverity.Critical, "no share accepted for so many minutes, or 20 times the expected "
            + "interval where that is longer",
            AlarmChecks.NoShare, 30, unit: "min"),
        Row("hardware_errors", AlarmSeverity.Warning, "wrong answers of the chips", AlarmChecks.HardwareErrors, 3,
            band: 0.5, unit: "%", looks: 6),
        Row("input_voltage", AlarmSeverity.Warning, "input voltage below so many percent of its nominal value",
            AlarmChecks.InputVoltage, 95, band: 1, unit: "%"),
        Row("efficiency", AlarmSeverity.Notice, "energy per hash above its own 7-day median",
            AlarmChecks.Efficiency, 15, band: 3, unit: "%",
            after: s_tenMinutes),
        Row("restarts", AlarmSeverity.Warning, "so many restarts in an hour", AlarmChecks.Restarts, 3, looks: 1),
        Row("bad_reset", AlarmSeverity.Warning, "started from a panic, a watchdog or a brownout within the last "
            + "hour", AlarmChecks.BadReset, looks: 1),
        Row("wifi", AlarmSeverity.Notice, "Wi-Fi signal below so many dBm for 10 minutes", AlarmChecks.Wifi, -80,
            band: 3, unit: "dBm", after: s_tenMinutes),
        Row("duplicate_id", AlarmSeverity.Security, "two addresses say to be the same device",
            AlarmChecks.DuplicateId, looks: 1),
        Row("clock", AlarmSeverity.Security, "clock off by so many seconds", AlarmChecks.Clock, 120, band: 30,
            unit: "s"),
        Row("firmware", AlarmSeverity.Security, "firmware nobody knows, or changed by somebody else",
            AlarmChecks.Firmware, looks: 1),
        Row(PoolUser, AlarmSeverity.Security, "a pool or a pool user that nobody ordered: who is paid has changed",
            AlarmChecks.PoolUser, looks: 1),
        Row("heat_trend", AlarmSeverity.Notice, "chips grow hotter at equal power (CUSUM over quarter hours, in "
            + "spreads)", AlarmChecks.HeatTrend, 8, band: 4, looks: 1),
        Row("error_trend", AlarmSeverity.Notice, "wrong answers grow (CUSUM)", AlarmChecks.ErrorTrend, 8, band: 4,
            looks: 1),
        Row("fan_trend", AlarmSeverity.Notice, "fan turns fall at equal duty (CUSUM)", AlarmChecks.FanTrend, 8,
            band: 4, looks: 1),
    ];

    /// <summary>The rule of that code; null when there is none.</summary>
    public static AlarmRule? Find(string code) => All.FirstOrDefault(rule => rule.Code == code);

    /// <summary>
    /// The rules of a device: each row, or the last change of it that is meant for the device's model.
    /// </summary>
    public static IReadOnlyList<AlarmRule> For(DeviceIdentity device, IReadOnlyList<AlarmRule> changed) =>
        [.. All.Select(row => changed.LastOrDefault(rule => rule.Code == row.Code && Fits(rule, device)) ?? row)];

    private static bool Fits(AlarmRule rule, DeviceIdentity device) => rule.Model.Length == 0
        || new[] { device.Family, device.Model, device.Board }.Any(text =>
            text?.Contains(rule.Model, StringComparison.OrdinalIgnoreCase) == true);

    private static AlarmRule Row(
        string code, AlarmSeverity severity, string meaning, Func<DeviceLook, Finding> check,
        double limit = 0, double band = 0, string unit = "", int looks = 3, TimeSpan after = default) => new()
        {
            Code = code,
            Severity = severity,
            Meaning = meaning,
            Check = check,
            Limit = limit,
            Band = band,
            Unit = unit,
            RaiseLooks = looks,
            RaiseAfter = after,
            ClearLooks = Math.Max(3, looks),
        };
}
