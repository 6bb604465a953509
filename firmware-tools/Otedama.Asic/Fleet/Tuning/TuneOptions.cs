namespace Otedama.Asic;

/// <summary>What a tuning may do and what it looks for.</summary>
public sealed record TuneOptions
{
    /// <summary>MHz the device lists, ascending.</summary>
    public required IReadOnlyList<double> Clocks { get; init; }

    /// <summary>Core volts the device lists, ascending.</summary>
    public required IReadOnlyList<double> Volts { get; init; }

    public required double Clock { get; init; }

    public required double Volt { get; init; }

    /// <summary>True = most hashes a second; false = least energy per hash.</summary>
    public bool ForRate { get; init; }

    /// <summary>How far a search was that goes on; null = it begins.</summary>
    public TuneProgress? From { get; init; }

    /// <summary>Least time at one setting; longer where the chips answer rarely.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Percent of wrong answers from which a setting is no good.</summary>
    public double ErrorPercentLimit { get; init; } = 1;

    /// <summary>Celsius from which a setting is no good.</summary>
    public double ChipLimit { get; init; } = 65;

    public double RegulatorLimit { get; init; } = 85;

    /// <summary>Part by which a figure has to be better to be kept.</summary>
    public double GainLeast { get; init; } = 0.005;
}

/// <summary>What to do next.</summary>
public abstract record TuneStep
{
    /// <summary>Nothing yet.</summary>
    public sealed record Wait : TuneStep;

    /// <summary>Set the volts, and then, where they went through, the clock; going down the other way round.</summary>
    public sealed record Set(double Clock, double Volt, bool VoltFirst, string Because) : TuneStep;

    /// <summary>It is over; the device has this setting.</summary>
    public sealed record Done(double Clock, double Volt, string Because) : TuneStep;
}
