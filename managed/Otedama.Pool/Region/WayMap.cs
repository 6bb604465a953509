namespace Otedama.Pool;

/// <summary>
/// Peers around this node on a flat map: each as far from the middle as it was measured, in the direction that its
/// coordinate has among the others. The two directions in which peers differ most are the map's. Pure.
/// </summary>
public static class WayMap
{
    /// <summary>The largest part of eight dimensions is found to a thousandth long before.</summary>
    private const int Rounds = 64;

    private const double Near = 1e-9;

    /// <summary>Seconds to the right and upwards; null for a peer whose way is not measured.</summary>
    public static IReadOnlyList<(double X, double Y)?> Around(Coordinate own, IReadOnlyList<MapPeer> peers)
    {
        double[]?[] directions = [.. peers.Select(peer => DirectionOf(own, peer.Told))];
        double[][] known = [.. directions.OfType<double[]>()];
        double[] right = Largest(known, without: null), up = Largest(known, right);
        return
        [
            .. peers.Select((peer, i) => peer.Seconds is double seconds ? Place(seconds,
                directions[i] is { } to ? Math.Atan2(Dot(to, up), Dot(to, right)) : peer.Turn * Math.Tau)
                : ((double X, double Y)?)null),
        ];
    }

    private static (double X, double Y) Place(double seconds, double angle) =>
        (seconds * Math.Cos(angle), seconds * Math.Sin(angle));

    /// <summary>Of length one; null where it is not known.</summary>
    private static double[]? DirectionOf(Coordinate own, Coordinate? told)
    {
        if (told is null || own.Across(told) < Near)
        {
            return null;
        }
        double across = own.Across(told);
        double[] to = told.At.ToArray();
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = (to[i] - own.At[i]) / across;
        }
        return to;
    }

    /// <summary>
    /// The axis along which they lie most, by repeated multiplication; of two ways to look along it the one whose
    /// largest part is positive, so that the map does not turn over from one look to the next.
    /// </summary>
    private static double[] Largest(double[][] vectors, double[]? without)
    {
        double[] axis = [.. Enumerable.Range(1, Coordinate.Dimensions).Select(static i => 1.0 / i)];
        for (int round = 0; round < Rounds; round++)
        {
            double[] next = new double[axis.Length];
            foreach (double[] vector in vectors)
            {
                Add(next, vector, Dot(vector, axis));
            }
            Add(next, axis, Near); // where nothing is known any axis will do
            if (without is not null)
            {
                Add(next, without, -Dot(next, without));
            }
            double length = Math.Sqrt(Dot(next, next));
            axis = length < Near * Near ? axis : Array.ConvertAll(next, x => x / length);
        }
        return axis.MaxBy(Math.Abs) < 0 ? Array.ConvertAll(axis, static x => -x) : axis;
    }

    private static void Add(double[] to, double[] what, double times)
    {
        for (int i = 0; i < to.Length; i++)
        {
            to[i] += times * what[i];
        }
    }

    private static double Dot(double[] one, double[] other) => one.Zip(other, static (x, y) => x * y).Sum();
}

/// <summary>
/// Told: where it says it is. Seconds: its measured way; both null where not known. Turn: its direction, in turns,
/// where it told none.
/// </summary>
public readonly record struct MapPeer(Coordinate? Told, double? Seconds, double Turn);
