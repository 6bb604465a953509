namespace Otedama.Pool;

/// <summary>How likely it is to see so few of what comes at random. Policy; nothing is paid by it.</summary>
internal static class Poisson
{
    /// <summary>
    /// Probability of at most count where expected come on average; exact to many digits, and 1 where nothing is
    /// expected.
    /// </summary>
    public static double AtMost(long count, double expected)
    {
        if (expected <= 0)
        {
            return 1;
        }
        double log = -expected, sum = 0; // of the probability of exactly i
        for (long i = 0; i <= count; i++)
        {
            sum += Math.Exp(log);
            if (i > expected && Math.Exp(log) < sum * 1e-12)
            {
                break;
            }
            log += Math.Log(expected) - Math.Log(i + 1);
        }
        return Math.Min(1, sum);
    }
}
