using System.Globalization;

namespace Otedama.Asic;

/// <summary>What the guard holds of a board.</summary>
public enum GuardState
{
    /// <summary>Cool enough and its sensor speaks.</summary>
    Safe,

    /// <summary>It was too hot: chips in reset and unpowered, fan at full speed, until it is cool.</summary>
    Cooling,

    /// <summary>Its sensor does not speak: the same, until it does again.</summary>
    Blind,
}

/// <summary>
/// Sees that a board is never hotter than it may be and never runs unseen, whatever drives its chips. At 80 °C, at a
/// regulator of 105 °C, or after three readings in a row that failed, it makes the board safe and keeps it so until it
/// is cool and has rested, or until its sensor speaks again. Numbers from mujina's guard and ESP-Miner's cool-down.
/// </summary>
/// <param name="makeSafe">Fan at full speed, chips into reset, regulator off. Throws nothing.</param>
public sealed class BoardGuard(Action makeSafe, TimeProvider clock)
{
    /// <summary>Readings that fail count once in this time, however often the board is read.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromSeconds(2);

    /// <summary>Degrees Celsius of the chips.</summary>
    public const double Emergency = 80;

    /// <summary>Degrees Celsius of the regulator.</summary>
    public const double RegulatorMax = 105;

    public const int UnreadableMax = 3;

    /// <summary>A board that was too hot rests at least this long, and until it is under CoolAt.</summary>
    public static readonly TimeSpan RestMin = TimeSpan.FromSeconds(30);

    /// <summary>Degrees Celsius.</summary>
    public const double CoolAt = 45;

    /// <summary>A regulator that was too hot is cool enough so many degrees below its limit.</summary>
    private const double RegulatorCooler = 10;

    private long? _counted;
    private long _tripped;
    private int _unreadable;
    private int _readable;

    public GuardState State { get; private set; }

    /// <summary>Why it is not Safe; empty when it is.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>At each reading of the board.</summary>
    public void Look(SensorReading read, double? regulatorCelsius)
    {
        if (_counted is not long at || clock.GetElapsedTime(at) >= Tick)
        {
            _counted = clock.GetTimestamp();
            (_unreadable, _readable) = read.Celsius is null ? (_unreadable + 1, 0) : (0, _readable + 1);
        }
        switch (State)
        {
            case GuardState.Safe when _unreadable >= UnreadableMax:
                Trip(GuardState.Blind, $"switched off: {UnreadableMax} readings in a row failed ({read.Problem})");
                break;
            case GuardState.Safe when read.Celsius >= Emergency:
                Trip(GuardState.Cooling, string.Create(
                    CultureInfo.InvariantCulture,
                    $"switched off at {read.Celsius:0.#} °C; {Emergency} °C is the limit. Check fan and heat sink"));
                break;
            case GuardState.Safe when regulatorCelsius >= RegulatorMax:
                Trip(GuardState.Cooling, string.Create(
                    CultureInfo.InvariantCulture,
                    $"switched off at {regulatorCelsius:0.#} °C of the regulator; {RegulatorMax} °C is the limit. "
                        + $"Check the fan"));
                break;
            case GuardState.Safe:
                break;
            case GuardState.Cooling when clock.GetElapsedTime(_tripped) >= RestMin && read.Celsius < CoolAt
                && regulatorCelsius is null or < RegulatorMax - RegulatorCooler:
            case GuardState.Blind when _readable >= UnreadableMax && read.Celsius < Emergency:
                (State, Reason) = (GuardState.Safe, "");
                break;
            default:
                makeSafe(); // again: whatever failed the first time may work now
                break;
        }
    }

    private void Trip(GuardState state, string reason)
    {
        (State, Reason, _tripped) = (state, reason, clock.GetTimestamp());
        makeSafe();
    }
}
