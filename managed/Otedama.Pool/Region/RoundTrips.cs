namespace Otedama.Pool;

/// <summary>
/// The last three round trips to one peer, in seconds: their median, which one slow answer does not move. One writer,
/// any readers.
/// </summary>
public sealed class RoundTrips
{
    private const int Kept = 3;

    /// <summary>
    /// An answer may take so many of the ways that the wire itself takes, and so many seconds more, for both ends have
    /// something else to do now and then. Beyond it the peer is no further away, it is slow, or wants to look far.
    /// </summary>
    private const double WireWays = 2, WorkSeconds = 0.01;

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
    /// hold: how long the peer says it kept the ping. wire: the way as the wire itself has it, infinite where it does not
    /// tell. What cannot be is not noted, and false.
    /// </summary>
    public bool Add(double seconds, double hold, double wire = double.PositiveInfinity)
    {
        double way = Math.Min(seconds - Math.Max(0, hold), (WireWays * wire) + WorkSeconds);
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
