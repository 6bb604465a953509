namespace Otedama.Core;

/// <summary>
/// The newest work by payee, for PPLNS: as far back as the window's work reaches, however many shares it came in. Pure:
/// the same calls of SetWindow and Add give the same answers. Not thread-safe.
/// </summary>
/// <remarks>
/// Work gathers in slices of a 1,024th of the window, each a list of payees, so the cost is that of payees and slices and
/// never of shares. The oldest slice that counts is clipped pro rata. Four windows are kept, for the day the difficulty
/// rises; when slices or entries become too many, neighbours are merged: those beyond the window first, then the small ones
/// within. Merging makes the clip coarser and loses no work.
/// </remarks>
public sealed partial class WorkWindow
{
    public const int SlicesPerWindow = 1_024;

    /// <summary>Windows of work that are remembered.</summary>
    public const int WindowsKept = 4;

    /// <summary>Twice what four windows of even slices need.</summary>
    private const int SlicesMax = 2 * SlicesPerWindow * WindowsKept;

    /// <summary>Entries (payee and work, 20 bytes) of all slices: 84 MB, or sixteen for each payee when that is more.</summary>
    private const int EntriesMin = 1 << 22;
    private const int EntriesPerPayee = 16;

    private readonly int _slicesMax;
    private readonly int _entriesMin;
    private readonly SliceList _slices = new(); // closed, oldest first
    private readonly List<int> _openPayees = [];
    private UInt128[] _open = new UInt128[64]; // by payee: the slice that is being filled
    private UInt128 _openWork;
    private UInt128 _closedWork;
    private long _entries; // of _slices
    private int _payees; // above every payee's number
    private UInt128 _window; // zero until it is known: then nothing is dropped and every share is a slice
    private UInt128 _quantum = UInt128.One; // work at which a slice closes: a 1,024th of _window
    private UInt128 _windowMax;

    private UInt128[] _sums = new UInt128[64]; // by payee, over the slices from _first on and the open one
    private UInt128 _total; // of _sums
    private int _first;

    public WorkWindow()
        : this(SlicesMax, EntriesMin)
    {
    }

    /// <param name="slicesMax">Slices remembered at most, at least 8.</param>
    /// <param name="entriesMin">Entries that may always be remembered.</param>
    internal WorkWindow(int slicesMax, int entriesMin)
    {
        _slicesMax = slicesMax;
        _entriesMin = entriesMin;
    }

    /// <summary>What SetWindow said last; zero before.</summary>
    public UInt128 Window => _window;

    /// <summary>
    /// Work that a split looks back over from now on. Decides how work is sliced and how much of it is remembered, so a
    /// replay repeats the call at the same place.
    /// </summary>
    public void SetWindow(UInt128 window)
    {
        _window = window;
        _quantum = UInt128.Max(UInt128.One, window / SlicesPerWindow);
        _windowMax = UInt128.Max(_windowMax, window);
    }

    public void Add(int payee, UInt128 work)
    {
        if (work == UInt128.Zero)
        {
            return;
        }
        if (payee >= _payees)
        {
            MakeRoom(payee);
        }
        if (_open[payee] == UInt128.Zero)
        {
            _openPayees.Add(payee);
        }
        _open[payee] += work;
        _openWork += work;
        _sums[payee] += work;
        _total += work;
        if (_openWork >= _quantum)
        {
            Close();
        }
    }

    /// <summary>
    /// Calls `visit` for each payee with work among the last `window` of work, in ascending order. All that is remembered
    /// counts when it is less.
    /// </summary>
    public void Visit(UInt128 window, Action<int, UInt128> visit)
    {
        MoveTo(window);
        WorkSlice? clipped = null;
        UInt128[] parts = [];
        if (_total > window)
        {
            clipped = _first < _slices.Count ? _slices[_first] : OpenSlice();
            parts = clipped.Clip(clipped.Work - (_total - window));
        }
        int at = 0;
        for (int payee = 0; payee < _payees; payee++)
        {
            UInt128 work = _sums[payee];
            if (clipped is not null && at < parts.Length && clipped.Payees[at] == payee)
            {
                work = work - clipped.Works[at] + parts[at];
                at++;
            }
            if (work != UInt128.Zero)
            {
                visit(payee, work);
            }
        }
    }

    /// <summary>Slices and their entries; for tests and benchmarks.</summary>
    internal (int Slices, long Entries) Size => (_slices.Count, _entries);

    private void Close()
    {
        WorkSlice slice = OpenSlice();
        foreach (int payee in _openPayees)
        {
            _open[payee] = UInt128.Zero;
        }
        _openPayees.Clear();
        _openWork = UInt128.Zero;
        _slices.Add(slice);
        _closedWork += slice.Work;
        _newer += _slices.Count - 1 > _cursor ? slice.Work : UInt128.Zero;
        _entries += slice.Payees.Length;
        Trim();
        Thin(slice.Payees.Length);
    }

    private WorkSlice OpenSlice()
    {
        int[] payees = new int[_openPayees.Count];
        if (payees.Length > _payees / 16) // looking at all is quicker than sorting
        {
            int count = 0;
            for (int payee = 0; payee < _payees; payee++)
            {
                if (_open[payee] != UInt128.Zero)
                {
                    payees[count++] = payee;
                }
            }
        }
        else
        {
            _openPayees.CopyTo(payees);
            Array.Sort(payees);
        }
        UInt128[] works = new UInt128[payees.Length];
        for (int i = 0; i < works.Length; i++)
        {
            works[i] = _open[payees[i]];
        }
        return WorkSlice.Of(payees, works);
    }

    /// <summary>Afterwards the slices from _first on reach the window, and would not without the first of them.</summary>
    private void MoveTo(UInt128 window)
    {
        while (_total < window && _first > 0)
        {
            _first--;
            Count(_slices[_first]);
        }
        while (_first < _slices.Count && _total - _slices[_first].Work >= window)
        {
            Discount(_slices[_first]);
            _first++;
        }
    }

    private void Count(WorkSlice slice)
    {
        for (int i = 0; i < slice.Payees.Length; i++)
        {
            _sums[slice.Payees[i]] += slice.Works[i];
        }
        _total += slice.Work;
    }

    private void Discount(WorkSlice slice)
    {
        for (int i = 0; i < slice.Payees.Length; i++)
        {
            _sums[slice.Payees[i]] -= slice.Works[i];
        }
        _total -= slice.Work;
    }

    private void MakeRoom(int payee)
    {
        _payees = payee + 1;
        if (payee >= _sums.Length)
        {
            Array.Resize(ref _sums, Math.Max(payee + 1, _sums.Length * 2));
            Array.Resize(ref _open, _sums.Length);
        }
    }
}
