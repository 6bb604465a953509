namespace Otedama.Asic;

/// <summary>What a board's sensors say; null = has none, or it could not be read. Null is not 0.</summary>
public sealed record BoardReading
{
    public static BoardReading None { get; } = new();

    /// <summary>The hottest chip, or the nearest there is to it with the board's own correction; degrees
    /// Celsius.</summary>
    public double? ChipCelsius { get; init; }

    /// <summary>Degrees Celsius.</summary>
    public double? RegulatorCelsius { get; init; }

    public double? InputVolts { get; init; }

    public double? CoreVolts { get; init; }

    public double? CoreAmperes { get; init; }

    /// <summary>What the board draws at its input.</summary>
    public double? Watts { get; init; }

    public int? FanPercent { get; init; }

    /// <summary>The slowest fan; 0 = stands still.</summary>
    public int? FanRpm { get; init; }

    /// <summary>The regulator or a sensor reports a fault: a sentence. Null = none.</summary>
    public string? Fault { get; init; }
}
