using Otedama.Core;

namespace Otedama.Pool;

/// <summary>Shares that come many at once: a history, or another chain.</summary>
public sealed partial class ShareDesk
{
    /// <summary>
    /// Where a full proof takes milliseconds, of a history so many of the newest are checked before it is taken, and of
    /// the others one in so many, chosen by chance; the rest after, and until then what is found here is not passed on.
    /// </summary>
    private const int ProvenFirst = 200, ProvenOneIn = 10;

    /// <summary>Taken before others are let in.</summary>
    private const int AtOnce = 64;

    /// <summary>Step 1.</summary>
    internal ChainShare? Decode(ReadOnlySpan<byte> bytes, out ShareFault? fault) =>
        ChainShare.Decode(bytes, _coin, out fault);

    /// <summary>What shares show about themselves cheaply, ShareChecks.AtOnce at most: steps 4, 7 and 8.</summary>
    internal void CheckAlone(ReadOnlySpan<ChainShare> shares, Span<ShareFault?> faults) =>
        ShareChecks.Stateless(shares, Parameters, _coin, faults);

    /// <summary>
    /// Takes shares that CheckAlone had nothing against, parents and uncles first, and says so once at the end. The
    /// first fault, or null. Those before the window of the last one are not asked whom they pay.
    /// </summary>
    internal ShareFault? TakeHistory(IReadOnlyList<ChainShare> oldestFirst, long peer, CancellationToken stop)
    {
        ShareOrigin origin = new(peer, IsAskedFor: true);
        HashSet<Hash256> later = ProvenLater(oldestFirst);
        uint deep = WindowBelow(oldestFirst);
        bool isNew = false;
        ShareFault? fault = null;
        for (int i = 0; i < oldestFirst.Count && fault is null && !stop.IsCancellationRequested; i += AtOnce)
        {
            ChainShare[] some = [.. oldestFirst.Skip(i).Take(AtOnce)];
            fault = Policy(some) ?? some.Where(share => !later.Contains(share.Id)).Select(Prove)
                .FirstOrDefault(static f => f is not null);
            if (fault is null)
            {
                lock (_gate)
                {
                    fault = some.Select(share => TakeOld(share, origin, deep, !later.Contains(share.Id), ref isNew))
                        .FirstOrDefault(static f => f is not null);
                }
            }
        }
        if (isNew)
        {
            lock (_gate)
            {
                Announce();
            }
        }
        return fault;
    }

    /// <summary>
    /// Steps 4 (our clock) and 6 of a history: a fault of nobody's who passes it on, and no reason to build on it.
    /// </summary>
    private ShareFault? Policy(IEnumerable<ChainShare> shares) =>
        shares.FirstOrDefault(share => ViewOfAsked(share) != ArrivalKind.Taken) is { } wrong
            ? new ShareFault(ShareFault.Orphan,
                $"share {wrong} is ahead of our clock, or its coin block has bits that our coin node would not have")
            : null;

    /// <summary>Step 9.</summary>
    internal ShareFault? Prove(ChainShare share) => ShareChecks.FullProof(share, _coin, _checker);

    /// <summary>
    /// A share that was believed has no proof of work: whoever made it has made up what follows it, so that nothing of
    /// the chain is kept, and another one is asked for.
    /// </summary>
    internal void Distrust(ChainShare share, long peer, ShareFault fault)
    {
        lock (_gate)
        {
            LogDistrusted(share.ToString(), fault.ToString());
            _chain = new ShareChain(Parameters, _hashes);
            _chain.Refuse(share.Id, fault);
            _store.Renew();
            Announce();
            _listeners.ForEach(listener => listener.OnRefused(share, new ShareOrigin(peer, IsAskedFor: true), fault));
        }
    }

    private bool IsDrawn() => _random.NextUInt64() % ProvenOneIn == 0;

    private HashSet<Hash256> ProvenLater(IReadOnlyList<ChainShare> oldestFirst)
    {
        bool isDear = _coin.HasCheapProof && !_coin.IsCheapProofAll; // a mix that can be believed for a while
        return isDear
            ? [.. oldestFirst.SkipLast(ProvenFirst).Where(_ => !IsDrawn()).Select(static share => share.Id)]
            : [];
    }

    /// <summary>
    /// A chain of these shares, which CheckAlone had nothing against, parents and uncles first, all of them together
    /// checked as far as they reach back; null and why not.
    /// </summary>
    internal ShareChain? Candidate(IReadOnlyList<ChainShare> oldestFirst, out ShareFault? fault)
    {
        if ((fault = Policy(oldestFirst)) is not null)
        {
            return null;
        }
        ChainShare tip = oldestFirst[^1];
        ChainShare root = RootOf(oldestFirst);
        ShareChain chain = ShareChain.From(Parameters, root, _hashes);
        foreach (ChainShare share in oldestFirst.Where(share => share != root))
        {
            fault = ShareChecks.FullProof(share, _coin, _checker) ?? chain.Add(share);
            if (fault is not null && fault.Step != ShareFault.Orphan) // uncles of the first have no parents here
            {
                return null;
            }
        }
        bool isWhole = chain.TipId == tip.Id && KeptShares.CanPay(chain);
        fault = isWhole
            ? null : new ShareFault(ShareFault.Orphan, "it begins so late that nobody can tell whom its next share pays");
        return isWhole ? chain : null;
    }

    /// <summary>Where the branch of the last one begins.</summary>
    private static ChainShare RootOf(IReadOnlyList<ChainShare> oldestFirst)
    {
        Dictionary<Hash256, ChainShare> byId = oldestFirst.ToDictionary(static share => share.Id);
        ChainShare root = oldestFirst[^1];
        while (byId.TryGetValue(root.Core.Parent, out ChainShare? before))
        {
            root = before;
        }
        return root;
    }

    /// <summary>Puts a chain that shares nothing with ours in its place; null when it was done, else why not.</summary>
    internal ShareFault? TryReplace(ShareChain candidate, ICoinBlocks coin)
    {
        lock (_gate)
        {
            if (ForeignChain.Refuse(candidate, _chain, Parameters, coin) is { } problem)
            {
                return new ShareFault(ShareFault.Orphan, problem);
            }
            LogReplaced(_chain.Height, candidate.Height);
            _chain = candidate;
            _store.Renew(); // or the old chain, which may look heavier, would be back after a restart
            foreach (ChainShare share in candidate.History(candidate.TipId).OrderBy(static share => share.Core.Height))
            {
                _store.Append(share);
            }
            _keeper.Wake.Set();
            Announce();
            return null;
        }
    }

    /// <summary>Under the gate; null when it is in the chain now.</summary>
    private ShareFault? TakeOld(ChainShare share, ShareOrigin origin, uint deep, bool isProven, ref bool isNew)
    {
        _held.Remove(share.Id);
        _orphans.Remove(share.Id);
        ShareFault? fault = share.Core.Height < deep ? _chain.Restore(share) : _chain.Add(share);
        if (fault is null)
        {
            isNew = true;
            OnAdded(share, origin, isProven);
            if (!isProven)
            {
                _late.Add(share, origin.Peer);
            }
            TakeWaiting(new Arrival(ArrivalKind.Taken, share, null));
        }
        return _chain.Find(share.Id) is null ? fault : null;
    }

    /// <summary>Shares below this height are in nobody's window any more when all of these are taken.</summary>
    private uint WindowBelow(IReadOnlyList<ChainShare> oldestFirst)
    {
        uint top = oldestFirst.Count == 0 ? 0 : oldestFirst[^1].Core.Height;
        uint window = (uint)Parameters.WindowShares;
        return top > window ? top - window : 0;
    }
}
