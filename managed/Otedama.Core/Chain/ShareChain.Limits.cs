namespace Otedama.Core;

/// <summary>What is forgotten: what lies too deep, and the lightest branches where there are too many.</summary>
public sealed partial class ShareChain
{
    /// <summary>Heights below the tip that are kept.</summary>
    private long HeightsKept => (2L * _parameters.WindowShares) + KeptBeyond;

    /// <summary>Shares beside the chain that are kept; nobody's chain is longer than what is kept of it.</summary>
    private long BranchSharesMax => HeightsKept;

    /// <summary>Shares beside the chain.</summary>
    private long BranchShares => _entries.Count - (_tip.Height - _lowest + 1L);

    private void Prune()
    {
        if (_tip.Height - _lowest <= HeightsKept)
        {
            return;
        }
        _window.MoveTo(_tip); // out of the way of what goes: the window needs its uncles to move
        while (_tip.Height - _lowest > HeightsKept)
        {
            if (_heights.Remove(_lowest, out List<PlacedShare>? level))
            {
                level.ForEach(Forget);
            }
            _lowest++;
            foreach (PlacedShare orphaned in _heights.GetValueOrDefault(_lowest) ?? [])
            {
                orphaned.Parent = null;
            }
        }
    }

    /// <summary>Cuts what the entry leads to, or one entry in use would keep all that ever was before it.</summary>
    private void Forget(PlacedShare entry)
    {
        _entries.Remove(entry.Id);
        entry.Parent = null;
        entry.Uncles = [];
    }

    /// <summary>
    /// Drops the lightest branches until a quarter of the room is free. Shares that a share of the chain lists stay
    /// with that share; only their ids are forgotten.
    /// </summary>
    private void LimitBranches()
    {
        if (BranchShares <= BranchSharesMax)
        {
            return;
        }
        List<PlacedShare> beside = [.. _entries.Values.Where(static entry => !entry.IsMain)];
        ILookup<PlacedShare, PlacedShare> branches = BranchesOf(beside);
        long room = BranchSharesMax / 4 * 3;
        foreach (IGrouping<PlacedShare, PlacedShare> branch in branches.OrderBy(HeaviestOf))
        {
            foreach (PlacedShare entry in branch)
            {
                _entries.Remove(entry.Id);
                _heights[entry.Height].Remove(entry);
            }
            if (BranchShares <= room)
            {
                return;
            }
        }
    }

    private static UInt128 HeaviestOf(IEnumerable<PlacedShare> branch) =>
        branch.Max(static entry => entry.CumulativeWork);

    /// <summary>Entries by the first one of their branch that is not on the chain.</summary>
    private static ILookup<PlacedShare, PlacedShare> BranchesOf(List<PlacedShare> beside)
    {
        Dictionary<PlacedShare, PlacedShare> firsts = [];
        beside.Sort(static (one, other) => one.Height.CompareTo(other.Height));
        foreach (PlacedShare entry in beside)
        {
            firsts[entry] = entry.Parent is { } parent ? firsts.GetValueOrDefault(parent, entry) : entry;
        }
        return beside.ToLookup(entry => firsts[entry]);
    }
}
