using Otedama.Core;

namespace Otedama.Pool;

/// <summary>The shares on disk, on their way back into a chain.</summary>
internal sealed class KeptShares(
    ChainParameters parameters, ChainCoin coin, IProofChecker checker, ISeedHashes hashes)
{
    /// <summary>A disk with more holes than this is no help.</summary>
    private const int RootsTried = 8;

    /// <summary>For a look at whether a split can be told at all.</summary>
    private const ulong SomeReward = 1_000_000;

    private readonly List<ChainShare> _shares = [];
    private readonly Dictionary<Hash256, ChainShare> _byId = [];

    public int Count => _shares.Count;

    /// <summary>Returns its height; null when the bytes are no share of this chain.</summary>
    public uint? Load(StoredShare stored)
    {
        ChainShare? share = ChainShare.Decode(stored.Bytes.Span, coin, out _);
        if (share is null || (!stored.IsChecked && !IsGood(share)))
        {
            return null;
        }
        if (stored.IsChecked)
        {
            Recall(share, stored);
        }
        if (_byId.TryAdd(share.Id, share))
        {
            _shares.Add(share);
        }
        return share.Core.Height;
    }

    /// <summary>
    /// The heaviest chain that says whom its next share pays. Where a damaged disk has a hole that is the one before it
    /// rather than the one behind it; shares that do not join it are left out, and can be had from others again.
    /// </summary>
    public ShareChain ToChain()
    {
        foreach (ChainShare root in Roots().Take(RootsTried))
        {
            ShareChain chain = root.Core.Parent == parameters.Id
                ? new ShareChain(parameters, hashes) : ShareChain.From(parameters, root, hashes);
            foreach (ChainShare share in _shares)
            {
                chain.Restore(share);
            }
            if (CanPay(chain))
            {
                return chain;
            }
        }
        return new ShareChain(parameters, hashes);
    }

    /// <summary>Where the header shows it, what was noted is not needed.</summary>
    private void Recall(ChainShare share, StoredShare stored)
    {
        if (coin.HasCheapProof)
        {
            ShareChecks.CheapProof(share, coin);
        }
        else if (stored.IsCoinBlock is { } isBlock)
        {
            share.NoteCoinBlock(isBlock);
        }
    }

    public static bool CanPay(ShareChain chain) => chain.SplitFor(0, SomeReward, default) is not null;

    /// <summary>The first of each piece that hangs together, that of the heaviest piece first.</summary>
    private IEnumerable<ChainShare> Roots()
    {
        Dictionary<Hash256, ChainShare> rootOf = [];
        Dictionary<ChainShare, UInt128> heaviest = [];
        foreach (ChainShare share in _shares) // parents come first
        {
            ChainShare root = rootOf.GetValueOrDefault(share.Core.Parent, share);
            rootOf[share.Id] = root;
            heaviest[root] = UInt128.Max(heaviest.GetValueOrDefault(root), share.Core.CumulativeWork);
        }
        return heaviest.OrderByDescending(static pair => pair.Value).Select(static pair => pair.Key);
    }

    private bool IsGood(ChainShare share) =>
        (ShareChecks.Stateless(share, parameters, coin) ?? ShareChecks.FullProof(share, coin, checker)) is null;
}
