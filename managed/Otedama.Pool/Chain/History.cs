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
    /// </summary>
    public string? Take(in PeerFrame frame)
    {
        PeerChainHead head = PeerChainHead.Read(frame.Body);
        if (head.Offset != _shares.Count)
        {
            return $"a part of the chain from share {head.Offset} on; {_shares.Count} were had";
        }
        ReadOnlySpan<byte> parts = frame.Body[PeerBody.ChainHeadBytes..];
        while (!IsWhole && PeerBody.TryTakePart(ref parts, out ReadOnlySpan<byte> bytes))
        {
            if (Take(bytes) is { } problem)
            {
                return $"share {_shares.Count} of its chain: {problem}";
            }
        }
        return null;
    }

    private string? Take(ReadOnlySpan<byte> bytes)
    {
        if (_desk.Decode(bytes, out ShareFault? fault) is not { } share)
        {
            return fault!.ToString();
        }
        if (!_named.Contains(share.Id) || _shares.Count == _max)
        {
            return "no share before it names it";
        }
        if (_shares.Count == 0 && (share.Core.Height != _tip.Height || share.Core.CumulativeWork != _tip.Work))
        {
            return $"height {share.Core.Height} and work {share.Core.CumulativeWork}, and it said {_tip.Height} and {_tip.Work}";
        }
        if (!_desk.Has(share.Id) && _desk.CheckAlone(share) is { } wrong)
        {
            return wrong.ToString();
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
