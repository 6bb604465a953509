using System.Numerics;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama;

/// <summary>What has to be true of the honest nodes of one chain when all is calm again.</summary>
internal sealed class NetEndAudit(NetWorld world, ChainParameters rules, IReadOnlyList<NetNode> nodes)
{
    private readonly NetNode _best = nodes.MaxBy(static node => node.Desk.Tip.Work)!;

    /// <summary>All have one tip, pay the same, and pay what the shares say.</summary>
    public void Check()
    {
        foreach (NetNode node in nodes)
        {
            PeerTip tip = node.Desk.Tip, heaviest = _best.Desk.Tip;
            if (tip.Id != heaviest.Id)
            {
                world.Fail($"{node.Name} is at height {tip.Height} with work {tip.Work} and {node.PeerCount} peers, "
                    + $"{_best.Name} at {heaviest.Height} with {heaviest.Work}");
            }
            CheckPayments(node);
            CheckShares(node);
        }
        if (world.Broken is null && UncleBooks.Wrong(_best.Desk.Tip.Id, world.Audit.Shares, rules) is { } wrong)
        {
            world.Fail($"{_best.Name} has a chain whose {wrong}");
        }
        foreach (NetBlock block in world.Audit.Blocks.Where(block => block.By.Rules == rules && world.Broken is null))
        {
            CheckBlock(block);
        }
    }

    private void CheckPayments(NetNode node)
    {
        Hash256 tip = node.Desk.Tip.Id;
        Dictionary<PayoutKey, BigInteger> weights = WindowBooks.Walk(tip, world.Audit.Shares, rules);
        ChainPayee[] payees = node.Desk.Look(static chain => chain.Payees()) ?? [];
        bool isRight = payees.Length == weights.Count
            && payees.All(payee => weights.TryGetValue(payee.Key, out BigInteger weight) && weight == payee.Weight);
        if (!isRight)
        {
            world.Fail($"{node.Name} has a window of {payees.Length} payees; "
                + $"the shares of the chain make {weights.Count}, or other weights");
        }
        for (byte capClass = 0; capClass < rules.Caps.Count && world.Broken is null; capClass++)
        {
            string right = SplitOf(weights, capClass, tip, node.Payout);
            byte of = capClass;
            string split = Text(node.Desk.Look(chain => chain.SplitFor(of, FreeShares.CoinValue, node.Payout)));
            if (split != right)
            {
                world.Fail($"{node.Name} pays {split} in cap class {capClass}; by the shares it is {right}");
            }
        }
    }

    /// <summary>The main chain is the way from the tip, and no share waits for others that are there.</summary>
    private void CheckShares(NetNode node)
    {
        HashSet<Hash256> main =
            node.Desk.Look(static chain => chain.Newest().Select(static share => share.Id).ToHashSet());
        foreach (ChainShare share in world.Audit.Own)
        {
            Hash256 id = share.Id;
            bool has = node.Desk.Has(id);
            if (has && node.Desk.Look(chain => chain.IsMain(id)) != main.Contains(id))
            {
                world.Fail($"{node.Name} takes share {share} for one of the chain, or does not; the way from the tip "
                    + (main.Contains(id) ? "has it" : "has it not"));
            }
            bool waits = !has && node.Desk.IsKnown(id) && !node.Desk.Look(chain => chain.IsRefused(id));
            if (waits && share.Core.Uncles.Prepend(share.Core.Parent).All(node.Desk.Has))
            {
                world.Fail($"{node.Name} has share {share} waiting, and all that it names");
            }
        }
    }

    /// <summary>A block pays what every node, and a slow reckoning, says of the share before it.</summary>
    private void CheckBlock(NetBlock block)
    {
        ShareCore core = block.Share.Core;
        string paid = Text(CoinbaseBooks.Payees(block.Bytes));
        Dictionary<PayoutKey, BigInteger> weights = WindowBooks.Walk(core.Parent, world.Audit.Shares, rules);
        string right = SplitOf(weights, core.CapClass, core.Parent, core.Payout);
        if (paid != right)
        {
            world.Fail(
                $"coin block {block.Share.Work.Header.Id} of {block.By.Name} pays {paid}; by the shares it is {right}");
        }
        foreach (NetNode node in nodes)
        {
            IReadOnlyList<PayoutOutput>? split = node.Desk.Look(
                chain => chain.SplitOn(core.Parent, core.CapClass, core.CoinValue, core.Payout));
            if (split is not null && Text(split) != paid)
            {
                world.Fail($"coin block {block.Share.Work.Header.Id} of {block.By.Name} pays {paid}; "
                    + $"{node.Name} says {Text(split)}");
            }
        }
    }

    private string SplitOf(Dictionary<PayoutKey, BigInteger> weights, byte capClass, Hash256 parent, PayoutKey own) =>
        SplitBooks.Of(weights, FreeShares.CoinValue, rules.Caps[capClass], rules.Dust, parent, own);

    private static string Text(IReadOnlyList<PayoutOutput>? outputs) => outputs is null ? "nobody can tell whom"
        : string.Join(',', outputs.Select(static output => $"{output.Amount.Units} {Hex.Encode(output.Script.Span)}"));
}
