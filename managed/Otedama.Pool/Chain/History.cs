using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// The shares of a chain on their way to us, newest first. Each has to be one that a share before it names, so that
/// nobody can send anything but the history of the tip he told. Not safe for more than one thread at a time.
/// </summary>
internal sealed class History
{
    private readonly Hash256 _genesis;
    private readonly ChainCoin _coin;
    private readonly Func<Hash256, bool> _isKnown;
    private readonly int _max;
    private readonly HashSet<Hash256> _named;
    private readonly HashSet<Hash256> _had = [];
    private readonly List<ChainShare> _shares = [];

    /// <param name="isKnown">Whether a share is in our chain, so that nothing before it is missing.</param>
    /// <param name="max">Shares that a node keeps.</param>
    public History(Hash256 tip, ChainParameters parameters, ChainCoin coin, Func<Hash256, bool> isKnown, int max)
    {
        _genesis = parameters.Id;
        _coin = coin;
        _isKnown = isKnown;
        _max = max;
        _named = [tip];
    }

    public int Count => _shares.Count;

    /// <summary>Nothing is missing any more between these and the chain we know, or its beginning.</summary>
    public bool IsWhole => _named.Count == 0;

    /// <summary>Parents and uncles before those who name them: both are lower.</summary>
    public IEnumerable<ChainShare> OldestFirst => Enumerable.Reverse(_shares).OrderBy(static share => share.Core.Height);

    /// <summary>Takes one frame; null when it is in order, else what is wrong with it.</summary>
    public string? Take(in PeerFrame frame)
    {
        PeerChainHead head = PeerChainHead.Read(frame.Body);
        if (head.Offset != _shares.Count)
        {
            return $"a part of the chain from share {head.Offset} on; {_shares.Count} were had";
        }
        ReadOnlySpan<byte> parts = frame.Body[PeerBody.ChainHeadBytes..];
        while (PeerBody.TryTakePart(ref parts, out ReadOnlySpan<byte> bytes))
        {
            if (ChainShare.Decode(bytes, _coin, out ShareFault? fault) is not { } share)
            {
                return $"a part of the chain with bytes that are no share: {fault!.Reason}";
            }
            if (!_named.Remove(share.Id) || _shares.Count == _max)
            {
                return "a part of the chain with a share that nothing before it names";
            }
            Add(share);
        }
        return null;
    }

    private void Add(ChainShare share)
    {
        _shares.Add(share);
        _had.Add(share.Id);
        foreach (Hash256 id in share.Core.Uncles.Prepend(share.Core.Parent))
        {
            if (id != _genesis && !_had.Contains(id) && !_isKnown(id))
            {
                _named.Add(id);
            }
        }
    }
}
