using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Node;

/// <summary>
/// Transactions waiting for a block. Bounded by bytes; the lowest ancestor fee rate goes first. Conflicts are
/// refused, there is no replacement. Not thread-safe: the chain's lock guards it.
/// </summary>
internal sealed class TransactionPool(BlockStore store, ChainRules rules, long feePerKvbMin, long bytesMax, TimeProvider time)
{
    private const int WeightMax = 400_000, AncestorsMax = 25;
    private const int SigOpCostMax = ChainRules.SigOpCostMax / 5;

    private readonly Dictionary<Hash256, MempoolEntry> _entries = [];
    private readonly Dictionary<OutPoint, MempoolEntry> _spent = [];
    private long _order;

    /// <summary>Rises with every change; part of the long poll id.</summary>
    public long Generation { get; private set; }

    public long Bytes { get; private set; }

    public int Count => _entries.Count;

    public IEnumerable<MempoolEntry> ByArrival => _entries.Values.OrderBy(entry => entry.Order);

    public MempoolEntry? Find(Hash256 txId) => _entries.GetValueOrDefault(txId);

    public bool IsSpent(OutPoint point) => _spent.ContainsKey(point);

    /// <summary>True when the very same transaction, witness included, was checked here.</summary>
    public bool Knows(Transaction transaction) => Find(transaction.TxId)?.Transaction.WTxId == transaction.WTxId;

    /// <summary>Checks and takes a transaction; null when taken or already here.</summary>
    public MempoolRefusal? Add(Transaction transaction)
    {
        if (_entries.ContainsKey(transaction.TxId))
        {
            return null;
        }
        if (CheckAlone(transaction) is string alone)
        {
            return Refuse(alone);
        }
        Coin[] coins = new Coin[transaction.Inputs.Count];
        HashSet<MempoolEntry> parents = [];
        if (FindCoins(transaction, coins, parents) is MempoolRefusal missing)
        {
            return missing;
        }
        if (CheckSpend(transaction, coins, out Amount fee) is string reason)
        {
            return Refuse(reason);
        }
        int sigOpCost = TransactionRules.SigOpCost(transaction);
        if (sigOpCost > SigOpCostMax)
        {
            return Refuse("bad-txns-too-many-sigops");
        }
        MempoolEntry entry = new(transaction, fee, sigOpCost, _order++, time.GetUtcNow().ToUnixTimeSeconds());
        entry.Parents.UnionWith(parents);
        HashSet<MempoolEntry> ancestors = Ancestors(entry);
        if (ancestors.Count >= AncestorsMax)
        {
            return Refuse($"too-long-mempool-chain, too many unconfirmed ancestors [limit: {AncestorsMax}]");
        }
        Insert(entry, ancestors);
        return Evict(entry) ? Refuse("mempool full") : null;
    }

    /// <summary>Drops what a new block contains and what conflicts with it.</summary>
    public void RemoveConfirmed(Block block)
    {
        foreach (Transaction transaction in block.Transactions)
        {
            if (_entries.TryGetValue(transaction.TxId, out MempoolEntry? confirmed))
            {
                RemoveOne(confirmed);
            }
            foreach (TxInput input in transaction.Inputs)
            {
                if (_spent.TryGetValue(input.Previous, out MempoolEntry? conflict))
                {
                    RemoveWithDescendants(conflict);
                }
            }
        }
    }

    /// <summary>
    /// After a reorganisation: everything that waits, and what the lost blocks held, is checked anew.
    /// </summary>
    public void Rebuild(IEnumerable<Block> disconnected)
    {
        List<Transaction> all = [.. disconnected.SelectMany(block => block.Transactions.Skip(1)), .. ByArrival.Select(entry => entry.Transaction)];
        _entries.Clear();
        _spent.Clear();
        Bytes = 0;
        Generation++;
        foreach (Transaction transaction in all)
        {
            Add(transaction); // what no longer fits the new chain is dropped
        }
    }

    private static string? CheckAlone(Transaction transaction)
    {
        if (transaction.IsCoinbase)
        {
            return "coinbase";
        }
        return TransactionRules.CheckAlone(transaction) ?? (transaction.Weight > WeightMax ? "tx-size" : null);
    }

    private MempoolRefusal? FindCoins(Transaction transaction, Coin[] coins, HashSet<MempoolEntry> parents)
    {
        for (int i = 0; i < coins.Length; i++)
        {
            OutPoint point = transaction.Inputs[i].Previous;
            if (_spent.ContainsKey(point))
            {
                return Refuse("txn-mempool-conflict");
            }
            Coin? coin = store.Coins.Find(point);
            if (coin is null && _entries.TryGetValue(point.TxId, out MempoolEntry? parent) && point.Index < parent.Transaction.Outputs.Count)
            {
                coin = new Coin(parent.Transaction.Outputs[(int)point.Index], store.Tip.Height + 1, false);
                parents.Add(parent);
            }
            if (coin is null)
            {
                bool confirmed = Enumerable.Range(0, transaction.Outputs.Count).Any(output => store.Coins.Find(new OutPoint(transaction.TxId, (uint)output)) is not null);
                return confirmed
                    ? new MempoolRefusal(RpcFaultCode.AlreadyInChain, "Transaction outputs already in utxo set")
                    : new MempoolRefusal(RpcFaultCode.Verify, "bad-txns-inputs-missingorspent");
            }
            coins[i] = coin;
        }
        return null;
    }

    private string? CheckSpend(Transaction transaction, Coin[] coins, out Amount fee)
    {
        int height = store.Tip.Height + 1;
        if (TransactionRules.CheckSpend(transaction, coins, height, rules.Coin.CoinbaseMaturity, out fee) is string reason)
        {
            return reason;
        }
        if (!TransactionRules.IsFinal(transaction, height, store.Tip.MedianTime))
        {
            return "non-final";
        }
        if (!TransactionRules.AreRelativeLocksMet(transaction, coins, store.Tip))
        {
            return "non-BIP68-final";
        }
        long least = feePerKvbMin * transaction.VirtualSize / 1000;
        if (fee.Units < least)
        {
            return $"min relay fee not met, {fee.Units} < {least}";
        }
        for (int i = 0; i < coins.Length; i++)
        {
            if (SpendRules.Check(transaction, i, coins[i]) is string script)
            {
                return script;
            }
        }
        return null;
    }

    private void Insert(MempoolEntry entry, HashSet<MempoolEntry> ancestors)
    {
        foreach (MempoolEntry ancestor in ancestors)
        {
            entry.AncestorFee += ancestor.Fee;
            entry.AncestorSize += ancestor.Transaction.VirtualSize;
        }
        foreach (MempoolEntry parent in entry.Parents)
        {
            parent.Children.Add(entry);
        }
        foreach (TxInput input in entry.Transaction.Inputs)
        {
            _spent.Add(input.Previous, entry);
        }
        _entries.Add(entry.TxId, entry);
        Bytes += entry.Transaction.Size;
        Generation++;
    }

    /// <summary>Brings the pool under its limit. True when the newcomer itself had to go.</summary>
    private bool Evict(MempoolEntry newcomer)
    {
        while (Bytes > bytesMax)
        {
            MempoolEntry worst = _entries.Values.Aggregate((low, entry) => low.PaysBetterThan(entry) ? entry : low);
            RemoveWithDescendants(worst);
        }
        return !_entries.ContainsKey(newcomer.TxId);
    }

    private void RemoveWithDescendants(MempoolEntry entry)
    {
        foreach (MempoolEntry child in entry.Children.ToList())
        {
            RemoveWithDescendants(child);
        }
        RemoveOne(entry);
    }

    /// <summary>Takes one out; its descendants stay and lose it as an ancestor.</summary>
    private void RemoveOne(MempoolEntry entry)
    {
        if (!_entries.Remove(entry.TxId))
        {
            return;
        }
        foreach (MempoolEntry descendant in Descendants(entry))
        {
            descendant.AncestorFee -= entry.Fee;
            descendant.AncestorSize -= entry.Transaction.VirtualSize;
        }
        foreach (MempoolEntry child in entry.Children)
        {
            child.Parents.Remove(entry);
        }
        foreach (MempoolEntry parent in entry.Parents)
        {
            parent.Children.Remove(entry);
        }
        foreach (TxInput input in entry.Transaction.Inputs)
        {
            _spent.Remove(input.Previous);
        }
        Bytes -= entry.Transaction.Size;
        Generation++;
    }

    public static HashSet<MempoolEntry> Ancestors(MempoolEntry entry) => Walk(entry, each => each.Parents);

    private static HashSet<MempoolEntry> Descendants(MempoolEntry entry) => Walk(entry, each => each.Children);

    private static HashSet<MempoolEntry> Walk(MempoolEntry start, Func<MempoolEntry, IEnumerable<MempoolEntry>> next)
    {
        HashSet<MempoolEntry> seen = [];
        Stack<MempoolEntry> open = new([start]);
        while (open.TryPop(out MempoolEntry? entry))
        {
            foreach (MempoolEntry related in next(entry))
            {
                if (seen.Add(related))
                {
                    open.Push(related);
                }
            }
        }
        return seen;
    }

    private static MempoolRefusal Refuse(string reason) => new(RpcFaultCode.VerifyRejected, reason);
}
