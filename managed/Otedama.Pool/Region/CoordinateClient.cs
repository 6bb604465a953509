namespace Otedama.Pool;

/// <summary>
/// Our own coordinate, moved a little by every measurement. What a peer claims only counts through our own round trip
/// to it, so that a liar moves us no further than his distance allows. Any thread.
/// </summary>
public sealed class CoordinateClient(IRandomness random)
{
    private const double Ce = 0.25, Cc = 0.25, GravityRho = 150, Near = 1e-6;

    /// <summary>Most nodes are below this error within minutes.</summary>
    private const double SettledError = 0.5;

    /// <summary>Nobody is further from where he says than so many ways, his own or usual ones.</summary>
    private const double AbsurdWays = 4;

    private const int AdjustmentWindow = 20;

    private readonly Lock _gate = new();
    private readonly double[] _adjustments = new double[AdjustmentWindow];
    private int _adjustmentAt;
    private Coordinate _own = Coordinate.Origin;

    public Coordinate Own
    {
        get
        {
            lock (_gate)
            {
                return _own;
            }
        }
    }

    /// <summary>
    /// A round trip of so many seconds to a peer that says it is there. usual: seconds to most of our peers, by which
    /// claims are judged. False when what is said or measured cannot be; nothing changes then.
    /// </summary>
    /// <remarks>
    /// Three bounds beside Serf's rules hold a liar. Nobody is surer of his place than it fits what we measured. A step
    /// is a quarter of the usual way at most. And who cannot be where he says, so near as he is measured, moves a node
    /// that the others agree with not at all; if most are off, its own error grows until it listens to them again.
    /// </remarks>
    public bool Update(Coordinate other, double seconds, double usual = Coordinate.SecondsMax)
    {
        if (!other.IsSane || !(seconds > 0 && seconds <= Coordinate.SecondsMax))
        {
            return false;
        }
        lock (_gate)
        {
            bool isAbsurd = IsAbsurd(_own, other, seconds, usual);
            Coordinate moved = Pull(Move(_own, other, seconds, isAbsurd ? 0 : usual));
            if (!isAbsurd)
            {
                _adjustments[_adjustmentAt] = Math.Clamp(seconds - moved.RawTo(other), -usual, usual);
                _adjustmentAt = (_adjustmentAt + 1) % AdjustmentWindow;
            }
            Coordinate next = new(moved.At, moved.Height, moved.Error, _adjustments.Sum() / (2 * AdjustmentWindow));
            _own = next.IsSane ? next : Coordinate.Origin;
            return true;
        }
    }

    private static bool IsAbsurd(Coordinate own, Coordinate other, double seconds, double usual) =>
        own.Error < SettledError
            && Math.Abs(own.RawTo(other) - seconds) > AbsurdWays * Math.Max(usual, seconds);

    private Coordinate Move(Coordinate own, Coordinate other, double seconds, double usual)
    {
        double distance = own.RawTo(other), off = Math.Abs(distance - seconds);
        double wrong = Math.Min(Coordinate.ErrorMax, off / seconds);
        double unlike = Math.Min(Coordinate.ErrorMax, off / Math.Max(usual, seconds));
        double weight = own.Error / Math.Max(own.Error + Math.Max(other.Error, unlike), Near);
        double error = Math.Min(Coordinate.ErrorMax, (Ce * weight * wrong) + (own.Error * (1 - (Ce * weight))));
        double force = Math.Clamp(Cc * weight * (seconds - distance), -Cc * usual, Cc * usual);
        double across = own.Across(other);
        double[] at = [.. own.At], direction = Direction(own, other, across);
        for (int i = 0; i < Coordinate.Dimensions; i++)
        {
            at[i] += force * direction[i];
        }
        double height = across > Near
            ? Math.Max(Coordinate.HeightMin, ((own.Height + other.Height) * force / across) + own.Height) : own.Height;
        return new Coordinate(at, height, error);
    }

    /// <summary>Of length one, from the other to us; any when both are in one place.</summary>
    private double[] Direction(Coordinate own, Coordinate other, double across)
    {
        double[] direction = new double[Coordinate.Dimensions];
        double length = across;
        for (int i = 0; i < direction.Length; i++)
        {
            direction[i] = across > Near ? own.At[i] - other.At[i]
                : ((random.NextUInt64() >> 11) * (1.0 / (1UL << 53))) - 0.5;
        }
        if (across <= Near)
        {
            length = Math.Sqrt(direction.Sum(static x => x * x));
        }
        return Array.ConvertAll(direction, x => x / length);
    }

    /// <summary>
    /// Towards the origin, so that the whole cloud does not drift away: -(d/rho)^2 along the way there.
    /// </summary>
    private static Coordinate Pull(Coordinate from)
    {
        double across = from.Across(Coordinate.Origin);
        double force = Math.Pow(from.RawTo(Coordinate.Origin) / GravityRho, 2);
        return across <= Near ? from
            : new Coordinate(Array.ConvertAll(from.At.ToArray(), x => x - (force * x / across)), from.Height,
                from.Error);
    }
}
