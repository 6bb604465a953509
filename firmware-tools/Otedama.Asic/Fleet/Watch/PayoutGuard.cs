namespace Otedama.Asic;

/// <summary>Whom a device pays, compared with whom it should pay.</summary>
/// <param name="Sentence">What is wrong; empty when nothing is.</param>
public sealed record PayoutFinding(bool IsWrong, string Sentence);

/// <summary>A pool and the user it pays, as they were when somebody last agreed to them.</summary>
public sealed record PayoutEntry(string Url, string User);

/// <summary>
/// Whether a device pays whom its operator wants. Where users are listed, every pool's user has to begin with one of
/// them; else what a device had when it was seen first is what it should have. Its pools are those it had then. Pure.
/// </summary>
public static class PayoutGuard
{
    /// <summary>Returns null where the device does not say whom it pays now, and nothing else is wrong.</summary>
    /// <param name="users">Users, or addresses before the dot of a worker's name; empty = nobody listed any.</param>
    /// <param name="agreed">What it had before; empty = it is new.</param>
    public static PayoutFinding? Judge(IReadOnlyList<PoolReading> pools, IReadOnlyList<string> users,
        IReadOnlyList<PayoutEntry> agreed)
    {
        PoolReading[] telling = [.. pools.Where(static pool =>
            !string.IsNullOrEmpty(pool.User) && pool.Status != "Disabled")];
        if (telling.Length == 0)
        {
            return null;
        }
        foreach (PoolReading pool in telling)
        {
            string user = pool.User!;
            if (users.Count > 0 && !users.Any(listed => Fits(user, listed)))
            {
                return new PayoutFinding(true, $"Pool {pool.Index} ({pool.Url}) pays {user}, who is none of "
                    + $"asic.fleet.payout_users.");
            }
            if (users.Count == 0 && agreed.Count > 0 && !agreed.Any(entry => entry.User == user))
            {
                return new PayoutFinding(true, $"Pool {pool.Index} ({pool.Url}) pays {user}; before it was "
                    + $"{string.Join(", ", agreed.Select(static entry => entry.User).Distinct())}.");
            }
            // With listed users too: somebody else's pool takes any name.
            if (agreed.Count > 0 && !agreed.Any(entry => SameHost(entry.Url, pool.Url)))
            {
                return new PayoutFinding(true, $"Pool {pool.Index} is {pool.Url}, which nobody ordered; before it was "
                    + $"{string.Join(", ", agreed.Select(static entry => entry.Url).Distinct())}.");
            }
        }
        return pools.Any(static pool => pool.Active == true && string.IsNullOrEmpty(pool.User)) ? null
            : new PayoutFinding(false, "");
    }

    /// <summary>Why pools of these users may not be written or agreed to, in a sentence; null = they may.</summary>
    /// <param name="listed">Of asic.fleet.payout_users; empty = any may.</param>
    public static string? Forbidden(IEnumerable<string> users, IReadOnlyList<string> listed) =>
        listed.Count > 0 && users.FirstOrDefault(user => !listed.Any(one => Fits(user, one))) is { } other
            ? $"{other} is none of asic.fleet.payout_users ({string.Join(", ", listed.Take(8))}). If devices may pay "
                + "that user, add it to asic.fleet.payout_users and restart the program that watches them."
            : null;

    /// <summary>What to agree to.</summary>
    public static IReadOnlyList<PayoutEntry> EntriesOf(IReadOnlyList<PoolReading> pools) =>
        [.. pools.Where(static pool => !string.IsNullOrEmpty(pool.User)).Take(ReadingBounds.PoolsMax)
            .Select(static pool => new PayoutEntry(pool.Url, pool.User!))];

    /// <summary>bc1q.rig1 is of bc1q and of bc1q.rig1; bc1qx is not.</summary>
    private static bool Fits(string user, string listed) =>
        user == listed || (user.StartsWith(listed, StringComparison.Ordinal) && user[listed.Length] == '.');

    private static bool SameHost(string one, string other) =>
        HostOf(one).Equals(HostOf(other), StringComparison.OrdinalIgnoreCase);

    private static string HostOf(string url)
    {
        int scheme = url.IndexOf("://", StringComparison.Ordinal);
        string rest = scheme < 0 ? url : url[(scheme + 3)..];
        int end = rest.IndexOfAny([':', '/']);
        return end < 0 ? rest : rest[..end];
    }
}
