namespace Otedama.Core;

/// <summary>Pauses between attempts: 1, 2, 4 ... 60 s, each up to 20 % shorter or longer so that those who wait do not return in step.</summary>
public static class Backoff
{
    private const double JitterPart = 0.2;

    /// <summary>Pause after `failures` failures in a row; none after zero. random is in [0, 1).</summary>
    public static TimeSpan After(int failures, TimeSpan first, TimeSpan max, double random)
    {
        if (failures <= 0)
        {
            return TimeSpan.Zero;
        }
        double seconds = first.TotalSeconds * Math.Pow(2, Math.Min(failures - 1, 30));
        seconds = Math.Min(seconds, max.TotalSeconds);
        return TimeSpan.FromSeconds(seconds * (1 + (JitterPart * ((2 * random) - 1))));
    }
}
