namespace Otedama.Asic;

internal static class Median
{
    /// <summary>Of what is a number; null with fewer than least of them.</summary>
    public static double? Of(IEnumerable<double> values, int least = 1)
    {
        double[] sorted = [.. values.Where(double.IsFinite)];
        if (sorted.Length < Math.Max(1, least))
        {
            return null;
        }
        Array.Sort(sorted);
        int half = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
