using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// A place in a space where distances are seconds there and back: Vivaldi (Dabek and others, 2004) with eight
/// dimensions, a height for the last mile, and the constants of hashicorp/serf. Immutable.
/// </summary>
public sealed class Coordinate
{
    public const int Dimensions = PeerCoord.Dimensions;
    public const double ErrorMax = 1.5, HeightMin = 1e-5;

    /// <summary>Nothing on earth is further, in seconds; a component beyond it is a lie or a fault.</summary>
    public const double SecondsMax = 10;

    private readonly double[] _at;

    public Coordinate(ReadOnlySpan<double> at, double height, double error, double adjustment = 0) =>
        (_at, Height, Error, Adjustment) = (at.ToArray(), height, error, adjustment);

    /// <summary>Where everybody begins, as wrong as can be.</summary>
    public static Coordinate Origin { get; } = new(new double[Dimensions], HeightMin, ErrorMax);

    /// <summary>What a peer says; IsSane tells whether it can be.</summary>
    public static Coordinate Of(PeerCoord said) => new([.. said.At], said.Height, said.Error);

    public ReadOnlySpan<double> At => _at;

    public double Height { get; }

    public double Error { get; }

    /// <summary>
    /// What the measured ways have been longer than the space says, on the average, halved between both ends.
    /// </summary>
    public double Adjustment { get; }

    /// <summary>
    /// False for what a peer must not send: other dimensions, numbers that are none, places nobody is at.
    /// </summary>
    public bool IsSane => _at.Length == Dimensions
        && Array.TrueForAll(_at, static x => Math.Abs(x) <= SecondsMax)
        && Height is >= 0 and <= SecondsMax && Error is >= 0 and <= ErrorMax && Math.Abs(Adjustment) <= SecondsMax;

    /// <summary>Seconds there and back, without adjustments.</summary>
    public double RawTo(Coordinate other) => Across(other) + Height + other.Height;

    /// <summary>The best guess at the seconds there and back.</summary>
    public double SecondsTo(Coordinate other)
    {
        double raw = RawTo(other), adjusted = raw + Adjustment + other.Adjustment;
        return adjusted > 0 ? adjusted : raw;
    }

    /// <summary>Seconds in the plane alone, without the heights.</summary>
    internal double Across(Coordinate other)
    {
        double sum = 0;
        for (int i = 0; i < Dimensions; i++)
        {
            sum += (_at[i] - other._at[i]) * (_at[i] - other._at[i]);
        }
        return Math.Sqrt(sum);
    }
}
