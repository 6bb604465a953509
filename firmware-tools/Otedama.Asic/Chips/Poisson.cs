namespace Otedama.Asic;

/// <summary>How likely it is to find so few by chance.</summary>
public static class Poisson
{
    /// <summary>P(X at most count) where mean are expected.</summary>
    public static double AtMost(long count, double mean)
    {
        if (mean <= 0)
        {
            return 1;
        }
        double sum = 0;
        double term = -mean;        // logarithm of P(X = k)
        double log = Math.Log(mean);
        for (long k = 0; k <= count; k++)
        {
            term += k > 0 ? log - Math.Log(k) : 0;
            sum += Math.Exp(term);
        }
        return Math.Min(1, sum);
    }
}
