namespace Otedama.Pool;

/// <summary>A region that miners could be sent to, with the guess at their way there in seconds.</summary>
public sealed record RegionOffer(string Label, double Seconds, bool IsHealthy);

/// <summary>Decisions that distances are for. Pure.</summary>
public static class RegionChoice
{
    /// <summary>A miner is not moved for less: each move costs it a reconnection.</summary>
    private const double WorthSeconds = 0.02;

    /// <summary>
    /// Where a miner that opted in is better served; null when it stays. Ties go to the first label, so that all
    /// nodes say the same.
    /// </summary>
    public static string? For(bool optedIn, string ownLabel, double ownSeconds, IEnumerable<RegionOffer> offers)
    {
        RegionOffer? best = !optedIn ? null : offers.Where(offer => offer.IsHealthy && offer.Label != ownLabel)
            .OrderBy(static offer => offer.Seconds).ThenBy(static offer =>
                offer.Label, StringComparer.Ordinal).FirstOrDefault();
        return best is not null && best.Seconds + WorthSeconds < ownSeconds ? best.Label : null;
    }

    /// <summary>
    /// Who is told first: the furthest, so that all hear of it at about the same time; unknown ways before all.
    /// </summary>
    public static IReadOnlyList<T> FanOut<T>(IEnumerable<T> receivers, Func<T, double?> seconds) =>
        [.. receivers.OrderByDescending(one => seconds(one) ?? double.PositiveInfinity)];
}
