using Otedama.Core;

namespace Otedama.Node;

/// <summary>What a block spent, newest last, so that it can be taken back.</summary>
internal sealed class BlockUndo
{
    public List<(OutPoint Point, Coin Coin)> Spent { get; } = [];
}

/// <summary>All unspent outputs at the tip. Not thread-safe: the chain's lock guards it.</summary>
internal sealed class CoinSet(ChainRules rules)
{
    private readonly Dictionary<OutPoint, Coin> _coins = [];

    public int Count => _coins.Count;

    public IEnumerable<KeyValuePair<OutPoint, Coin>> All => _coins;

    public Coin? Find(OutPoint point) => _coins.GetValueOrDefault(point);

    /// <summary>
    /// Applies a block after checking its spends; on a reason nothing is changed. isKnownValid spares the scripts of
    /// transactions that were checked before; checkScripts false spares all (blocks from our own file).
    /// </summary>
    public string? Connect(Block block, ChainEntry parent, bool checkScripts, Func<Transaction, bool> isKnownValid, out BlockUndo undo)
    {
        undo = new BlockUndo();
        int height = parent.Height + 1;
        Amount fees = Amount.Zero;
        for (int i = 0; i < block.Transactions.Count; i++)
        {
            Transaction transaction = block.Transactions[i];
            string? reason = i == 0 ? null : Spend(transaction, parent, checkScripts && !isKnownValid(transaction), undo, ref fees);
            if (reason is not null)
            {
                Undo(block, i, undo);
                return reason;
            }
            Add(transaction, height);
        }
        Amount paid = block.Transactions[0].Outputs.Aggregate(Amount.Zero, (sum, output) => sum + output.Amount);
        if (paid > rules.Coin.Subsidy(height) + fees)
        {
            Undo(block, block.Transactions.Count, undo);
            return "bad-cb-amount";
        }
        return null;
    }

    /// <summary>Takes the tip block back.</summary>
    public void Disconnect(Block block, BlockUndo undo) => Undo(block, block.Transactions.Count, undo);

    private string? Spend(Transaction transaction, ChainEntry parent, bool checkScripts, BlockUndo undo, ref Amount fees)
    {
        Coin[] coins = new Coin[transaction.Inputs.Count];
        for (int i = 0; i < coins.Length; i++)
        {
            Coin? coin = Find(transaction.Inputs[i].Previous);
            if (coin is null)
            {
                return "bad-txns-inputs-missingorspent";
            }
            coins[i] = coin;
        }
        string? reason = TransactionRules.CheckSpend(transaction, coins, parent.Height + 1, rules.Coin.CoinbaseMaturity, out Amount fee);
        reason ??= TransactionRules.AreRelativeLocksMet(transaction, coins, parent) ? null : "bad-txns-nonfinal";
        for (int i = 0; i < coins.Length && reason is null && checkScripts; i++)
        {
            reason = SpendRules.Check(transaction, i, coins[i]);
        }
        if (reason is not null)
        {
            return reason;
        }
        fees += fee;
        for (int i = 0; i < coins.Length; i++)
        {
            _coins.Remove(transaction.Inputs[i].Previous);
            undo.Spent.Add((transaction.Inputs[i].Previous, coins[i]));
        }
        return null;
    }

    private void Add(Transaction transaction, int height)
    {
        for (int i = 0; i < transaction.Outputs.Count; i++)
        {
            TxOutput output = transaction.Outputs[i];
            if (!Script.IsUnspendable(output.Script.Span))
            {
                _coins[new OutPoint(transaction.TxId, (uint)i)] = new Coin(output, height, transaction.IsCoinbase);
            }
        }
    }

    /// <summary>
    /// Takes back the first count transactions. Inputs return before outputs go: a coin the block both made and spent
    /// ends up gone.
    /// </summary>
    private void Undo(Block block, int count, BlockUndo undo)
    {
        for (int i = undo.Spent.Count - 1; i >= 0; i--)
        {
            _coins[undo.Spent[i].Point] = undo.Spent[i].Coin;
        }
        for (int i = 0; i < count; i++)
        {
            Transaction transaction = block.Transactions[i];
            for (int output = 0; output < transaction.Outputs.Count; output++)
            {
                _coins.Remove(new OutPoint(transaction.TxId, (uint)output));
            }
        }
    }
}
