namespace Otedama.Asic;

/// <summary>What sits on a Bitaxe's bus. Rows of the specification's section 8.</summary>
/// <param name="Heat">How its chips' temperature is measured.</param>
/// <param name="HeatOffset">Degrees Celsius that the chips are hotter than where it is measured.</param>
/// <param name="Limits">Of its TPS546; null = it has a DS4432U and an INA260.</param>
public sealed record BitaxeParts(BitaxeHeat Heat, double HeatOffset, Tps546Limits? Limits)
{
    /// <summary>Diode settings; null = as they are.</summary>
    public byte? Ideality { get; init; }

    public byte? Beta { get; init; }
}

/// <summary>How a Bitaxe measures heat and turns its fan.</summary>
public enum BitaxeHeat
{
    /// <summary>EMC2101 and the chip's diode.</summary>
    Diode,

    /// <summary>EMC2101 by itself, beside the chip.</summary>
    Beside,

    /// <summary>EMC2103 with two diodes.</summary>
    TwoDiodes,

    /// <summary>EMC2302 for the fans, TMP1075 for the heat.</summary>
    Board,
}
