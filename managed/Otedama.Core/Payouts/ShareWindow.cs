namespace Otedama.Core;

/// <summary>
/// The last shares by payee, for PPLNS: walk back from the newest share until the window's work is reached, the last one
/// clipped. Kept incrementally, so that a split costs the payees and not the shares. Not thread-safe.
/// </summary>
public sealed class ShareWindow
{
    private readonly int _sharesMax;
    private int[] _payees = new int[1_024]; // a ring; positions are numbers of shares since the start
    private UInt128[] _works = new UInt128[1_024];
    private UInt128[] _sums = new UInt128[64]; // by payee, over the shares from _first on
    private long _oldest;
    private long _first;
    private long _next;
    private UInt128 _total; // of _sums

    /// <param name="sharesMax">
    /// Shares remembered; a power of two, at least 1,024. A window that needs more ends there.
    /// </param>
    public ShareWindow(int sharesMax)
    {
        if (sharesMax < 1_024 || !System.Numerics.BitOperations.IsPow2(sharesMax))
        {
            throw new ArgumentOutOfRangeException(
                nameof(sharesMax), $"{sharesMax} shares in the window; a power of two from 1024 up is needed");
        }
        _sharesMax = sharesMax;
    }

    public void Add(int payee, UInt128 work)
    {
        if (_next - _oldest == _payees.Length)
        {
            MakeRoom();
        }
        int slot = SlotOf(_next);
        _payees[slot] = payee;
        _works[slot] = work;
        _next++;
        if (payee >= _sums.Length)
        {
            Array.Resize(ref _sums, Math.Max(payee + 1, _sums.Length * 2));
        }
        _sums[payee] += work;
        _total += work;
    }

    /// <summary>
    /// Calls `visit` for each payee with work among the last shares that make up `window`, in ascending order. All
    /// shares count when there are not that many.
    /// </summary>
    public void Visit(UInt128 window, Action<int, UInt128> visit)
    {
        MoveTo(window);
        UInt128 excess = _total > window ? _total - window : UInt128.Zero;
        int clipped = _first < _next ? _payees[SlotOf(_first)] : -1;
        for (int payee = 0; payee < _sums.Length; payee++)
        {
            UInt128 work = payee == clipped ? _sums[payee] - excess : _sums[payee];
            if (work != UInt128.Zero)
            {
                visit(payee, work);
            }
        }
    }

    /// <summary>Afterwards the shares from _first on reach the window, and would not without the first of them.</summary>
    private void MoveTo(UInt128 window)
    {
        while (_total < window && _first > _oldest)
        {
            _first--;
            int slot = SlotOf(_first);
            _sums[_payees[slot]] += _works[slot];
            _total += _works[slot];
        }
        while (_first < _next && _total - _works[SlotOf(_first)] >= window)
        {
            DropFirst();
        }
    }

    private void DropFirst()
    {
        int slot = SlotOf(_first);
        _sums[_payees[slot]] -= _works[slot];
        _total -= _works[slot];
        _first++;
    }

    private void MakeRoom()
    {
        if (_payees.Length < _sharesMax)
        {
            Grow();
            return;
        }
        if (_first == _oldest)
        {
            DropFirst();
        }
        _oldest++;
    }

    private void Grow()
    {
        var payees = new int[_payees.Length * 2];
        var works = new UInt128[payees.Length];
        for (long position = _oldest; position < _next; position++)
        {
            payees[position & (payees.Length - 1)] = _payees[SlotOf(position)];
            works[position & (payees.Length - 1)] = _works[SlotOf(position)];
        }
        _payees = payees;
        _works = works;
    }

    private int SlotOf(long position) => (int)(position & (_payees.Length - 1));
}
