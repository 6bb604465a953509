using Otedama.Core;

namespace Otedama.Pool;

/// <summary>What is done about a job whose block would not keep the template's limits.</summary>
internal static class BlockRoom
{
    /// <summary>
    /// Makes room at the price of the cheapest transactions; where these have to stay, with fewer payees. Returns with
    /// how many the next try is to be made; throws ArgumentException when even one is too many. Under the mint's lock.
    /// </summary>
    /// <param name="payees">At most so many were asked for.</param>
    public static int Gain(Publication publication, PoolJob job, BlockMeasure excess, int payees)
    {
        Template template = job.Template;
        if (TemplateTrimmer.Trim(template, excess) is { } smaller)
        {
            publication.Trim(job.Class, new PreparedTemplate(smaller));
            return payees;
        }
        int outputs = job.Split.Outputs.Count;
        if (outputs <= 1 || template.IsFixed)
        {
            BlockMeasure block = job.Prepared.Measure + job.CoinbaseMeasure;
            throw new ArgumentException(
                $"the block would have weight {block.Weight}, {block.Size} bytes and {block.SigOps} signature "
                + $"operations; the node's template allows {Limit(template.WeightLimit)}, {Limit(template.SizeLimit)} "
                + $"and {Limit(template.SigOpLimit)}. "
                + "Lower the node's block size, as Bitcoin Core does by blockmaxweight.");
        }
        return Math.Max(1, Math.Min(payees, outputs) - FewerPayees(excess, outputs));
    }

    private static string Limit(long limit) => limit == 0 ? "any" : $"{limit}";

    /// <summary>
    /// Outputs to take out, counted by the smallest there are, 31 bytes; at least an eighth, so that few rounds are needed.
    /// </summary>
    private static int FewerPayees(BlockMeasure excess, int outputs)
    {
        long fewer = Math.Max(excess.Weight / 124, Math.Max(excess.Size / 31, excess.SigOps / 4));
        return (int)Math.Clamp(fewer, 1 + (outputs / 8), outputs);
    }
}
