using Otedama.Core;

namespace Otedama.Node;

/// <summary>Block checks that need no coins, in Bitcoin Core's order and words. Null when fine.</summary>
internal static class BlockRules
{
    /// <summary>The smallest stripped transaction is 60 bytes; more of them than fit is nonsense.</summary>
    private const int TransactionsMax = ChainRules.WeightMax / (60 * 4);

    /// <summary>
    /// True for reasons that another body under the same header may not have; such a block is not remembered as
    /// invalid.
    /// </summary>
    public static bool IsMutation(string reason) => reason is "bad-txnmrklroot" or "bad-txns-duplicate"
        or "bad-witness-nonce-size" or "bad-witness-merkle-match" or "unexpected-witness";

    /// <summary>Proof of work against the header's own bits.</summary>
    public static string? CheckProof(BlockHeader header, ChainRules rules, IProofChecker proofs)
    {
        if (!Target.TryFromCompact(header.Bits, out Target target) || target > Target.FromCompact(rules.Coin.PowLimitBits))
        {
            return "high-hash";
        }
        byte[] data = header.ProofData();
        ProofItem item = new(0, data.Length, header.ClaimedHeight ?? 0, target);
        Span<ProofResult> result = new ProofResult[1];
        proofs.Check(rules.Coin.Algorithm, [item], data, result);
        return result[0].Verdict switch
        {
            ProofVerdict.Valid => null,
            ProofVerdict.BadProof or ProofVerdict.Malformed => "invalid-proof",
            _ => "high-hash",
        };
    }

    /// <summary>Merkle root, size, coinbase position, each transaction alone, signature operations.</summary>
    public static string? CheckBody(Block block)
    {
        Hash256[] leaves = [.. block.Transactions.Select(transaction => transaction.TxId)];
        if (Merkle.Root(leaves, out bool duplicated) != block.Header.MerkleRoot)
        {
            return "bad-txnmrklroot";
        }
        if (duplicated)
        {
            return "bad-txns-duplicate";
        }
        if (leaves.Length is 0 or > TransactionsMax)
        {
            return "bad-blk-length";
        }
        if (!block.Transactions[0].IsCoinbase)
        {
            return "bad-cb-missing";
        }
        if (block.Transactions.Skip(1).Any(transaction => transaction.IsCoinbase))
        {
            return "bad-cb-multiple";
        }
        foreach (Transaction transaction in block.Transactions)
        {
            if (TransactionRules.CheckAlone(transaction) is string reason)
            {
                return reason;
            }
        }
        return block.Transactions.Sum(TransactionRules.SigOpCost) > ChainRules.SigOpCostMax ? "bad-blk-sigops" : null;
    }

    /// <summary>Bits and time of a header after this parent; now in seconds since 1970.</summary>
    public static string? CheckHeader(BlockHeader header, ChainEntry parent, long now, ChainRules rules)
    {
        if (header.ClaimedHeight is { } height && height != parent.Height + 1)
        {
            return "bad-height";
        }
        if (header.Bits != Retargeter.NextBits(parent, header.Time, rules))
        {
            return "bad-diffbits";
        }
        if (header.Time <= parent.MedianTime)
        {
            return "time-too-old";
        }
        if (header.Time > now + ChainRules.FutureSecondsMax)
        {
            return "time-too-new";
        }
        return rules.Coin.Family.Refuses(header);
    }

    /// <summary>Lock times, height in the coinbase, witness commitment, weight.</summary>
    public static string? CheckPlace(Block block, ChainEntry parent)
    {
        int height = parent.Height + 1;
        uint medianTime = parent.MedianTime;
        if (!block.Transactions.All(transaction => TransactionRules.IsFinal(transaction, height, medianTime)))
        {
            return "bad-txns-nonfinal";
        }
        if (!Coinbase.HasHeight(block.Transactions[0].Inputs[0].Script.Span, height))
        {
            return "bad-cb-height";
        }
        return CheckWitness(block) ?? (block.Weight > ChainRules.WeightMax ? "bad-blk-weight" : null);
    }

    private static string? CheckWitness(Block block)
    {
        Transaction coinbase = block.Transactions[0];
        int index = Coinbase.CommitmentIndex(coinbase);
        if (index < 0)
        {
            return block.Transactions.Any(transaction => transaction.HasWitness) ? "unexpected-witness" : null;
        }
        IReadOnlyList<ReadOnlyMemory<byte>> witness = coinbase.Inputs[0].Witness;
        if (witness.Count != 1 || witness[0].Length != Hash256.Size)
        {
            return "bad-witness-nonce-size";
        }
        Hash256 expected = Coinbase.Commitment(block.Transactions.Skip(1), new Hash256(witness[0].Span));
        return Coinbase.CommitmentOf(coinbase.Outputs[index].Script.Span) == expected ? null : "bad-witness-merkle-match";
    }
}
