namespace Otedama.Asic;

/// <summary>How a chain is to be driven. Check says what is wrong with it.</summary>
public sealed record ChainOptions
{
    /// <summary>Chips a chain can be addressed with at most: the longest made.</summary>
    public const int ChipsMax = 126;

    public required ChipFamily Family { get; init; }

    /// <summary>Chips there must be; null = as many as answer.</summary>
    public int? Chips { get; init; }

    /// <summary>Voltage domains the chips are divided into, equally.</summary>
    public int Domains { get; init; } = 1;

    /// <summary>Clock; null = the family's default. For a family without one it must be given.</summary>
    public double? Megahertz { get; init; }

    /// <summary>Core voltage; null = the board's voltage is left alone.</summary>
    public int? Millivolts { get; init; }

    /// <summary>
    /// The operator's word: clock and voltage outside of the family's options, and without a readable temperature.
    /// </summary>
    public bool Unlocked { get; init; }

    /// <summary>Faster rate of the link after the chips are set up; false = stays at 115,200.</summary>
    public bool FastRate { get; init; } = true;

    /// <summary>Name of an initialisation in the family's row; null = by the number of chips.</summary>
    public string? Script { get; init; }

    /// <summary>Ticket: difficulty of what chips report, a power of two; null = by hash rate and share
    /// target.</summary>
    public int? TicketDifficulty { get; init; }

    /// <summary>Fan while all is well; null = by temperature.</summary>
    public int? FanPercent { get; init; }

    /// <summary>Chip temperature at which the clock is lowered; degrees Celsius.</summary>
    public double ThrottleCelsius { get; init; } = 75;

    /// <summary>Chip temperature at which all is stopped.</summary>
    public double StopCelsius { get; init; } = 90;

    /// <summary>Regulator temperature at which the clock is lowered.</summary>
    public double RegulatorThrottleCelsius { get; init; } = 105;

    /// <summary>Regulator temperature at which all is stopped.</summary>
    public double RegulatorStopCelsius { get; init; } = 145;

    /// <summary>What is wrong, in a sentence with what is allowed; null = nothing.</summary>
    public string? Check()
    {
        if (Chips is < 1 or > ChipsMax)
        {
            return $"chips = {Chips} is not possible: a chain has 1 to {ChipsMax}; leave it out to take as many as "
                + "answer";
        }
        if (Chips > Family.ChipsMax)
        {
            return $"chips = {Chips} is not possible: {Family.Name} can be addressed up to {Family.ChipsMax}";
        }
        if (Domains < 1 || (Chips is int count && count % Domains != 0))
        {
            return $"domains = {Domains} does not divide "
                + $"{Chips?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "the"} chips equally";
        }
        if (Script is not null && !Family.Scripts.Any(script => script.Name == Script))
        {
            return $"init = \"{Script}\" is not known for {Family.Name}: one of "
                + $"{string.Join(", ", Family.Scripts.Select(static script => script.Name))}";
        }
        if (TicketDifficulty is int ticket && (ticket < 1 || !int.IsPow2(ticket)))
        {
            return $"ticket = {ticket} is not possible: a power of two from 1";
        }
        if (FanPercent is < 0 or > 100)
        {
            return $"fan = {FanPercent} is not possible: 0 to 100";
        }
        return Family.CheckClock(Megahertz, Unlocked) ?? Family.CheckVoltage(Millivolts, Unlocked);
    }
}
