namespace Otedama.Core;

/// <summary>Takes the cheapest transactions out of a template whose block would be too large. Pure.</summary>
public static class TemplateTrimmer
{
    /// <summary>
    /// A template without the cheapest transactions, at least `excess` smaller; coinbase value and witness commitment
    /// follow. A transaction goes only after all that spend from it, so none is left without its parent. Null when not
    /// enough may be left out.
    /// </summary>
    public static Template? Trim(Template template, BlockMeasure excess)
    {
        if (template.Depends is not { } depends || depends.Count != template.Transactions.Count)
        {
            return null;
        }
        int[] children = CountChildren(depends);
        PriorityQueue<int, (double Rate, int Place)> leaves = new();
        for (int i = 0; i < children.Length; i++)
        {
            Offer(template, children, leaves, i);
        }
        bool[] gone = new bool[children.Length];
        Amount fees = Amount.Zero;
        BlockMeasure left = excess;
        while (!left.IsNothing)
        {
            if (!leaves.TryDequeue(out int place, out _))
            {
                return null;
            }
            gone[place] = true;
            fees += template.Transactions[place].Fee;
            left -= BlockMeasure.Of(template.Transactions[place]);
            foreach (int parent in depends[place])
            {
                children[parent - 1]--;
                Offer(template, children, leaves, parent - 1);
            }
        }
        return Without(template, gone, fees);
    }

    /// <summary>Cheapest by weight first; among equals the later one, which is what the node would give up first.</summary>
    private static void Offer(Template template, int[] children, PriorityQueue<int, (double Rate, int Place)> leaves, int place)
    {
        TemplateTransaction transaction = template.Transactions[place];
        if (children[place] == 0 && !transaction.Required && transaction.Fee >= Amount.Zero)
        {
            leaves.Enqueue(place, ((double)transaction.Fee.Units / Math.Max(1, transaction.Weight), -place));
        }
    }

    private static int[] CountChildren(IReadOnlyList<int[]> depends)
    {
        int[] children = new int[depends.Count];
        foreach (int[] parents in depends)
        {
            foreach (int parent in parents)
            {
                children[parent - 1]++;
            }
        }
        return children;
    }

    private static Template Without(Template template, bool[] gone, Amount fees)
    {
        int[] newPlace = new int[gone.Length];
        List<TemplateTransaction> kept = new(gone.Length);
        List<int[]> depends = new(gone.Length);
        for (int i = 0; i < gone.Length; i++)
        {
            if (gone[i])
            {
                continue;
            }
            kept.Add(template.Transactions[i]);
            newPlace[i] = kept.Count;
            depends.Add(Array.ConvertAll(template.Depends![i], parent => newPlace[parent - 1])); // parents stand before
        }
        return template with
        {
            Transactions = kept,
            Depends = depends,
            CoinbaseValue = template.CoinbaseValue - fees,
            WitnessCommitment = template.WitnessCommitment.IsEmpty ? [] : CommitmentOf(kept),
        };
    }

    private static byte[] CommitmentOf(List<TemplateTransaction> transactions)
    {
        Hash256[] leaves = new Hash256[transactions.Count + 1];
        leaves[0] = Hash256.Zero; // the coinbase, whose identifier cannot be known yet
        for (int i = 0; i < transactions.Count; i++)
        {
            leaves[i + 1] = transactions[i].WitnessId;
        }
        return Coinbase.CommitmentScript(Sha256d.Pair(Merkle.Root(leaves), Hash256.Zero));
    }
}
