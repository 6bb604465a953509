namespace Otedama.Core;

/// <summary>How much of a block's room something takes, or how far a block is over its limits.</summary>
/// <param name="Weight">BIP 141 units.</param>
/// <param name="Size">Bytes with witness.</param>
/// <param name="SigOps">In the unit of the template's limit.</param>
public readonly record struct BlockMeasure(long Weight, long Size, long SigOps)
{
    /// <summary>Marker, flag, and one stack item of 32 bytes: what BIP 141 adds to the coinbase.</summary>
    private const int CoinbaseWitness = 2 + 1 + 1 + Hash256.Size;

    /// <summary>A byte outside the witness weighs four units, and so does a signature operation outside of it.</summary>
    private const int Scale = 4;

    public bool IsNothing => Weight <= 0 && Size <= 0 && SigOps <= 0;

    /// <summary>Header, transaction count and all transactions but the coinbase.</summary>
    public static BlockMeasure OfTransactions(Template template)
    {
        long frame = template.Family.HeaderBytesMax + CountBytes(template.Transactions.Count + 1);
        BlockMeasure sum = new(Scale * frame, frame, 0);
        foreach (TemplateTransaction transaction in template.Transactions)
        {
            sum += Of(transaction);
        }
        return sum;
    }

    public static BlockMeasure Of(TemplateTransaction transaction) =>
        new(transaction.Weight, transaction.Data.Length, transaction.SigOps);

    /// <summary>The coinbase of a job made of this template and split, extranonce and witness included.</summary>
    public static BlockMeasure OfCoinbase(Job job, Template template, PayoutSplit split, int extranonceLength)
    {
        int stripped = job.BlockRecipe.CoinbaseLength(extranonceLength);
        int witness = template.WitnessCommitment.IsEmpty ? 0 : CoinbaseWitness;
        long sigOps = Script.SigOps(template.CoinbaseAux.Span);
        foreach (PayoutOutput output in split.Outputs)
        {
            sigOps += Script.SigOps(output.Script.Span);
        }
        if (!template.GivenCoinbase.IsEmpty)
        {
            // The node's own outputs stay; counting the one that is replaced as well errs on the safe side.
            sigOps += GivenCoinbase.Parse(template.GivenCoinbase.Span).Outputs.Sum(static o => Script.SigOps(o.Script.Span));
        }
        return new BlockMeasure((Scale * stripped) + witness, stripped + witness, template.WeightLimit > 0 ? Scale * sigOps : sigOps);
    }

    /// <summary>By how much a block of this measure breaks the template's limits; zero or less where it keeps them.</summary>
    public BlockMeasure Over(Template template) => new(
        template.WeightLimit > 0 ? Weight - template.WeightLimit : 0,
        template.SizeLimit > 0 ? Size - template.SizeLimit : 0,
        template.SigOpLimit > 0 ? SigOps - template.SigOpLimit : 0);

    public static BlockMeasure operator +(BlockMeasure left, BlockMeasure right) =>
        new(left.Weight + right.Weight, left.Size + right.Size, left.SigOps + right.SigOps);

    public static BlockMeasure operator -(BlockMeasure left, BlockMeasure right) =>
        new(left.Weight - right.Weight, left.Size - right.Size, left.SigOps - right.SigOps);

    private static int CountBytes(int count) => count < 0xfd ? 1 : count <= ushort.MaxValue ? 3 : 5;
}
