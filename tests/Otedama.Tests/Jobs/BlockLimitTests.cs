using Otedama.Core;
using Otedama.Pool;
using Xunit;
using static Otedama.Tests.Jobs.JobSamples;

namespace Otedama.Tests.Jobs;

/// <summary>Blocks keep the node's limits for every coinbase class, and no child loses its parent.</summary>
public class BlockLimitTests
{
    private readonly HeldClock _time = new();

    public static TheoryData<CoinbaseClass> Classes => [.. Enum.GetValues<CoinbaseClass>()];

    [Theory]
    [MemberData(nameof(Classes))]
    public void The_cheapest_transactions_make_room_for_all_payees(CoinbaseClass size)
    {
        Template template = Full();
        using JobBook book = Book(_time, static (template, max) => Split(template.CoinbaseValue, max));
        book.Offer(template);
        PoolJob job = book.JobFor(size)!;
        Assert.Equal(size.OutputsMax(), job.Split.Outputs.Count);
        CheckBlock(job, template);
        HashSet<long> kept = [.. job.Template.Transactions.Select(static t => t.Fee.Units)];
        long dearestGone = template.Transactions.Select(static t => t.Fee.Units).Where(fee => !kept.Contains(fee)).DefaultIfEmpty(0).Max();
        Assert.True(dearestGone < 100, $"a transaction that pays {dearestGone} was left out although cheaper ones could go");
        Assert.Contains(100L, kept); // cheap, but a dear child spends from it
    }

    [Theory]
    [MemberData(nameof(Classes))]
    public void Where_transactions_have_to_stay_fewer_payees_are_paid(CoinbaseClass size)
    {
        Template template = Full() with { Depends = null };
        using JobBook book = Book(_time, static (template, max) => Split(template.CoinbaseValue, max));
        book.Offer(template);
        PoolJob job = book.JobFor(size)!;
        Assert.Equal(template.Transactions.Count, job.Template.Transactions.Count);
        Assert.InRange(job.Split.Outputs.Count, 1, size.OutputsMax());
        CheckBlock(job, template);
    }

    [Fact]
    public void Signature_operations_and_bytes_are_counted_as_well()
    {
        byte[] script = Otedama.Core.Script.PayToPublicKeyHash(new byte[20]);
        PayoutSplit Pay(Template template, int max) => Split(template.CoinbaseValue, max) with
        {
            Outputs = [.. Split(template.CoinbaseValue, max).Outputs.Select(o => o with { Script = script })],
        };
        Template template = Full() with { WeightLimit = 4_000_000, SizeLimit = 4_000_000, SigOpLimit = 4 * 1_000 + 20 };
        using JobBook book = Book(_time, Pay);
        book.Offer(template);
        CheckBlock(book.JobFor(CoinbaseClass.Default)!, template);
        Template bytes = Full() with { WeightLimit = 0, SizeLimit = Full().SizeLimit - 4_000 };
        book.Offer(bytes with { PreviousHash = Id(2) });
        CheckBlock(book.JobFor(CoinbaseClass.Whatsminer)!, bytes);
    }

    [Fact]
    public void A_template_that_leaves_no_room_gives_no_job()
    {
        Template full = Full() with { Depends = null };
        using JobBook book = Book(_time);
        book.Offer(full with { WeightLimit = BlockMeasure.OfTransactions(full).Weight + 100 });
        Assert.Null(book.Current);
    }

    [Fact]
    public void The_first_job_of_each_class_is_announced_once()
    {
        using JobBook book = Book(_time, static (template, max) => Split(template.CoinbaseValue, max));
        JobNotes notes = new();
        book.Tell(notes);
        book.Offer(Template());
        _ = book.JobFor(CoinbaseClass.Epic);
        _ = book.JobFor(CoinbaseClass.Epic);
        _time.Advance(31, book);
        _ = book.JobFor(CoinbaseClass.Epic);
        Assert.Equal([CoinbaseClass.Default, CoinbaseClass.Epic], notes.Opened);
    }

    /// <summary>
    /// 1,000 transactions of 3,984 units that pay 1 to 1,000; the one that pays 100 is the parent of the dearest. 3,992,000 of
    /// 3,996,000 units are taken, which is what nodes leave for a small coinbase.
    /// </summary>
    private static Template Full()
    {
        TemplateTransaction[] transactions = [.. Enumerable.Range(1, 1_000).Select(static i =>
            new TemplateTransaction(Sha256d.Hash(BitConverter.GetBytes(i)), new byte[996], new Amount(i), 3_984) { SigOps = 4 })];
        int[][] depends = [.. transactions.Select(static _ => Array.Empty<int>())];
        depends[^1] = [100];
        return Template(transactions: 0) with
        {
            Transactions = transactions,
            Depends = depends,
            WeightLimit = (1_000 * 3_984) + 4_000,
            SizeLimit = (1_000 * 996) + 1_000,
            SigOpLimit = 80_000,
            CoinbaseValue = new Amount(5_000_000_000 + transactions.Sum(static t => t.Fee.Units)),
        };
    }

    private static void CheckBlock(PoolJob job, Template template)
    {
        byte[] extranonce = new byte[JobBuilder.Extranonce1Length + JobBuilder.Extranonce2Length];
        AssembledBlock block = job.Assemble(job.Job.BlockRecipe.Unsolved(extranonce), extranonce);
        long head = block.HeadHex.Length / 2;
        long tail = block.TailHex.Length / 2;
        const int witness = 36;
        long weight = (4 * (head - witness)) + witness + job.Template.Transactions.Sum(static t => (long)t.Weight);
        Assert.True(template.WeightLimit == 0 || weight <= template.WeightLimit, $"weight {weight} over {template.WeightLimit}");
        Assert.True(head + tail <= template.SizeLimit, $"{head + tail} bytes over {template.SizeLimit}");
        long sigOps = job.Template.Transactions.Sum(static t => t.SigOps) + (4 * job.Split.Outputs.Sum(static o => Otedama.Core.Script.SigOps(o.Script.Span)));
        Assert.True(sigOps <= template.SigOpLimit, $"{sigOps} signature operations over {template.SigOpLimit}");
        CheckContents(job, template);
    }

    private static void CheckContents(PoolJob job, Template template)
    {
        Amount gone = new(template.Transactions.Sum(static t => t.Fee.Units) - job.Template.Transactions.Sum(static t => t.Fee.Units));
        Assert.Equal(template.CoinbaseValue - gone, job.Template.CoinbaseValue);
        Assert.Equal(job.Template.CoinbaseValue.Units, job.Split.Outputs.Sum(static o => o.Amount.Units));
        HashSet<Hash256> inside = [.. job.Template.Transactions.Select(static t => t.TxId)];
        for (int i = 0; i < (template.Depends?.Count ?? 0); i++)
        {
            Assert.True(!inside.Contains(template.Transactions[i].TxId) || template.Depends![i].All(parent => inside.Contains(template.Transactions[parent - 1].TxId)));
        }
        if (job.Template.Transactions.Count < template.Transactions.Count)
        {
            Hash256[] leaves = [Hash256.Zero, .. job.Template.Transactions.Select(static t => t.WitnessId)];
            Assert.Equal(Sha256d.Pair(Merkle.Root(leaves), Hash256.Zero), Coinbase.CommitmentOf(job.Template.WitnessCommitment.Span));
            Assert.Equal(JobBuilder.MerkleBranches(job.Template), job.Recipe.Branches.ToArray());
        }
    }
}
