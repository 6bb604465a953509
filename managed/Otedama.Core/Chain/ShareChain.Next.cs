namespace Otedama.Core;

/// <summary>What the next share looks like.</summary>
public sealed partial class ShareChain
{
    /// <summary>
    /// What a share on the tip has to say now; the same until the tip moves or a share beside it comes.
    /// </summary>
    public NextShare Next() => Next(_tip);

    /// <summary>The same on any share that is kept.</summary>
    internal NextShare NextOn(Hash256 parent) => Next(_entries[parent]);

    /// <summary>
    /// Outputs that a share on the tip pays, in the coinbase's order. reward: coin value less fixed outputs. own: who
    /// is paid where nobody has mined yet. Null while too little of the chain is known to tell.
    /// </summary>
    public IReadOnlyList<PayoutOutput>? SplitFor(byte capClass, ulong reward, PayoutKey own) =>
        SplitOn(_tip.Id, capClass, reward, own);

    /// <summary>The same on any share that is kept; null where it is not.</summary>
    public IReadOnlyList<PayoutOutput>? SplitOn(Hash256 parent, byte capClass, ulong reward, PayoutKey own) =>
        _entries.TryGetValue(parent, out PlacedShare? placed) && Split(placed, capClass, reward, own) is { } payouts
            ? Outputs(payouts)
            : null;

    /// <summary>What the coinbase of a share that is kept pays; null while too little of the chain is known to tell.</summary>
    public IReadOnlyList<PayoutOutput>? OutputsOf(ShareCore core) =>
        RewardOf(core) is { } reward ? SplitOn(core.Parent, core.CapClass, reward, core.Payout) : null;

    /// <summary>
    /// Whose work a share on `parent` pays, in no order; null while too little of the chain is known to tell.
    /// </summary>
    internal ChainPayee[]? WindowOn(Hash256 parent) => Line(_entries[parent])?.Payees;

    private NextShare Next(PlacedShare parent)
    {
        // A chain of one believed share has no grandparent to reckon from; nobody mines there.
        uint bits = TryNextBits(parent, out uint next) ? next : parent.Bits;
        List<PlacedShare> uncles = FindUncles(parent);
        UInt128 work = ShareDifficulty.Work(bits, 0);
        UInt128 uncleWork = UInt128.Zero;
        foreach (PlacedShare uncle in uncles)
        {
            uncleWork += uncle.Work;
        }
        Hash256[] ids = [.. uncles.Select(static uncle => uncle.Id)];
        Array.Sort(ids, ChainShare.CompareIds);
        TryMedian(parent, out ulong median);
        return new NextShare
        {
            Parent = parent.Id,
            Height = parent.Height + 1,
            Sequence = parent.Sequence + 1 + (uint)ids.Length,
            Bits = bits,
            Target = ShareDifficulty.Required(bits, 0),
            Work = work,
            CumulativeWork = parent.CumulativeWork + work + uncleWork,
            Uncles = ids,
            TimeMinMs = median + 1,
            CoinHeightMin = parent.CoinHeight > CoinHeightBack ? parent.CoinHeight - CoinHeightBack : 1,
        };
    }

    private ChainPayout[]? Split(PlacedShare parent, byte capClass, ulong reward, PayoutKey own)
    {
        if (Line(parent) is not { } line)
        {
            return null;
        }
        return line.Payees.Length == 0
            ? [new ChainPayout(own, reward)]
            : ChainSplit.Of(line, reward, _parameters.Caps[capClass], _parameters.Dust);
    }

    /// <summary>
    /// Whom a share on `parent` pays. The last one is kept: a tip is asked for each cap class, and again by the share
    /// that comes on it.
    /// </summary>
    private PayoutLine? Line(PlacedShare parent)
    {
        if (!ReferenceEquals(parent, _lineOf))
        {
            _window.MoveTo(parent);
            _line = _window.IsComplete ? new PayoutLine(_window.Payees(), new SlotOrder(parent.Id, _hashes)) : null;
            _lineOf = _line is null ? null : parent;
        }
        return _line;
    }

    /// <summary>By amount descending, then script ascending.</summary>
    private static PayoutOutput[] Outputs(ChainPayout[] payouts)
    {
        PayoutOutput[] outputs = [.. payouts.Select(static payout =>
            new PayoutOutput(payout.Key.ToScript(), new Amount((long)payout.Amount)))];
        outputs.AsSpan().Sort(static (one, other) => one.Amount != other.Amount
            ? other.Amount.CompareTo(one.Amount)
            : one.Script.Span.SequenceCompareTo(other.Script.Span));
        return outputs;
    }

    /// <summary>Those that the next share may list, the oldest first, as many as it may.</summary>
    private List<PlacedShare> FindUncles(PlacedShare parent)
    {
        List<PlacedShare> found = [];
        long lowest = Math.Max(1, parent.Height + 1L - _parameters.UncleDepth);
        for (uint height = (uint)lowest; height <= parent.Height; height++)
        {
            foreach (PlacedShare entry in _heights.GetValueOrDefault(height) ?? [])
            {
                if (found.Count == _parameters.UnclesMax)
                {
                    return found;
                }
                if (UncleRules.Refuse(parent, entry, _parameters.UncleDepth) is null)
                {
                    found.Add(entry);
                }
            }
        }
        return found;
    }
}
