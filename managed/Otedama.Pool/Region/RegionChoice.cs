namespace Otedama.Pool;

/// <summary>Which region a miner is told of. Pure.</summary>
public static class RegionChoice
{
    /// <summary>The wish of who leaves the choice to the pool.</summary>
    public const string Auto = "auto";

    /// <summary>
    /// Null when it stays: it is here already, the region it wants does not answer, or none suits it better. Among
    /// those that suit it as well the nearest to us, then the first label, so that all nodes say the same.
    /// </summary>
    /// <param name="wish">A label, or auto: by where the miner is.</param>
    /// <param name="own">Label of the region this pool is in.</param>
    /// <param name="isTls">Whether the miner's link is encrypted; nobody is sent from such to a plain one.</param>
    public static RegionPool? For(
        string wish, RegionFacts miner, string own, bool isTls, IReadOnlyCollection<RegionState> all)
    {
        bool isAuto = wish.Equals(Auto, StringComparison.OrdinalIgnoreCase);
        int here = all.Where(region => region.Pool.Label == own).Select(region => region.Pool.Suits(miner))
            .Append(own.Length > 0 && own == miner.Country ? 2 : 0).Max();
        return all.Where(region => region.Pool.Label != own && region.Pool.IsTls == isTls && region.Seconds is not null)
            .Where(region => isAuto ? region.Pool.Suits(miner) > here
                : region.Pool.Label.Equals(wish, StringComparison.OrdinalIgnoreCase))
            .OrderByDescending(region => region.Pool.Suits(miner)).ThenBy(static region => region.Seconds)
            .ThenBy(static region => region.Pool.Label, StringComparer.Ordinal)
            .Select(static region => region.Pool).FirstOrDefault();
    }
}

/// <summary>Seconds: of the last visit from here; null while it does not answer.</summary>
public readonly record struct RegionState(RegionPool Pool, double? Seconds);
