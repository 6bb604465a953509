using System.Net;
using System.Numerics;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama;

/// <summary>What has to be true of honest nodes, at any time and at the end.</summary>
internal sealed class NetAudit(NetWorld world)
{
    /// <summary>What a slow link or disk makes of an honest node.</summary>
    private static readonly PeerOffence[] s_slow =
    [
        PeerOffence.NoAnswer, PeerOffence.NoPong, PeerOffence.AnnouncedNothing, PeerOffence.OldCoinHeight,
        PeerOffence.OverRateLimit,
    ];

    private readonly Dictionary<Hash256, long> _made = []; // and when
    private readonly Dictionary<Hash256, List<(int Node, TimeSpan After)>> _had = [];
    private readonly Dictionary<int, Hash256[]> _kept = []; // main chain that a node's disk has, newest first
    private readonly HashSet<IPAddress> _hostile = [];

    public int Made => _made.Count;

    public int Blames { get; private set; }

    public int Bans { get; private set; }

    /// <summary>By share: which nodes had it how long after it was found.</summary>
    public IEnumerable<IReadOnlyList<(int Node, TimeSpan After)>> Spreads => _had.Values;

    public void AddHostile(IPAddress address) => _hostile.Add(address);

    /// <summary>An honest miner found it, or nothing is wrong with it although somebody else did.</summary>
    public void OnMade(NetNode? by, ChainShare share)
    {
        if (_made.TryAdd(share.Id, world.Schedule.Now) && by is not null)
        {
            _had[share.Id] = [];
            world.Note(
                by.Name,
                $"finds {share} on {share.Core.Parent.ToString()[..8]} with {share.Core.Uncles.Count} uncles");
        }
    }

    /// <summary>Nothing that breaks a rule gets into an honest node's chain.</summary>
    public void OnTaken(NetNode node, ChainShare share)
    {
        if (!_made.TryGetValue(share.Id, out long at))
        {
            world.Fail($"{node.Name} takes share {share}, which breaks a rule");
        }
        else if (_had.TryGetValue(share.Id, out List<(int, TimeSpan)>? had))
        {
            had.Add((node.Number, TimeSpan.FromTicks(world.Schedule.Now - at)));
        }
        (int orphans, int held) = node.Desk.Waiting;
        if (orphans > OrphanPool.Max || held > HeldShares.Max)
        {
            world.Fail($"{node.Name} has {orphans} orphans and {held} held shares");
        }
    }

    /// <summary>The node says that all it has is on its disk.</summary>
    public void OnKept(NetNode node) =>
        _kept[node.Number] = node.Desk.Look(static chain => chain.Newest().Select(static share => share.Id).ToArray());

    public void OnDiskLost(NetNode node) => _kept.Remove(node.Number);

    /// <summary>What was on the disk is there again, but for what lies too deep to be kept.</summary>
    public void OnStarted(NetNode node)
    {
        if (!_kept.TryGetValue(node.Number, out Hash256[]? kept))
        {
            return;
        }
        int most = Math.Min(kept.Length, 2 * world.Parameters.WindowShares);
        int found = node.Desk.Look(chain => kept.Take(most).Count(id => chain.Find(id) is not null));
        if (found < most)
        {
            world.Fail($"{node.Name} had {most} shares safe on its disk and has {found} of them after a start");
        }
    }

    /// <summary>
    /// Honest nodes never find honest ones guilty. One may be too slow to answer, pass on what had to wait until the
    /// coin was far ahead, and send all at once what a link held up; that alone is never enough for a ban.
    /// </summary>
    public void OnBlamed(NetNode by, string peer, string words)
    {
        Blames++;
        bool isBan = words.StartsWith("banned", StringComparison.Ordinal);
        Bans += isBan ? 1 : 0;
        string place = peer[(peer.IndexOf('@', StringComparison.Ordinal) + 1)..];
        IPAddress address = IPEndPoint.TryParse(place, out IPEndPoint? end) ? end.Address : IPAddress.Parse(place);
        bool isSlow = Array.Exists(s_slow, offence => Says(words, offence));
        if (!_hostile.Contains(address) && (isBan || !isSlow))
        {
            world.Fail($"{by.Name} blames an honest node, {peer}: {words}");
        }
    }

    /// <summary>All have one tip, pay the same, and pay what the shares say.</summary>
    public void CheckEnd(IReadOnlyList<NetNode> nodes)
    {
        NetNode best = nodes.MaxBy(static node => node.Desk.Tip.Work)!;
        foreach (NetNode node in nodes)
        {
            PeerTip tip = node.Desk.Tip, heaviest = best.Desk.Tip;
            if (tip.Id != heaviest.Id)
            {
                world.Fail($"{node.Name} is at height {tip.Height} with work {tip.Work} and {node.PeerCount} peers, "
                    + $"{best.Name} at {heaviest.Height} with {heaviest.Work}");
            }
            CheckPayments(node, best);
        }
    }

    private static bool Says(string words, PeerOffence offence) =>
        words.Contains(PeerOffences.Of(offence).Words, StringComparison.Ordinal);

    private void CheckPayments(NetNode node, NetNode best)
    {
        for (byte capClass = 0; capClass < world.Parameters.Caps.Count && world.Broken is null; capClass++)
        {
            string split = SplitOf(node, capClass), other = SplitOf(best, capClass);
            if (split != other)
            {
                world.Fail($"with one tip {node.Name} pays {split} in cap class {capClass}, {best.Name} {other}");
            }
        }
        node.Desk.Look(chain => CheckWindow(node, chain));
    }

    private string SplitOf(NetNode node, byte capClass)
    {
        IReadOnlyList<PayoutOutput>? outputs = node.Desk.Look(
            chain => chain.SplitFor(capClass, FreeShares.CoinValue, node.Payout));
        if (outputs is null)
        {
            world.Fail($"{node.Name} knows too little of the chain to tell whom to pay");
            return "";
        }
        long sum = outputs.Sum(static output => output.Amount.Units);
        int most = world.Parameters.Caps[capClass];
        if (sum != (long)FreeShares.CoinValue || outputs.Count > most)
        {
            world.Fail($"{node.Name} pays {sum} to {outputs.Count} in cap class {capClass}; "
                + $"{FreeShares.CoinValue} to {most} at most");
        }
        return string.Join(
            ',', outputs.Select(static output => $"{output.Amount.Units} {Hex.Encode(output.Script.Span)}"));
    }

    /// <summary>The window that moved with the chain is the one that a walk over the bytes finds.</summary>
    private bool CheckWindow(NetNode node, ShareChain chain)
    {
        Dictionary<Hash256, ChainShare> shares = chain.History(chain.TipId)
            .Select(share => ChainShare.Decode(share.Bytes.Span, ChainCoin.Of(world.Parameters), out _)!)
            .ToDictionary(static share => share.Id);
        Dictionary<PayoutKey, BigInteger> right = WindowBooks.Walk(chain.TipId, shares, world.Parameters);
        ChainPayee[] payees = chain.Payees() ?? [];
        bool isRight = payees.Length == right.Count
            && payees.All(payee => right.TryGetValue(payee.Key, out BigInteger weight) && weight == payee.Weight);
        if (!isRight)
        {
            world.Fail($"{node.Name} has a window of {payees.Length} payees; "
                + $"the shares of the chain make {right.Count}, or other weights");
        }
        return isRight;
    }
}
