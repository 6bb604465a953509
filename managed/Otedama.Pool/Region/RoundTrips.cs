namespace Otedama.Pool;

/// <summary>
/// The last three round trips to one peer, in seconds: their median, which one slow answer does not move.
/// </summary>
public sealed class RoundTrips
{
    private const int Kept = 3;
    private readonly List<double> _seconds = [];

    /// <summary>Infinite before the first.</summary>
    public double Shortest { get; private set; } = double.PositiveInfinity;

    /// <summary>
    /// hold: how long the peer says it kept the ping. What cannot be is not noted. Returns the median.
    /// </summary>
    public double Add(double seconds, double hold)
    {
        double way = seconds - Math.Max(0, hold);
        if (way > 0 && way <= Coordinate.SecondsMax)
        {
            Shortest = Math.Min(Shortest, way);
            _seconds.Add(way);
            _seconds.RemoveRange(0, Math.Max(0, _seconds.Count - Kept));
        }
        return _seconds.Count == 0 ? double.PositiveInfinity : _seconds.Order().ElementAt(_seconds.Count / 2);
    }
}
