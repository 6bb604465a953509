namespace Otedama.Asic;

/// <summary>Everything an alarm's check may know of one look at one device.</summary>
internal sealed record DeviceLook
{
    public required FleetReading Reading { get; init; }

    public required DeviceTrack Track { get; init; }

    public required DeviceHistory History { get; init; }

    public required DateTimeOffset Now { get; init; }

    /// <summary>What its like do; null with fewer than three of them.</summary>
    public ModelMedian? Model { get; init; }

    /// <summary>How the pools it has compare with those it should have.</summary>
    public PayoutFinding? Payout { get; init; }

    /// <summary>Another address that says to be the same device; null = none.</summary>
    public string? Twin { get; init; }

    /// <summary>What it ran before, without us having changed it; null = nothing else.</summary>
    public string? FirmwareBefore { get; init; }

    /// <summary>Hashes of firmware that are known; empty = nobody said.</summary>
    public IReadOnlyList<string> KnownFirmware { get; init; } = [];

    /// <summary>The rule that asks; set for each.</summary>
    public AlarmRule Rule { get; init; } = null!;

    public bool IsRaised { get; init; }

    public bool IsMining => Reading.State is FleetState.Mining or FleetState.Throttled or FleetState.Unknown
        or FleetState.Fault;

    /// <summary>H/s over about ten minutes, by the device or by what was seen.</summary>
    public double? RateTenMinutes => Reading.Rates.TenMinutes ?? History.MeanRate(Now, TimeSpan.FromMinutes(10));

    public double? RateHour => Reading.Rates.OneHour ?? History.MeanRate(Now, TimeSpan.FromHours(1));

    /// <summary>H/s it should do: by its clock, else by its last week.</summary>
    public double? Expected => Reading.Rates.Expected ?? History.MedianRate;

    public double? ChipHeat => Real(Reading.Temperatures.ChipMax ?? Reading.Temperatures.ChipAverage
        ?? (Reading.Chains.Count > 0 ? Reading.Chains.Max(static chain => chain.TemperatureC) : null));

    public double? RegulatorHeat => Real(Reading.Temperatures.Regulator);

    /// <summary>Seconds between shares on average; null where it cannot be told.</summary>
    public double? ShareSeconds => Reading.Shares.Difficulty is > 0 and { } difficulty && Expected is > 0 and { } rate
        ? difficulty * 4_294_967_296 / rate
        : null;

    /// <summary>Bad beyond the limit, and while raised until it is back by the band.</summary>
    public Finding Above(double? value, Func<double, string> sentence) =>
        value is not { } v ? Finding.Unknown
        : v > (IsRaised ? Rule.Limit - Rule.Band : Rule.Limit) ? Finding.Bad(v, sentence(v)) : Finding.Good(v);

    public Finding Below(double? value, Func<double, string> sentence) =>
        value is not { } v ? Finding.Unknown
        : v < (IsRaised ? Rule.Limit + Rule.Band : Rule.Limit) ? Finding.Bad(v, sentence(v)) : Finding.Good(v);

    /// <summary>Null for what no chip that still answers can be: an open diode.</summary>
    private static double? Real(double? celsius) => celsius is < AlarmChecks.OpenDiode ? celsius : null;
}

/// <summary>Medians of devices of one model; null = too few say it.</summary>
public sealed record ModelMedian(int Devices, double? ChipC, double? Rate, double? JoulePerHash);
