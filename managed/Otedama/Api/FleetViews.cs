using Otedama.Asic;

namespace Otedama;

/// <summary>The fleet's snapshots in the words of the API.</summary>
internal static class FleetViews
{
    private const int WorstMax = 100;

    public static FleetAnswer Fleet(FleetSnapshot fleet, FleetPage page, IReadOnlyDictionary<string, string> tunings,
        long answers, long misses, bool dryRun)
    {
        FleetDevice[] answering = [.. fleet.Devices.Where(static device => device.State != FleetState.Unreachable)];
        FleetDevice[] telling = [.. answering.Where(static device => device.Reading?.Power.Watts is not null)];
        double told = telling.Sum(static device => RateOf(device) ?? 0);
        double taken = telling.Where(static device => RateOf(device) is not null)
            .Sum(static device => device.Reading!.Power.Watts!.Value);
        return new()
        {
            Configured = true,
            Devices = [.. fleet.Devices.OrderBy(static device => device.Group, StringComparer.Ordinal)
                .ThenBy(static device => device.Name, StringComparer.Ordinal).Skip(page.Offset).Take(page.Limit)
                .Select(device => Row(device, tunings.GetValueOrDefault(device.Id)))],
            Of = fleet.Devices.Count,
            Offset = page.Offset,
            Answering = answering.Count(static device => device.SeenAt is not null),
            Ill = fleet.Devices.Count(static device => device.Alarms.Count > 0),
            AlarmsRaised = fleet.Devices.Sum(static device => device.Alarms.Count),
            Alarms = Worst(fleet),
            Causes = [.. fleet.Causes.Select(static cause =>
                new FleetCauseView(cause.Code, Views.Snake(cause.Severity.ToString()), cause.Since.ToUnixTimeSeconds(),
                    cause.Text, cause.Devices))],
            HashrateHs = answering.Sum(static device => RateOf(device) ?? 0),
            ExpectedHs = answering.Sum(static device => device.Reading?.Rates.Expected ?? 0),
            PowerW = telling.Length == 0 ? null : telling.Sum(static device => device.Reading!.Power.Watts!.Value),
            PowerOf = telling.Length,
            JoulePerTh = told > 0 ? taken / told * 1e12 : null,
            Answers = answers,
            Misses = misses,
            DryRun = dryRun,
        };
    }

    private static FleetWorstView[] Worst(FleetSnapshot fleet) =>
    [
        .. fleet.Devices.SelectMany(static device => device.Alarms.Where(static alarm => alarm.Cause is null)
                .Select(alarm => (device, alarm)))
            .OrderByDescending(static one => one.alarm.Severity).ThenByDescending(static one => one.alarm.Since)
            .Take(WorstMax).Select(static one => new FleetWorstView(one.device.Id, one.device.Name, one.alarm.Code,
                Views.Snake(one.alarm.Severity.ToString()), one.alarm.Since.ToUnixTimeSeconds(), one.alarm.Text)),
    ];

    public static FleetDeviceAnswer Device(FleetDevice device, string? tuning) => new(1, Row(device, tuning))
    {
        MedianHs = device.MedianRate,
        MedianJoulePerTh = device.MedianJoule * 1e12,
        Chains = [.. (device.Reading?.Chains ?? []).Select(static chain =>
            new FleetChainView(chain.Index, chain.Rate, chain.TemperatureC, chain.ClockMhz,
            chain.Voltage, chain.ChipsFound, chain.ChipsExpected, chain.HardwareErrors))],
        Fans = [.. (device.Reading?.Fans ?? []).Select(static fan =>
            new FleetFanView(fan.Index, fan.Rpm, fan.DutyPercent))],
        Pools = [.. (device.Reading?.Pools ?? []).Select(static pool =>
            new FleetPoolView(pool.Index, pool.Url, pool.User, pool.Status, pool.Active))],
        Errors = device.Reading?.Errors ?? [],
        ResetReason = device.Reading?.ResetReason,
        Slot = device.Reading?.Identity.Slot,
        Repairs = device.Reading?.Repairs ?? 0,
    };

    public static FleetHistoryAnswer History(FleetDevice device, IReadOnlyList<HistoryPoint> points) =>
        new(1, device.Id, device.Name)
        {
            Time = [.. points.Select(static point => point.Time)],
            HashrateHs = Column(points, static point => point.Rate),
            TemperatureC = Column(points, static point => (double)point.ChipC),
            RegulatorC = Column(points, static point => (double)point.RegulatorC),
            PowerW = Column(points, static point => (double)point.Watts),
            FanRpm = Column(points, static point => (double)point.FanRpm),
            ErrorPercent = Column(points, static point => (double)point.ErrorPercent),
            Accepted = Column(points, static point => (double)point.Accepted),
            Rejected = Column(points, static point => (double)point.Rejected),
        };

    public static double? RateOf(FleetDevice device) => device.State == FleetState.Unreachable
        ? null
        : device.Reading?.Rates is { } rates ? rates.OneMinute ?? rates.FiveSeconds ?? rates.TenMinutes ?? rates.Average : null;

    private static double?[] Column(IReadOnlyList<HistoryPoint> points, Func<HistoryPoint, double> read) =>
        [.. points.Select(point => read(point) is var value && double.IsFinite(value) ? Math.Round(value, 3)
            : (double?)null)];

    private static FleetRow Row(FleetDevice device, string? tuning)
    {
        FleetReading? reading = device.Reading;
        PoolReading? pool = reading?.Pools.FirstOrDefault(static pool =>
            pool.Active == true) ?? (reading?.Pools.Count > 0 ? reading.Pools[0] : null);
        double? rate = RateOf(device);
        return new FleetRow
        {
            Id = device.Id,
            Name = device.Name,
            Address = device.Address,
            Group = device.Group,
            State = Views.Snake(device.State.ToString()),
            Family = reading?.Identity.Family,
            Model = reading?.Identity.Model,
            Board = reading?.Identity.Board,
            Chip = reading?.Identity.Chip,
            Version = reading?.Identity.Version,
            Driver = reading?.Driver,
            UptimeS = reading?.Uptime?.TotalSeconds,
            HashrateHs = rate,
            HashrateHourHs = reading?.Rates.OneHour,
            ExpectedHs = reading?.Rates.Expected,
            TemperatureC = reading?.Temperatures.ChipMax ?? reading?.Temperatures.ChipAverage,
            RegulatorC = reading?.Temperatures.Regulator,
            FanRpm = reading?.Fans.Min(static fan => fan.Rpm),
            FanPercent = reading?.Fans.Max(static fan => fan.DutyPercent),
            PowerW = reading?.Power.Watts,
            JoulePerTh = rate is > 0 ? reading?.Power.Watts / rate * 1e12 : null,
            ClockMhz = reading?.Power.ClockMhz,
            CoreV = reading?.Power.CoreVolts,
            Accepted = reading?.Shares.Accepted,
            Rejected = reading?.Shares.Rejected,
            Pool = pool?.Url,
            User = pool?.User,
            WifiDbm = reading?.WifiSignal,
            SeenAt = device.SeenAt?.ToUnixTimeSeconds(),
            Misses = device.Misses,
            Problem = device.Problem.Length > 0 ? device.Problem : null,
            Tuning = tuning,
            Alarms = [.. device.Alarms.Select(static alarm => new FleetAlarmView(
                alarm.Code, Views.Snake(alarm.Severity.ToString()), alarm.Since.ToUnixTimeSeconds(), alarm.Text,
                    alarm.Cause))],
        };
    }
}
