namespace Otedama.Asic;

/// <summary>A temperature, or why there is none. A sensor that fails must never look like a cool chip.</summary>
/// <param name="Celsius">Null when it cannot be read.</param>
/// <param name="Problem">In words; empty when there is a temperature.</param>
public readonly record struct SensorReading(double? Celsius, string Problem)
{
    /// <summary>
    /// From here up a diode's converter is at the end of its range: an open diode, not a hot one. Degrees Celsius.
    /// </summary>
    public const double OpenDiode = 127;

    /// <summary>Below this no board is: a wire is shorted or the sensor gone. Degrees Celsius.</summary>
    public const double Coldest = -40;

    /// <summary>Judges a converter's value; the offset of the place it measures is added after that.</summary>
    public static SensorReading Of(double celsius, double offset, string sensor) => celsius switch
    {
        >= OpenDiode => Failed(
            FormattableString.Invariant($"{sensor} reads {celsius:0.#} °C, which is an open or shorted diode")),
        <= Coldest => Failed(
            FormattableString.Invariant($"{sensor} reads {celsius:0.#} °C, which no running board has")),
        _ => new SensorReading(celsius + offset, ""),
    };

    public static SensorReading Failed(string problem) => new(null, problem);
}

/// <summary>What measures a board's heat.</summary>
public interface IHeatSensor
{
    /// <summary>Of the hottest place it sees. Throws BoardException or LinkException where it does not
    /// answer.</summary>
    SensorReading Read();
}

/// <summary>What turns a board's fans.</summary>
public interface IFan
{
    /// <param name="percent">0 to 100 of its highest speed.</param>
    void Set(int percent);

    /// <summary>Turns a minute; 0 = it stands still; null = it has no sensor.</summary>
    double? Rpm();
}

/// <summary>What feeds the chips.</summary>
public interface IRegulator
{
    /// <summary>The range the board's parts stand, volts for one chip.</summary>
    (double Min, double Max) Range { get; }

    /// <summary>Checks that it is there and writes what has to stand before it is switched on. It stays off.</summary>
    void SetUp();

    /// <summary>Volts for one chip; throws BoardException for what is outside Range, before it writes.</summary>
    void SetVolts(double volts);

    /// <summary>Switches the output. Off is the safe state.</summary>
    void Enable(bool on);

    /// <summary>What it measures.</summary>
    PowerReading Read();

    /// <summary>Faults it has seen, in words; empty = none.</summary>
    string Faults();
}

/// <summary>What feeds a board, as measured; null where a part does not say.</summary>
/// <param name="InputVolts">At the board's plug.</param>
/// <param name="InputAmps">At the board's plug.</param>
/// <param name="OutputVolts">Of one chip.</param>
/// <param name="OutputAmps">Of all of them.</param>
/// <param name="Watts">What the board takes, or where only that is measured, what its chips take.</param>
/// <param name="Celsius">Of the regulator.</param>
public readonly record struct PowerReading(
    double? InputVolts, double? InputAmps, double? OutputVolts, double? OutputAmps, double? Watts, double? Celsius);
