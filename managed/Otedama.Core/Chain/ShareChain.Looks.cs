namespace Otedama.Core;

/// <summary>What a share is to the chain.</summary>
public enum ShareRole
{
    /// <summary>On the way from the tip to the virtual genesis.</summary>
    Main,

    /// <summary>Beside the chain, and listed by a share of it: paid nearly as much.</summary>
    Uncle,

    /// <summary>Beside the chain, and not listed, or not yet.</summary>
    Beside,
}

/// <summary>A share as it is shown.</summary>
public readonly record struct SeenShare(ChainShare Share, UInt128 Work, ShareRole Role);

/// <summary>The chain for those who look at it.</summary>
public sealed partial class ShareChain
{
    /// <summary>
    /// The newest so many shares of the chain and what lies beside them, by height descending, the chain's own first;
    /// beside it at most as many again.
    /// </summary>
    public IReadOnlyList<SeenShare> Graph(int shares)
    {
        List<SeenShare> seen = [];
        HashSet<Hash256> uncles = [];
        int room = shares;
        PlacedShare? at = _tip;
        for (int i = 0; i < shares && at is { IsGenesis: false }; i++, at = at.Parent)
        {
            uncles.UnionWith(at.Uncles.Select(static uncle => uncle.Id));
            seen.Add(new SeenShare(at.Share!, at.Work, ShareRole.Main));
            foreach (PlacedShare other in _heights[at.Height].Where(static other => !other.IsMain).Take(room))
            {
                ShareRole role = uncles.Contains(other.Id) ? ShareRole.Uncle : ShareRole.Beside;
                seen.Add(new SeenShare(other.Share!, other.Work, role));
                room--;
            }
        }
        return seen;
    }

    /// <summary>
    /// The shares that a share on the tip pays for, and their uncles, newest first; the last may count in part. Fewer
    /// where the beginning is not known.
    /// </summary>
    public IReadOnlyList<SeenShare> PaidShares()
    {
        List<SeenShare> paid = [];
        UInt128 room = ChainWindow.WorkMax(_tip, _parameters);
        PlacedShare? at = _tip;
        for (int i = 0; i < _parameters.WindowShares && room > UInt128.Zero && at is { IsGenesis: false }; i++)
        {
            paid.Add(new SeenShare(at.Share!, at.Work, ShareRole.Main));
            paid.AddRange(at.Uncles.Select(static uncle => new SeenShare(uncle.Share!, uncle.Work, ShareRole.Uncle)));
            room -= UInt128.Min(room, at.AllCredits);
            at = at.Parent;
        }
        return paid;
    }

    /// <summary>Shares of the chain from the tip down while they are so, each with the uncles it lists.</summary>
    public IReadOnlyList<ChainShare> NewestWithUncles(Func<ChainShare, bool> isWanted)
    {
        List<ChainShare> seen = [];
        for (PlacedShare? at = _tip; at?.Share is { } share && isWanted(share); at = at.Parent)
        {
            seen.Add(share);
            seen.AddRange(at.Uncles.Select(static uncle => uncle.Share).OfType<ChainShare>().Where(isWanted));
        }
        return seen;
    }

    /// <summary>
    /// Whose work a share on the tip pays, in no order; null while too little of the chain is known to tell.
    /// </summary>
    public ChainPayee[]? Payees() => Line(_tip)?.Payees;
}
