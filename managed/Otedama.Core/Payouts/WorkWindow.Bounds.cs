namespace Otedama.Core;

/// <summary>What is forgotten and what is merged.</summary>
public sealed partial class WorkWindow
{
    /// <summary>Slices beyond the window are merged up to this part of their distance from it, 2^-7, at first.</summary>
    private const int BeyondShift = 7;

    private long EntriesMax => Math.Max(_entriesMin, (long)EntriesPerPayee * _payees);

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
        _slices.RemoveRange(0, drop);
        _first = Math.Max(0, _first - drop);
    }

    /// <summary>Merges neighbours in rounds, each allowing slices twice as large, until there is room for a good while.</summary>
    private void Compact()
    {
        for (int round = 0; round < 127 && (_slices.Count > _slicesMax / 2 || _entries > EntriesMax / 4 * 3); round++)
        {
            MergeSmall(round);
        }
        Recount();
    }

    private void MergeSmall(int round)
    {
        WorkSlice[] before = [.. _slices];
        _slices.Clear();
        _entries = 0;
        UInt128 newer = _closedWork; // work behind the slice at `end`
        for (int start = 0, end; start < before.Length; start = end)
        {
            end = start + 1;
            UInt128 work = before[start].Work;
            newer -= work;
            while (end < before.Length && work + before[end].Work <= Room(newer - before[end].Work, round))
            {
                work += before[end].Work;
                newer -= before[end].Work;
                end++;
            }
            WorkSlice merged = WorkSlice.Merge(before.AsSpan(start, end - start));
            _slices.Add(merged);
            _entries += merged.Payees.Length;
        }
    }

    /// <summary>How large a slice with `newer` work behind it may become.</summary>
    private UInt128 Room(UInt128 newer, int round)
    {
        UInt128 even = Quantum <= UInt128.MaxValue >> (round + 1) ? Quantum << round : UInt128.MaxValue >> 1;
        return newer > _window ? even + ((newer - _window) >> Math.Max(1, BeyondShift - round)) : even;
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
