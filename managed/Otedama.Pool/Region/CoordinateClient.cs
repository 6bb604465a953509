namespace Otedama.Pool;

/// <summary>
/// Our own coordinate, moved a little by every measurement. What a peer claims only counts through our own round trip
/// to it, so that a liar moves us no further than his distance allows. Any thread.
/// </summary>
public sealed class CoordinateClient(IRandomness random)
{
    private const double Ce = 0.25, Cc = 0.25, GravityRho = 150, Near = 1e-6;
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
    /// A round trip of so many seconds to a peer that says it is there. False when one of the two cannot be; nothing
    /// changes then.
    /// </summary>
    public bool Update(Coordinate other, double seconds)
    {
        if (!other.IsSane || !(seconds > 0 && seconds <= Coordinate.SecondsMax))
        {
            return false;
        }
        lock (_gate)
        {
            Coordinate moved = Pull(Move(_own, other, seconds));
            _adjustments[_adjustmentAt] = seconds - moved.RawTo(other);
            _adjustmentAt = (_adjustmentAt + 1) % AdjustmentWindow;
            double adjustment = Array.ConvertAll(_adjustments, static x => x).Sum() / (2 * AdjustmentWindow);
            Coordinate next = new(moved.At, moved.Height, moved.Error, adjustment);
            _own = next.IsSane ? next : Coordinate.Origin;
            return true;
        }
    }

    private Coordinate Move(Coordinate own, Coordinate other, double seconds)
    {
        double distance = own.RawTo(other);
        double errors = Math.Max(own.Error + other.Error, Near);
        double weight = own.Error / errors;
        double wrong = Math.Abs(distance - seconds) / seconds;
        double error = Math.Min(Coordinate.ErrorMax, (Ce * weight * wrong) + (own.Error * (1 - (Ce * weight))));
        double force = Cc * weight * (seconds - distance);
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
