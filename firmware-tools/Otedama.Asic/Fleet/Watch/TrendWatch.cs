namespace Otedama.Asic;

/// <summary>
/// Whether a figure drifts: its usual value and spread by exponentially weighted means, and a one-sided CUSUM of the
/// deviations (Page 1954), in spreads. Learns for as many figures as warm-up says before it judges; while it judges a
/// drift it stops learning, or what is wrong would become usual. One thread at a time.
/// </summary>
/// <param name="weight">Of the newest figure in the means, 0 to 1.</param>
/// <param name="slack">Spreads that a figure may lie off without counting.</param>
/// <param name="spreadLeast">Least spread, in the figure's unit: a sensor's step.</param>
/// <param name="rises">Whether rising is bad; else falling.</param>
public sealed class TrendWatch(double weight, double slack, double spreadLeast, bool rises, int warmUp = 32)
{
    /// <summary>More is not remembered, or what is mended long ago would be told for days.</summary>
    private const double SumMost = 20;

    private double _variance;
    private int _seen;

    /// <summary>Null before the first figure.</summary>
    public double? Usual { get; private set; }

    /// <summary>Of the last some figures.</summary>
    public double? Recent { get; private set; }

    /// <summary>Sum of deviations, in spreads; 0 while warming up.</summary>
    public double Sum { get; private set; }

    public bool IsReady => _seen > warmUp;

    public void Add(double value)
    {
        if (!double.IsFinite(value))
        {
            return;
        }
        if (Usual is not { } usual)
        {
            (Usual, Recent, _seen) = (value, value, 1);
            return;
        }
        double off = value - usual;
        _seen++;
        Recent += 0.25 * (value - Recent);
        double spread = Math.Max(Math.Sqrt(_variance), spreadLeast);
        if (IsReady)
        {
            Sum = Math.Clamp(Sum + ((rises ? off : -off) / spread) - slack, 0, SumMost);
        }
        double learn = !IsReady ? Math.Max(weight, 1.0 / _seen) : Sum > 2 ? 0 : weight;
        Usual = usual + (learn * off);
        _variance = ((1 - learn) * _variance) + (learn * off * (value - Usual.Value));
    }
}
