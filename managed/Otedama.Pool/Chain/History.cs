using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// The shares of a chain on their way to us, newest first. Each has to be one that a share before it names and has to
/// show its proof of work, so that nobody can send anything but the history of the tip he told, and no long one that
/// cost nothing. Not safe for more than one thread at a time.
/// </summary>
internal sealed class History
{
    private readonly ShareDesk _desk;
    private readonly PeerTip _tip;
    private readonly int _max;
    private readonly HashSet<Hash256> _named; // by shares that came, and not come themselves
    private readonly HashSet<Hash256> _missing; // of those, the ones we do not have
    private readonly HashSet<Hash256> _had = [];
    private readonly List<ChainShare> _shares = [];

    /// <param name="tip">What the peer says it is: the first share has to agree.</param>
    /// <param name="max">Shares that a node keeps.</param>
    public History(PeerTip tip, ShareDesk desk, int max)
    {
        (_tip, _desk, _max) = (tip, desk, max);
        (_named, _missing) = ([tip.Id], [tip.Id]);
    }

    public int Count => _shares.Count;

    /// <summary>Nothing is missing any more between these and the chain we know, or its beginning.</summary>
    public bool IsWhole => _missing.Count == 0;

    /// <summary>Parents and uncles before those who name them: both are lower.</summary>
    public IReadOnlyList<ChainShare> OldestFirst =>
        [.. Enumerable.Reverse(_shares).OrderBy(static share => share.Core.Height)];

    /// <summary>
    /// Takes one frame; null when it is in order, else what is wrong with it. Shares before the wrong place are good.
    /// What comes when nothing is missing any more is the rest of a good answer: who answers cannot know what we have.
    /// </summary>
    public string? Take(in PeerFrame frame)
    {
        if (IsWhole)
        {
            return null;
        }
        PeerChainHead head = PeerChainHead.Read(frame.Body);
        if (head.Offset != _shares.Count)
        {
            return $"a part of the chain from share {head.Offset} on; {_shares.Count} were had";
        }
        ReadOnlySpan<byte> parts = frame.Body[PeerBody.ChainHeadBytes..];
        string? problem = null;
        while (!IsWhole && problem is null && !parts.IsEmpty)
        {
            problem = TakeSome(ref parts);
        }
        return problem is null ? null : $"share {_shares.Count} of its chain: {problem}";
    }

    /// <summary>As many as are checked at once.</summary>
    private string? TakeSome(ref ReadOnlySpan<byte> parts)
    {
        ChainShare[] some = new ChainShare[ShareChecks.AtOnce];
        ShareFault?[] faults = new ShareFault?[some.Length];
        ShareFault? undecoded = null;
        int count = 0;
        while (count < some.Length && undecoded is null && PeerBody.TryTakePart(ref parts, out ReadOnlySpan<byte> bytes))
        {
            if (_desk.Decode(bytes, out undecoded) is { } share)
            {
                some[count++] = share;
            }
        }
        _desk.CheckAlone(some.AsSpan(0, count), faults);
        string? problem = null;
        for (int i = 0; i < count && problem is null && !IsWhole; i++)
        {
            problem = Take(some[i], faults[i]);
        }
        return problem ?? (IsWhole ? null : undecoded?.ToString());
    }

    private string? Take(ChainShare share, ShareFault? fault)
    {
        if (!_named.Contains(share.Id) || _shares.Count == _max)
        {
            return "no share before it names it";
        }
        if (_shares.Count == 0 && (share.Core.Height != _tip.Height || share.Core.CumulativeWork != _tip.Work))
        {
            return $"height {share.Core.Height} and work {share.Core.CumulativeWork}, and it said {_tip.Height} and {_tip.Work}";
        }
        if (fault is not null)
        {
            return fault.ToString();
        }
        Add(share);
        return null;
    }

    private void Add(ChainShare share)
    {
        _shares.Add(share);
        _had.Add(share.Id);
        _named.Remove(share.Id);
        bool isNew = _missing.Remove(share.Id);
        foreach (Hash256 id in share.Core.Uncles.Prepend(share.Core.Parent))
        {
            if (id == _desk.Parameters.Id || _had.Contains(id))
            {
                continue;
            }
            _named.Add(id);
            if (isNew && !_desk.Has(id))
            {
                _missing.Add(id);
            }
        }
    }
}
