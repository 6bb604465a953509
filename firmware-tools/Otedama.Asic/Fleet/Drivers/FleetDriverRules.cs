namespace Otedama.Asic;

/// <summary>What may not be written to any device.</summary>
internal static class FleetDriverRules
{
    /// <summary>What a pool may not hold; null = it may be written.</summary>
    public static string? PoolsRefused(IReadOnlyList<FleetPool> pools, int most)
    {
        if (pools.Count == 0 || pools.Count > most)
        {
            return $"{pools.Count} pools were given; this device takes 1 to {most}.";
        }
        foreach (FleetPool pool in pools)
        {
            string password = pool.Password.Reveal();
            if (password.Length > 0 && password.All(static c => c == '*'))
            {
                return $"the password for {SecretFilter.Url(pool.Url)} is only asterisks: that is what devices show "
                    + $"in its place, not a password.";
            }
            if (string.Concat(pool.Url, pool.User, password).Any(static c => c < 0x20 || c == 0x7F))
            {
                return $"the pool {ReplyWords.Short(SecretFilter.Url(pool.Url))} has a control character in its URL, "
                    + $"user or password.";
            }
            if (PoolUrl.Problem(pool.Url) is { } problem)
            {
                return $"\"{ReplyWords.Short(SecretFilter.Url(pool.Url))}\" {problem}.";
            }
        }
        return null;
    }
}
