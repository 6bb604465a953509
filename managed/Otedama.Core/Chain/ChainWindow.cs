namespace Otedama.Core;

/// <summary>
/// Whose work a coinbase pays (share chain rules, section 6): the credits from one share backwards, as a map that
/// moves with that share. Going on by a share adds its credits in front and drops old ones behind; going back does the
/// reverse; both cost the same few steps, so a reorganisation costs what its shares did. Only one thread at a time.
/// </summary>
internal sealed class ChainWindow
{
    private readonly ChainParameters _parameters;
    private readonly PlacedRing _whole = new(); // whose credits count wholly, newest first
    private readonly Dictionary<PayoutKey, int> _places = []; // in the next one
    private ChainPayee[] _payees = new ChainPayee[64]; // as many as there are places, in no order
    private PlacedShare _head;
    private UInt128 _work; // credits of _whole
    private PlacedShare? _clipped; // the next older one, of whose credits _room still has room
    private UInt128 _room;

    /// <param name="genesis">The empty window's head.</param>
    public ChainWindow(ChainParameters parameters, PlacedShare genesis)
    {
        _parameters = parameters;
        _head = genesis;
        IsComplete = true;
    }

    /// <summary>
    /// False when the walk came to the beginning of what is known before it was at an end: nobody can tell the weights
    /// then.
    /// </summary>
    public bool IsComplete { get; private set; }

    /// <summary>Payees in no order; empty behind the virtual genesis.</summary>
    public ChainPayee[] Payees() => _payees[.._places.Count];

    /// <summary>The window of a share whose parent is head.</summary>
    public void MoveTo(PlacedShare head)
    {
        if (ReferenceEquals(head, _head))
        {
            return;
        }
        Unclip();
        Stack<PlacedShare> ahead = [];
        if (!FindWay(head, ahead))
        {
            Clear();
            ahead.Clear();
        }
        while (ahead.TryPop(out PlacedShare? next))
        {
            Count(next);
        }
        _head = head;
        Fit();
    }

    /// <summary>
    /// Goes back to where both chains part and fills `ahead` with what leads from there to the head, last first. False
    /// when all of the window would go: then it is made anew.
    /// </summary>
    private bool FindWay(PlacedShare head, Stack<PlacedShare> ahead)
    {
        PlacedShare? at = head;
        while (_whole.Count > 0 && ahead.Count <= _parameters.WindowShares)
        {
            PlacedShare front = _whole.Front;
            if (ReferenceEquals(front, at))
            {
                return true;
            }
            if (at is null || at.Height <= front.Height)
            {
                _work -= front.AllCredits;
                Apply(_whole.PopFront(), front.AllCredits, isAdded: false);
            }
            if (at is not null && at.Height >= front.Height)
            {
                ahead.Push(at);
                at = at.Parent;
            }
        }
        return false;
    }

    private void Count(PlacedShare newest)
    {
        _whole.PushFront(newest);
        _work += newest.AllCredits;
        Apply(newest, newest.AllCredits, isAdded: true);
        if (_whole.Count > _parameters.WindowShares)
        {
            DropOldest();
        }
    }

    /// <summary>Moves the old end to where the head's limit of work is, either way.</summary>
    private void Fit()
    {
        UInt128 workMax = WorkMax(_head, _parameters);
        while (_whole.Count > 0 && _work > workMax)
        {
            DropOldest();
        }
        PlacedShare? older = _whole.Count > 0 ? _whole.Back.Parent : _head;
        while (HasRoomFor(older, workMax))
        {
            _whole.PushBack(older!);
            _work += older!.AllCredits;
            Apply(older, older.AllCredits, isAdded: true);
            older = older.Parent;
        }
        bool isAtEnd = _whole.Count == _parameters.WindowShares || _work == workMax || older is { IsGenesis: true };
        if (!isAtEnd && older is not null)
        {
            (_clipped, _room) = (older, workMax - _work);
            Apply(older, _room, isAdded: true);
        }
        IsComplete = (isAtEnd || older is not null) && _lacking == 0;
    }

    private bool HasRoomFor(PlacedShare? older, UInt128 workMax) =>
        older is { IsGenesis: false } && _whole.Count < _parameters.WindowShares && older.AllCredits <= workMax - _work;

    private void DropOldest()
    {
        PlacedShare oldest = _whole.PopBack();
        _work -= oldest.AllCredits;
        Apply(oldest, oldest.AllCredits, isAdded: false);
    }

    private void Unclip()
    {
        if (_clipped is { } clipped)
        {
            Apply(clipped, _room, isAdded: false);
            _clipped = null;
        }
    }

    private void Clear()
    {
        _whole.Clear();
        _places.Clear();
        (_work, _lacking) = (UInt128.Zero, 0);
    }

    private int _lacking; // shares among those counted some of whose uncles are unknown

    /// <summary>
    /// The credits of one share in their order, as far as there is room: the one that exceeds it is clipped.
    /// </summary>
    private void Apply(PlacedShare share, UInt128 room, bool isAdded)
    {
        _lacking += share.LacksUncles ? isAdded ? 1 : -1 : 0;
        UInt128 own = UInt128.Min(share.OwnCredit, room);
        Credit(share.Share!.Core, own, isAdded);
        room -= own;
        foreach (PlacedShare uncle in share.Uncles)
        {
            UInt128 part = UInt128.Min(uncle.Work - uncle.Bonus, room);
            Credit(uncle.Share!.Core, part, isAdded);
            room -= part;
        }
    }

    /// <summary>The fee is of the clipped credit.</summary>
    private void Credit(ShareCore core, UInt128 amount, bool isAdded)
    {
        UInt128 fee = core.FeeBasisPoints == 0 ? UInt128.Zero : ExactParts.Of(amount, core.FeeBasisPoints, 10_000);
        Change(core.Payout, amount - fee, isAdded);
        Change(core.FeePayout, fee, isAdded);
    }

    private void Change(PayoutKey key, UInt128 amount, bool isAdded)
    {
        if (amount == UInt128.Zero)
        {
            return;
        }
        if (!_places.TryGetValue(key, out int place))
        {
            place = Enter(key);
        }
        ref ChainPayee payee = ref _payees[place];
        UInt128 weight = isAdded ? payee.Weight + amount : payee.Weight - amount;
        payee = new ChainPayee(key, weight);
        if (weight == UInt128.Zero)
        {
            Leave(key, place); // who has nothing is not in the window
        }
    }

    private int Enter(PayoutKey key)
    {
        int place = _places.Count;
        if (place == _payees.Length)
        {
            Array.Resize(ref _payees, 2 * place);
        }
        _payees[place] = new ChainPayee(key, UInt128.Zero);
        _places.Add(key, place);
        return place;
    }

    /// <summary>The last one takes his place.</summary>
    private void Leave(PayoutKey key, int place)
    {
        _places.Remove(key);
        ChainPayee last = _payees[_places.Count];
        if (place < _places.Count)
        {
            _payees[place] = last;
            _places[last.Key] = place;
        }
    }

    /// <summary>
    /// Expected hashes of a coin block by the head's header, times W; all there is where that is more.
    /// </summary>
    internal static UInt128 WorkMax(PlacedShare head, ChainParameters parameters)
    {
        if (head.Share is not { } share)
        {
            return UInt128.MaxValue;
        }
        UInt128 work = Target.FromCompact(share.Work.Header.Bits).ToWork();
        return work > UInt128.MaxValue / parameters.WindowWork ? UInt128.MaxValue : work * parameters.WindowWork;
    }
}
