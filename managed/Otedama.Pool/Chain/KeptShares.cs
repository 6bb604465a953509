using Otedama.Core;

namespace Otedama.Pool;

/// <summary>The shares on disk, on their way back into a chain.</summary>
internal sealed class KeptShares(ChainParameters parameters, ChainCoin coin, IProofChecker checker)
{
    private readonly List<ChainShare> _shares = [];
    private readonly Dictionary<Hash256, ChainShare> _byId = [];

    /// <summary>Returns its height; null when the bytes are no share of this chain.</summary>
    public uint? Load(StoredShare stored)
    {
        ChainShare? share = ChainShare.Decode(stored.Bytes.Span, coin, out _);
        if (share is null || (!stored.IsChecked && !IsGood(share)))
        {
            return null;
        }
        if (_byId.TryAdd(share.Id, share))
        {
            _shares.Add(share);
        }
        return share.Core.Height;
    }

    /// <summary>
    /// The chain that begins where the heaviest branch is known from. Shares that do not join it are left out: they can
    /// be had from others again.
    /// </summary>
    public ShareChain ToChain()
    {
        ShareChain chain = new(parameters);
        if (_shares.Count == 0)
        {
            return chain;
        }
        ChainShare root = _shares.MaxBy(static share => share.Core.CumulativeWork)!;
        while (_byId.TryGetValue(root.Core.Parent, out ChainShare? before))
        {
            root = before;
        }
        if (root.Core.Parent != parameters.Id)
        {
            chain = ShareChain.From(parameters, root);
        }
        foreach (ChainShare share in _shares)
        {
            chain.Restore(share);
        }
        return chain;
    }

    private bool IsGood(ChainShare share) =>
        (ShareChecks.Stateless(share, parameters, coin) ?? ShareChecks.FullProof(share, coin, checker)) is null;
}
