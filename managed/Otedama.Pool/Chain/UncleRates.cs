using Otedama.Core;

namespace Otedama.Pool;

/// <summary>Whose shares become uncles oftener than by chance: a slow line, or shares that are held back.</summary>
internal static class UncleRates
{
    /// <summary>Standard deviations from the mean of all.</summary>
    private const double Sigmas = 3;

    /// <summary>Fewer say nothing: chance is not yet symmetric there.</summary>
    private const int UnclesMin = 10;

    /// <summary>The worst first; more are left out.</summary>
    private const int ShownMax = 10;

    /// <summary>shares: of a window, with uncles.</summary>
    public static IReadOnlyList<UncleRate> Far(IReadOnlyList<SeenShare> shares)
    {
        Dictionary<PayoutKey, (int Shares, int Uncles)> keys = [];
        int uncles = 0;
        foreach (SeenShare share in shares)
        {
            int isUncle = share.Role == ShareRole.Uncle ? 1 : 0;
            (int had, int beside) = keys.GetValueOrDefault(share.Share.Core.Payout);
            keys[share.Share.Core.Payout] = (had + 1, beside + isUncle);
            uncles += isUncle;
        }
        double mean = (double)uncles / Math.Max(1, shares.Count);
        return
        [
            .. keys.Where(key => key.Value.Uncles >= UnclesMin && Deviation(key.Value, mean) > Sigmas)
                .OrderByDescending(key => Deviation(key.Value, mean)).Take(ShownMax)
                .Select(key => new UncleRate(key.Key, key.Value.Shares, key.Value.Uncles, mean)),
        ];
    }

    /// <summary>In standard deviations of as many draws.</summary>
    private static double Deviation((int Shares, int Uncles) key, double mean) =>
        (key.Uncles - (key.Shares * mean)) / Math.Sqrt(key.Shares * mean * (1 - mean));
}

/// <param name="Shares">Of this key in the window, uncles among them.</param>
/// <param name="Mean">Part of all shares in the window that are uncles, 0 to 1.</param>
public sealed record UncleRate(PayoutKey Key, int Shares, int Uncles, double Mean);
