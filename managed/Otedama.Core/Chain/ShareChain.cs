namespace Otedama.Core;

/// <summary>
/// The shares of a chain and its branches in memory: takes shares whose own bytes are checked (steps 1 to 9), in any
/// order in which parents and uncles come first, and knows the heaviest branch and whom it pays. Pure; one thread at a
/// time.
/// </summary>
/// <remarks>
/// Everything it keeps has a limit: heights that all branches together go back, shares beside the chain (the lightest
/// branch goes, which costs whoever filled it the most for the least), ids of refused shares (the oldest goes).
/// </remarks>
public sealed partial class ShareChain
{
    /// <summary>
    /// Heights kept beyond two windows, so that a reorganisation of this depth still has whole windows.
    /// </summary>
    private const int KeptBeyond = 64;

    private const int RefusedMax = 4_096;

    private readonly ChainParameters _parameters;
    private readonly ISeedHashes? _hashes;
    private readonly PlacedShare _genesis;
    private readonly Dictionary<Hash256, PlacedShare> _entries = [];
    private readonly Dictionary<uint, List<PlacedShare>> _heights = []; // in the order in which they came
    private readonly ChainWindow _window;
    private readonly RefusedShares _refused = new(RefusedMax);
    private readonly long _uncleGapEnd; // up to this height uncles may be from before the beginning
    private PlacedShare _tip;
    private PayoutLine? _line;
    private PlacedShare? _lineOf;
    private uint _lowest;

    /// <summary>An empty chain on the virtual genesis. hashes: null where the chain computes them itself.</summary>
    public ShareChain(ChainParameters parameters, ISeedHashes? hashes = null)
    {
        _parameters = parameters;
        _hashes = hashes;
        _genesis = PlacedShare.Genesis(parameters);
        _window = new ChainWindow(parameters, _genesis);
        _uncleGapEnd = -1;
        _tip = _genesis;
        Index(_genesis);
    }

    /// <summary>
    /// A chain that begins in the middle, as a node gets it that was not there: the root's place and the work before
    /// it are believed, its first descendants checked as far as what is known allows.
    /// </summary>
    public static ShareChain From(ChainParameters parameters, ChainShare root, ISeedHashes? hashes = null) =>
        new(parameters, root, hashes);

    private ShareChain(ChainParameters parameters, ChainShare root, ISeedHashes? hashes)
        : this(parameters, hashes)
    {
        _entries.Clear();
        _heights.Clear();
        PlacedShare entry = PlacedShare.Of(root, null, [], ShareDifficulty.Work(root.Core.Bits, 0), parameters);
        _uncleGapEnd = root.Core.Height + (long)parameters.UncleDepth;
        _lowest = root.Core.Height;
        entry.IsMain = true;
        _tip = entry;
        Index(entry);
    }

    /// <summary>Shares kept: the chain, its branches, not the virtual genesis.</summary>
    public int Count => _entries.Count - (_entries.ContainsKey(_genesis.Id) ? 1 : 0);

    /// <summary>The newest share of the heaviest branch; null where there is none yet.</summary>
    public ChainShare? Tip => _tip.Share;

    public Hash256 TipId => _tip.Id;

    public uint Height => _tip.Height;

    /// <summary>Everything below this height is forgotten.</summary>
    public uint LowestHeight => _lowest;

    /// <summary>Of the tip.</summary>
    public UInt128 CumulativeWork => _tip.CumulativeWork;

    /// <summary>Shares of the old branch that the last change of the tip took back; 0 when it only grew.</summary>
    public int Undone { get; private set; }

    /// <summary>Null when it is not kept.</summary>
    public ChainShare? Find(Hash256 id) => _entries.GetValueOrDefault(id)?.Share;

    /// <summary>Of a share and all before it; 0 when it is not kept.</summary>
    public UInt128 WorkOf(Hash256 id) => _entries.GetValueOrDefault(id)?.CumulativeWork ?? UInt128.Zero;

    /// <summary>Whether a share of this id was refused, or one before it.</summary>
    public bool IsRefused(Hash256 id) => _refused.Find(id) is not null;

    /// <summary>From now on neither it nor a share after it is taken.</summary>
    public void Refuse(Hash256 id, ShareFault fault) => _refused.Add(id, fault);

    /// <summary>Whether it is on the way from the tip to the virtual genesis.</summary>
    public bool IsMain(Hash256 id) => _entries.GetValueOrDefault(id) is { IsMain: true };

    /// <summary>The tip and what is before it, newest first.</summary>
    public IEnumerable<ChainShare> Newest()
    {
        for (PlacedShare? at = _tip; at?.Share is { } share; at = at.Parent)
        {
            yield return share;
        }
    }

    /// <summary>
    /// A share and what is before it in the one order that every node has: a share of the main chain, then the uncles
    /// it lists with everything before them and that they list that is not on the chain, unless it came already; then
    /// the share before. Each is named by one that came earlier; by height, parents and uncles come first. None when
    /// the share is not kept.
    /// </summary>
    public IEnumerable<ChainShare> History(Hash256 from)
    {
        HashSet<PlacedShare> beside = [];
        Stack<PlacedShare> named = [];
        for (PlacedShare? at = _entries.GetValueOrDefault(from); at?.Share is { } share; at = at.Parent)
        {
            yield return share;
            Push(named, at.Uncles);
            while (named.TryPop(out PlacedShare? apart))
            {
                if (apart.Share is { } other && !IsBefore(apart, at) && beside.Add(apart))
                {
                    yield return other;
                    Push(named, apart.Uncles);
                    Push(named, apart.Parent is { } parent ? [parent] : []);
                }
            }
        }
    }

    private static void Push(Stack<PlacedShare> named, PlacedShare[] shares)
    {
        foreach (PlacedShare share in shares)
        {
            named.Push(share);
        }
    }

    /// <summary>
    /// Whether a share lies on the way down from another one; uncles are a few heights below at most.
    /// </summary>
    private static bool IsBefore(PlacedShare share, PlacedShare from)
    {
        PlacedShare? at = from;
        while (at is not null && at.Height > share.Height)
        {
            at = at.Parent;
        }
        return at == share;
    }

    /// <summary>Work of the newest so many shares and their uncles.</summary>
    public UInt128 RecentWork(int shares)
    {
        UInt128 work = UInt128.Zero;
        PlacedShare? at = _tip;
        for (int i = 0; i < shares && at is { IsGenesis: false }; i++, at = at.Parent)
        {
            work += at.AllCredits;
        }
        return work;
    }

    /// <summary>The least work of one of the newest so many shares; 0 where there is none.</summary>
    public UInt128 LeastWork(int shares)
    {
        UInt128 least = _tip.Work;
        PlacedShare? at = _tip;
        for (int i = 0; i < shares && at is { IsGenesis: false }; i++, at = at.Parent)
        {
            least = UInt128.Min(least, at.Work);
        }
        return least;
    }

    /// <summary>
    /// Steps 2, 10, 11 and 12: takes the share in, and makes it the tip when no branch has as much work. Null when it
    /// was taken. Never throws for what the share says.
    /// </summary>
    public ShareFault? Add(ChainShare share) => Add(share, arePayoutsKnown: false);

    /// <summary>As Add for a share that this node has checked wholly before and kept: without the payouts.</summary>
    public ShareFault? Restore(ChainShare share) => Add(share, arePayoutsKnown: true);

    private ShareFault? Add(ChainShare share, bool arePayoutsKnown)
    {
        if (_entries.ContainsKey(share.Id))
        {
            return new ShareFault(ShareFault.Known, $"share {share} is known");
        }
        if (_refused.Find(share.Id) is { } before)
        {
            return new ShareFault(ShareFault.Known, $"share {share} was refused before: {before.Reason}");
        }
        ShareFault? fault = FindRelatives(share.Core, out PlacedShare? parent, out PlacedShare[] uncles);
        if (parent is null)
        {
            if (share.Core.Uncles.Append(share.Core.Parent).Any(IsRefused))
            {
                _refused.Add(share.Id, fault!);
            }
            return fault; // else not remembered: what is missing may come
        }
        fault = CheckPlace(share.Core, parent, uncles, out UInt128 work)
            ?? (arePayoutsKnown ? null : CheckPayouts(share, parent));
        if (fault is not null)
        {
            _refused.Add(share.Id, fault);
            return fault;
        }
        Take(PlacedShare.Of(share, parent, uncles, work, _parameters));
        return null;
    }

    /// <summary>Step 10; parent is null where something is missing.</summary>
    private ShareFault? FindRelatives(ShareCore core, out PlacedShare? parent, out PlacedShare[] uncles)
    {
        uncles = [];
        if (!_entries.TryGetValue(core.Parent, out parent))
        {
            string id = Hex.Encode(core.Parent.ToArray());
            return new ShareFault(ShareFault.Orphan, $"parent {id} is {Missing(core.Parent)}");
        }
        List<PlacedShare> known = new(core.Uncles.Count);
        foreach (Hash256 id in core.Uncles)
        {
            if (_entries.TryGetValue(id, out PlacedShare? uncle))
            {
                known.Add(uncle);
            }
            else if (core.Height > _uncleGapEnd)
            {
                parent = null;
                return new ShareFault(ShareFault.Orphan, $"uncle {Hex.Encode(id.ToArray())} is {Missing(id)}");
            }
        }
        uncles = [.. known];
        return null;
    }

    private string Missing(Hash256 id) => IsRefused(id) ? "refused" : "not known";

    private void Take(PlacedShare entry)
    {
        Index(entry);
        if (entry.CumulativeWork > _tip.CumulativeWork) // of equal ones the first stays
        {
            MoveTip(entry);
            Prune();
        }
        LimitBranches();
    }

    private void MoveTip(PlacedShare to)
    {
        int undone = 0;
        PlacedShare? old = _tip;
        for (PlacedShare? at = to; at is { IsMain: false }; at = at.Parent)
        {
            while (old is not null && old.Height >= at.Height)
            {
                old.IsMain = false;
                old = old.Parent;
                undone++;
            }
            at.IsMain = true;
        }
        Undone = undone;
        _tip = to;
    }

    private void Index(PlacedShare entry)
    {
        _entries.Add(entry.Id, entry);
        if (!_heights.TryGetValue(entry.Height, out List<PlacedShare>? level))
        {
            _heights.Add(entry.Height, level = []);
        }
        level.Add(entry);
    }
}
