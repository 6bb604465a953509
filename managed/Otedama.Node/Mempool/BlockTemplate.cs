using Otedama.Core;

namespace Otedama.Node;

/// <summary>A transaction in a template: its entry and the 1-based places of those it depends on.</summary>
internal sealed record TemplateEntry(MempoolEntry Entry, IReadOnlyList<int> Depends);

/// <summary>What the next block could be.</summary>
internal sealed record BlockTemplate
{
    /// <summary>Weight left for header, counts and coinbase.</summary>
    private const int WeightReserved = 8_000;

    /// <summary>Signature operations left for the coinbase.</summary>
    private const int SigOpsReserved = 400;

    public required ChainEntry Tip { get; init; }

    public required long PoolGeneration { get; init; }

    public required IReadOnlyList<TemplateEntry> Transactions { get; init; }

    public required Amount CoinbaseValue { get; init; }

    public int Height => Tip.Height + 1;

    /// <summary>Earliest header time: one more than the median of the last eleven.</summary>
    public uint TimeMin => Tip.MedianTime + 1;

    public string LongPollId => $"{Tip.Id}{PoolGeneration}";

    public IEnumerable<Transaction> Bodies => Transactions.Select(each => each.Entry.Transaction);

    /// <summary>Best ancestor fee rate first, parents before children, until the block is full.</summary>
    public static BlockTemplate Build(BlockStore store, TransactionPool pool, ChainRules rules)
    {
        List<MempoolEntry> waiting = [.. pool.ByArrival];
        waiting.Sort((left, right) => right.PaysBetterThan(left) ? 1 : left.PaysBetterThan(right) ? -1 : left.Order.CompareTo(right.Order));
        Dictionary<MempoolEntry, int> places = [];
        List<TemplateEntry> chosen = [];
        long weight = WeightReserved;
        int sigOps = SigOpsReserved;
        Amount fees = Amount.Zero;
        foreach (MempoolEntry entry in waiting)
        {
            List<MempoolEntry> package = [.. TransactionPool.Ancestors(entry).Append(entry).Where(each => !places.ContainsKey(each)).OrderBy(each => each.Order)];
            long packageWeight = package.Sum(each => (long)each.Transaction.Weight);
            int packageSigOps = package.Sum(each => each.SigOpCost);
            if (weight + packageWeight > ChainRules.WeightMax || sigOps + packageSigOps > ChainRules.SigOpCostMax)
            {
                continue;
            }
            foreach (MempoolEntry each in package)
            {
                chosen.Add(new TemplateEntry(each, [.. each.Parents.Select(parent => places[parent]).Order()]));
                places.Add(each, chosen.Count);
                fees += each.Fee;
            }
            weight += packageWeight;
            sigOps += packageSigOps;
        }
        return new BlockTemplate
        {
            Tip = store.Tip,
            PoolGeneration = pool.Generation,
            Transactions = chosen,
            CoinbaseValue = rules.Coin.Subsidy(store.Tip.Height + 1) + fees,
        };
    }
}
