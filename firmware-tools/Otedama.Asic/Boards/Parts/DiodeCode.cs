namespace Otedama.Asic;

/// <summary>The converters' numbers of Microchip's fan controllers.</summary>
public static class DiodeCode
{
    /// <summary>Eleven bits with a sign in the upper bits of two bytes, an eighth of a degree each.</summary>
    public static double Celsius(byte high, byte low) => (unchecked((short)((high << 8) | low)) >> 5) / 8.0;

    /// <summary>A tachometer that sees no pulse counts to its end, which reads as 82 turns a minute.</summary>
    public static double Rpm(double pulsesPerMinute, int count, int stopped) =>
        count <= 0 || count >= stopped ? 0 : Math.Floor(pulsesPerMinute / count);
}
