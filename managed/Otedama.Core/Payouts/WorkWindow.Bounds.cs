namespace Otedama.Core;

/// <summary>
/// What is forgotten and what is merged. Merging is a sweep over neighbours, a few steps with each slice that closes, so
/// that no share waits for much more than one merge of two slices.
/// </summary>
public sealed partial class WorkWindow
{
    /// <summary>Slices beyond the window are merged up to this part of their distance from it, 2^-7, at first.</summary>
    private const int BeyondShift = 7;

    /// <summary>
    /// Entries that may be copied for each entry of a slice that closes: one is copied once for each doubling of its slice,
    /// which is 12 times from a 1,024th of the window to four windows.
    /// </summary>
    private const int CopiesPerEntry = 12;

    /// <summary>Steps of the sweep that a closing slice may always make.</summary>
    private const int StepsPerSlice = 64;

    /// <summary>More than the doublings between one hash and all work there is.</summary>
    private const int RoundsMax = 120;

    private int _cursor; // the pair that the sweep looks at next: this slice and the one behind it
    private UInt128 _newer; // work of the slices behind _cursor
    private int _round; // slices up to the quantum times 2^round are made by this sweep
    private int _roundMax; // then the next sweep begins again with small ones
    private long _credit; // entries that may still be copied

    private long EntriesMax => Math.Max(_entriesMin, (long)EntriesPerPayee * _payees);

    /// <summary>From here on slices are merged.</summary>
    private bool IsLarge => _slices.Count > _slicesMax / 4 * 3 || _entries > EntriesMax / 4 * 3;

    private bool IsTooLarge => _slices.Count > _slicesMax || _entries > EntriesMax;

    /// <summary>
    /// Drops what even a window four times the largest ever set cannot reach. The largest, because a node that speaks of a
    /// tiny difficulty for a moment must not wipe out everybody's work.
    /// </summary>
    private void Trim()
    {
        if (_windowMax == UInt128.Zero)
        {
            return;
        }
        int drop = 0;
        while (drop < _slices.Count && (_closedWork - _slices[drop].Work) / WindowsKept >= _windowMax)
        {
            if (drop >= _first)
            {
                Discount(_slices[drop]);
            }
            _closedWork -= _slices[drop].Work;
            _entries -= _slices[drop].Payees.Length;
            drop++;
        }
        _slices.DropFirst(drop);
        _first = Math.Max(0, _first - drop);
        if (_cursor >= drop)
        {
            _cursor -= drop;
        }
        else
        {
            MoveCursor(0);
        }
    }

    /// <summary>Goes on with the sweep after a slice of so many entries closed.</summary>
    private void Thin(int closed)
    {
        if (!IsLarge)
        {
            if (_slices.Count < _slicesMax / 2 && _entries < EntriesMax / 2)
            {
                _roundMax = 0;
            }
            return;
        }
        long copies = ((long)CopiesPerEntry * closed) + StepsPerSlice;
        _credit = Math.Min(_credit + copies, 2 * copies);
        while (IsTooLarge || (IsLarge && _credit > 0))
        {
            _credit--;
            Step();
        }
    }

    private void Step()
    {
        if (_cursor + 1 >= _slices.Count)
        {
            BeginSweep();
            return;
        }
        WorkSlice left = _slices[_cursor];
        WorkSlice right = _slices[_cursor + 1];
        if (left.Work + right.Work <= Room(_newer - right.Work))
        {
            _credit -= left.Payees.Length + right.Payees.Length;
            MergeAtCursor(left, right);
        }
        _cursor++;
        _newer -= _cursor < _slices.Count ? _slices[_cursor].Work : UInt128.Zero;
    }

    private void BeginSweep()
    {
        if (_round < _roundMax)
        {
            _round++;
        }
        else
        {
            _roundMax = Math.Min(_roundMax + 1, RoundsMax);
            _round = 0;
        }
        MoveCursor(0);
    }

    /// <summary>The sums count whole slices, so one that is merged with its counted neighbour is counted from now on.</summary>
    private void MergeAtCursor(WorkSlice left, WorkSlice right)
    {
        if (_cursor + 1 == _first)
        {
            Count(left);
        }
        if (_cursor < _first)
        {
            _first--;
        }
        WorkSlice merged = WorkSlice.Merge(left, right);
        _slices[_cursor] = merged;
        _slices.RemoveAt(_cursor + 1);
        _newer -= right.Work;
        _entries += merged.Payees.Length - left.Payees.Length - right.Payees.Length;
    }

    /// <summary>How large a slice with `newer` work behind it may become.</summary>
    private UInt128 Room(UInt128 newer)
    {
        UInt128 even = _quantum <= UInt128.MaxValue >> (_round + 1) ? _quantum << _round : UInt128.MaxValue >> 1;
        return newer > _window ? even + ((newer - _window) >> Math.Max(1, BeyondShift - _round)) : even;
    }

    private void MoveCursor(int cursor)
    {
        _cursor = cursor;
        _newer = _closedWork;
        for (int i = 0; i <= cursor && i < _slices.Count; i++)
        {
            _newer -= _slices[i].Work;
        }
    }

    /// <summary>Begins again with the open slice only; the next Visit counts back from there.</summary>
    private void Recount()
    {
        _sums.AsSpan().Clear();
        foreach (int payee in _openPayees)
        {
            _sums[payee] = _open[payee];
        }
        _total = _openWork;
        _first = _slices.Count;
    }
}
