namespace Otedama.Pool;

/// <summary>
/// The last three round trips to one peer, in seconds: their median, which one slow answer does not move. One writer,
/// any readers.
/// </summary>
public sealed class RoundTrips
{
    private const int Kept = 3;
    private readonly List<double> _seconds = [];

    /// <summary>There are as many as the median wants.</summary>
    public bool IsSettled => _seconds.Count == Kept;

    /// <summary>Infinite before the first.</summary>
    public double Median { get; private set; } = double.PositiveInfinity;

    /// <summary>
    /// Of all, with the time that the peer says it held the ping: a peer can make itself look further away than it is,
    /// and not nearer. Infinite before the first.
    /// </summary>
    public double Shortest { get; private set; } = double.PositiveInfinity;

    /// <summary>
    /// hold: how long the peer says it kept the ping. What cannot be is not noted, and false.
    /// </summary>
    public bool Add(double seconds, double hold)
    {
        double way = seconds - Math.Max(0, hold);
        if (!(way > 0 && way <= Coordinate.SecondsMax))
        {
            return false;
        }
        Shortest = Math.Min(Shortest, seconds);
        _seconds.Add(way);
        _seconds.RemoveRange(0, Math.Max(0, _seconds.Count - Kept));
        Median = _seconds.Order().ElementAt(_seconds.Count / 2);
        return true;
    }
}
