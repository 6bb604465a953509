namespace Otedama.Asic;

/// <summary>
/// What a device may claim: lists and texts of a reading are cut to these bounds, and figures no machine can have
/// become "does not say". A device that lies spoils only its own row, and fills nothing.
/// </summary>
public static class ReadingBounds
{
    /// <summary>Hash boards of one controller; the most known is 4.</summary>
    public const int ChainsMax = 16;

    /// <summary>Chips of one hash board; the most known is about 400.</summary>
    public const int ChipsMax = 1024;

    public const int FansMax = 16;

    public const int PoolsMax = 16;

    public const int ErrorsMax = 32;

    public const int ReasonsMax = 16;

    /// <summary>Characters of a name, a version, a reason.</summary>
    public const int TextMax = 128;

    /// <summary>Characters of a pool's address and user.</summary>
    public const int AddressMax = 512;

    /// <summary>H/s; no device does a tenth of it.</summary>
    private const double RateMax = 1e17;

    private const double WattsMax = 1e6;

    /// <summary>Celsius; an open diode shows 127 and a little more, and shall be seen.</summary>
    private const double HeatMax = 1000;

    private const double ShareMax = 1e30;

    /// <summary>The reading within the bounds. Any thread.</summary>
    public static FleetReading Apply(FleetReading reading) => reading with
    {
        Identity = Of(reading.Identity),
        Uptime = reading.Uptime is { } up && (up < TimeSpan.Zero || up.TotalDays > 36_500) ? null : reading.Uptime,
        Rates = Of(reading.Rates),
        Chains = [.. reading.Chains.Take(ChainsMax).Select(Of)],
        Temperatures = Of(reading.Temperatures),
        Fans = [.. reading.Fans.Take(FansMax).Select(static fan => fan with
        {
            Rpm = Within(fan.Rpm, 0, 100_000),
            DutyPercent = Within(fan.DutyPercent, 0, 100),
        })],
        Power = Of(reading.Power),
        Shares = Of(reading.Shares),
        Pools = [.. reading.Pools.Take(PoolsMax).Select(static pool => pool with
        {
            Url = Text(pool.Url, AddressMax) ?? "",
            User = Text(pool.User, AddressMax),
            Status = Text(pool.Status),
        })],
        Errors = [.. reading.Errors.Take(ErrorsMax).Select(static error => Text(error, AddressMax) ?? "")],
        WifiSignal = reading.WifiSignal is < 0 and > -200 ? reading.WifiSignal : null,
        ResetReason = Text(reading.ResetReason),
    };

    /// <summary>The figure where it can be one; else null.</summary>
    public static double? Within(double? value, double least, double most) =>
        value is { } v && double.IsFinite(v) && v >= least && v <= most ? v : null;

    private static string? Text(string? text, int max = TextMax) =>
        string.IsNullOrWhiteSpace(text) ? null : text.Length <= max ? text : text[..max];

    /// <summary>A name that a machine gave: letters, digits and the others; anything else says nothing.</summary>
    private static string? Plain(string? text, string others) =>
        Text(text) is { } name && name.All(c => char.IsAsciiLetterOrDigit(c) || others.Contains(c)) ? name : null;

    private static DeviceIdentity Of(DeviceIdentity it) => it with
    {
        Family = Text(it.Family),
        Firmware = Text(it.Firmware),
        Version = Text(it.Version),
        Model = Text(it.Model),
        Board = Text(it.Board),
        Chip = Plain(it.Chip, " -_./"),
        ChipCount = it.ChipCount is >= 0 and <= ChainsMax * ChipsMax ? it.ChipCount : null,
        Slot = Plain(it.Slot, "_-"),
        HostName = Text(it.HostName),
        Mac = ReplyValues.Mac(it.Mac),
    };

    private static FleetRates Of(FleetRates it) => new()
    {
        FiveSeconds = Within(it.FiveSeconds, 0, RateMax),
        OneMinute = Within(it.OneMinute, 0, RateMax),
        FiveMinutes = Within(it.FiveMinutes, 0, RateMax),
        TenMinutes = Within(it.TenMinutes, 0, RateMax),
        FifteenMinutes = Within(it.FifteenMinutes, 0, RateMax),
        ThirtyMinutes = Within(it.ThirtyMinutes, 0, RateMax),
        OneHour = Within(it.OneHour, 0, RateMax),
        Average = Within(it.Average, 0, RateMax),
        Expected = Within(it.Expected, 1, RateMax),
    };

    private static ChainReading Of(ChainReading it) => it with
    {
        Rate = Within(it.Rate, 0, RateMax),
        TemperatureC = Heat(it.TemperatureC),
        ClockMhz = Within(it.ClockMhz, 0, 100_000),
        Voltage = Within(it.Voltage, 0, 10_000),
        ChipsFound = it.ChipsFound is >= 0 and <= ChipsMax ? it.ChipsFound : null,
        ChipsExpected = it.ChipsExpected is >= 0 and <= ChipsMax ? it.ChipsExpected : null,
        Chips = it.Chips.Count <= ChipsMax ? it.Chips : [.. it.Chips.Take(ChipsMax)],
    };

    private static FleetTemperatures Of(FleetTemperatures it) => new()
    {
        ChipMax = Heat(it.ChipMax),
        ChipAverage = Heat(it.ChipAverage),
        Board = Heat(it.Board),
        Regulator = Heat(it.Regulator),
        Inlet = Heat(it.Inlet),
    };

    private static double? Heat(double? value) => Within(value, -60, HeatMax);

    private static FleetPower Of(FleetPower it) => new()
    {
        Watts = Within(it.Watts, 0, WattsMax),
        InputVolts = Within(it.InputVolts, 0, 10_000),
        CoreVolts = Within(it.CoreVolts, 0, 10_000),
        NominalVolts = Within(it.NominalVolts, 0.1, 10_000),
        ClockMhz = Within(it.ClockMhz, 0, 100_000),
    };

    private static FleetShares Of(FleetShares it) => it with
    {
        RejectedBy = it.RejectedBy.Count <= ReasonsMax && it.RejectedBy.Keys.All(static key => key.Length <= TextMax)
            ? it.RejectedBy
            : it.RejectedBy.Take(ReasonsMax).GroupBy(static row => Text(row.Key) ?? "")
                .ToDictionary(static group => group.Key, static group => group.First().Value),
        Best = Within(it.Best, 0, ShareMax),
        HardwareErrorPercent = Within(it.HardwareErrorPercent, 0, 100),
        Difficulty = Within(it.Difficulty, 0, ShareMax),
    };
}
