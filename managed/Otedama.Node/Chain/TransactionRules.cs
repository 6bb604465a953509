using Otedama.Core;

namespace Otedama.Node;

/// <summary>
/// What is true of a transaction by itself or with the coins it spends. Reasons are Bitcoin Core's words.
/// </summary>
internal static class TransactionRules
{
    private const uint LockTimeThreshold = 500_000_000;

    // BIP 68: bit 31 switches the rule off, bit 22 selects units of 512 seconds, 16 bits of value.
    private const uint SequenceOff = 1u << 31, SequenceIsTime = 1u << 22, SequenceMask = 0xffff;
    private const int SequenceTimeShift = 9;

    /// <summary>Null when fine.</summary>
    public static string? CheckAlone(Transaction transaction)
    {
        if (transaction.Inputs.Count == 0)
        {
            return "bad-txns-vin-empty";
        }
        if (transaction.Outputs.Count == 0)
        {
            return "bad-txns-vout-empty";
        }
        if (transaction.StrippedSize * 4 > ChainRules.WeightMax)
        {
            return "bad-txns-oversize";
        }
        return CheckOutputs(transaction) ?? CheckInputs(transaction);
    }

    /// <summary>True when the lock time allows a block of this height after this median time.</summary>
    public static bool IsFinal(Transaction transaction, int height, uint medianTime)
    {
        uint limit = transaction.LockTime < LockTimeThreshold ? (uint)height : medianTime;
        return transaction.LockTime < limit || transaction.LockTime == 0
            || transaction.Inputs.All(input => input.Sequence == TxInput.SequenceFinal);
    }

    /// <summary>BIP 68: every input's relative lock has passed in the block after parent.</summary>
    public static bool AreRelativeLocksMet(Transaction transaction, IReadOnlyList<Coin> coins, ChainEntry parent)
    {
        if (transaction.Version is >= 0 and < 2)
        {
            return true;
        }
        for (int i = 0; i < coins.Count; i++)
        {
            uint sequence = transaction.Inputs[i].Sequence;
            if ((sequence & SequenceOff) != 0)
            {
                continue;
            }
            uint value = sequence & SequenceMask;
            if ((sequence & SequenceIsTime) == 0)
            {
                if (parent.Height + 1 < coins[i].Height + value)
                {
                    return false;
                }
                continue;
            }
            uint since = parent.Ancestor(Math.Min(parent.Height, Math.Max(0, coins[i].Height - 1))).MedianTime;
            if (parent.MedianTime < since + ((ulong)value << SequenceTimeShift))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>Maturity and value: the fee, or a reason. coins are those of the inputs, in order.</summary>
    public static string? CheckSpend(Transaction transaction, IReadOnlyList<Coin> coins, int height, int maturity, out Amount fee)
    {
        fee = Amount.Zero;
        Amount total = Amount.Zero;
        foreach (Coin coin in coins)
        {
            if (coin.IsCoinbase && height - coin.Height < maturity)
            {
                return "bad-txns-premature-spend-of-coinbase";
            }
            total += coin.Output.Amount;
            if (total.Units > ChainRules.MoneyMax)
            {
                return "bad-txns-inputvalues-outofrange";
            }
        }
        Amount paid = transaction.Outputs.Aggregate(Amount.Zero, (sum, output) => sum + output.Amount);
        fee = total - paid;
        return fee < Amount.Zero ? "bad-txns-in-belowout" : null;
    }

    /// <summary>Weighted signature operations: legacy ones count four, those of witness scripts one.</summary>
    public static int SigOpCost(Transaction transaction)
    {
        int cost = 0;
        foreach (TxOutput output in transaction.Outputs)
        {
            cost += 4 * Script.SigOps(output.Script.Span);
        }
        foreach (TxInput input in transaction.Inputs)
        {
            cost += 4 * Script.SigOps(input.Script.Span);
            cost += !transaction.IsCoinbase && input.Witness.Count > 0 ? Script.SigOps(input.Witness[^1].Span) : 0;
        }
        return cost;
    }

    private static string? CheckOutputs(Transaction transaction)
    {
        long total = 0;
        foreach (TxOutput output in transaction.Outputs)
        {
            if (output.Amount.Units < 0)
            {
                return "bad-txns-vout-negative";
            }
            if (output.Amount.Units > ChainRules.MoneyMax)
            {
                return "bad-txns-vout-toolarge";
            }
            total += output.Amount.Units;
            if (total > ChainRules.MoneyMax)
            {
                return "bad-txns-txouttotal-toolarge";
            }
        }
        return null;
    }

    private static string? CheckInputs(Transaction transaction)
    {
        if (transaction.IsCoinbase)
        {
            int length = transaction.Inputs[0].Script.Length;
            return length is < Coinbase.ScriptBytesMin or > Coinbase.ScriptBytesMax ? "bad-cb-length" : null;
        }
        HashSet<OutPoint> seen = [];
        foreach (TxInput input in transaction.Inputs)
        {
            if (!seen.Add(input.Previous))
            {
                return "bad-txns-inputs-duplicate";
            }
            if (input.Previous.IsNull)
            {
                return "bad-txns-prevout-null";
            }
        }
        return null;
    }
}
