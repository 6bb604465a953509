namespace Otedama.Core;

/// <summary>Which shares beside a chain a new share may list (share chain rules, section 5).</summary>
internal static class UncleRules
{
    /// <summary>
    /// Null when a share on `parent` may list it; else what is wrong. depth: heights below the new share.
    /// </summary>
    public static string? Refuse(PlacedShare parent, PlacedShare uncle, uint depth)
    {
        long height = parent.Height + 1L;
        long lowest = height - depth;
        if (uncle.Height < lowest || uncle.Height >= height)
        {
            return $"has height {uncle.Height}; {Math.Max(1, lowest)} to {height - 1} are allowed";
        }
        PlacedShare? beside = parent; // of the new share's chain, at the uncle's height in the end
        while (beside is not null && beside.Height > uncle.Height)
        {
            if (Array.IndexOf(beside.Uncles, uncle) >= 0)
            {
                return $"is already an uncle at height {beside.Height}";
            }
            beside = beside.Parent;
        }
        if (ReferenceEquals(beside, uncle))
        {
            return "is an ancestor";
        }
        return Meets(beside, uncle, lowest) ? null : $"is on a branch that left the chain below height {lowest - 1}";
    }

    /// <summary>
    /// Whether both have the same parent at or above the lowest height. Where what came before is not known any more,
    /// it is not held against them.
    /// </summary>
    private static bool Meets(PlacedShare? beside, PlacedShare? uncle, long lowest)
    {
        while (beside?.Share is { } one && uncle?.Share is { } other)
        {
            if (beside.Height < lowest)
            {
                return false;
            }
            if (one.Core.Parent == other.Core.Parent)
            {
                return true;
            }
            (beside, uncle) = (beside.Parent, uncle.Parent);
        }
        return beside is null || uncle is null;
    }
}
