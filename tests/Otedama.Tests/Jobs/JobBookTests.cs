using Otedama.Core;
using Otedama.Pool;
using Xunit;
using static Otedama.Tests.Jobs.JobSamples;

namespace Otedama.Tests.Jobs;

public class JobBookTests
{
    private readonly HeldClock _time = new();
    private readonly JobNotes _notes = new();

    [Fact]
    public void A_new_tip_replaces_and_new_transactions_update()
    {
        using JobBook book = Listen(Book(_time));
        Assert.Null(book.Current);
        Assert.Equal(0u, book.Generation);
        book.Offer(Template(tip: 1));
        Assert.True(_notes.Published[^1].Job.Clean);
        Assert.Equal(1u, book.Generation);

        _time.Advance(6, book);
        book.Offer(Template(tip: 1, transactions: 4));
        Assert.False(_notes.Published[^1].Job.Clean);
        Assert.Equal(1u, book.Generation);

        book.Offer(Template(height: 1001, tip: 2));
        Assert.True(_notes.Published[^1].Job.Clean);
        Assert.Equal(2u, book.Generation);
        Assert.Equal(3, _notes.Published.Count);
        Assert.All(_notes.Published, job => Assert.True(book.TryGet(job.Id, out PoolJob? known) && known == job));
        Assert.False(book.TryGet(_notes.Published[^1].Id + 1, out _));
    }

    [Fact]
    public void Busy_mempools_make_one_job_every_5_seconds_and_equal_templates_none()
    {
        using JobBook book = Listen(Book(_time));
        book.Offer(Template());
        book.Offer(Template(transactions: 4));
        book.Offer(Template(transactions: 5));
        Assert.Single(_notes.Published);
        _time.Advance(5, book);
        Assert.Equal(2, _notes.Published.Count);
        Assert.Equal(5, _notes.Published[^1].Template.Transactions.Count);
        _time.Advance(6, book);
        book.Offer(Template(transactions: 5));
        Assert.Equal(2, _notes.Published.Count);
    }

    [Fact]
    public void Silence_is_broken_every_30_seconds_with_a_new_coinbase_and_time()
    {
        using JobBook book = Listen(Book(_time));
        book.Offer(Template());
        _time.Advance(91, book);
        Assert.Equal(4, _notes.Published.Count);
        Assert.Equal([0u, 30u, 60u, 90u], _notes.Published.Select(job => job.Recipe.Time - 1_700_000_000u));
        Assert.Equal(4, _notes.Published.Select(static job => Hex.Encode(job.Recipe.CoinbasePrefix.Span)).Distinct().Count());
        Assert.All(_notes.Published, static job => Assert.Equal(1u, job.Job.Generation));
    }

    [Fact]
    public void A_node_that_offers_the_same_template_again_and_again_does_not_put_the_refresh_off()
    {
        using JobBook book = Listen(Book(_time));
        for (int second = 0; second < 95; second++)
        {
            book.Offer(Template());
            _time.Advance(1, book);
        }
        Assert.Equal([0u, 30u, 60u, 90u], _notes.Published.Select(job => job.Recipe.Time - 1_700_000_000u));
    }

    [Fact]
    public void Only_the_last_128_jobs_are_known()
    {
        using JobBook book = Listen(Book(_time));
        book.Offer(Template());
        _time.Advance(30 * 200, book);
        Assert.Equal(201, _notes.Published.Count);
        Assert.Equal(128, _notes.Published.Count(job => book.TryGetJob(job.Id, out _)));
        Assert.True(book.TryGet(_notes.Published[^128].Id, out _));
        Assert.False(book.TryGet(_notes.Published[^129].Id, out _));
    }

    [Fact]
    public void A_fresh_job_is_shared_by_all_that_have_not_had_it()
    {
        using JobBook book = Listen(Book(_time));
        Assert.Null(book.MintFresh(CoinbaseClass.Default, 0, 0));
        book.Offer(Template());
        uint first = book.Current!.Id;
        uint[] ids = [.. Enumerable.Range(0, 50).Select(_ => book.MintFresh(CoinbaseClass.Default, 0, first)!.Id)];
        Assert.Single(ids.Distinct());
        Assert.NotEqual(first, ids[0]);
        Assert.Equal(ids[0], book.Current!.Id);
        Assert.Single(_notes.Published);
    }

    [Fact]
    public void One_greedy_session_cannot_push_the_others_jobs_out()
    {
        using JobBook book = Listen(Book(_time));
        book.Offer(Template());
        uint first = book.Current!.Id;
        uint last = first;
        for (int i = 0; i < 1000; i++)
        {
            last = book.MintFresh(CoinbaseClass.Default, 0, last)!.Id;
        }
        Assert.Equal(first + 16, last);
        Assert.True(book.TryGet(first, out _));
        _time.Advance(2, book);
        Assert.Equal(last + 1, book.MintFresh(CoinbaseClass.Default, 0, last)!.Id);
    }

    [Fact]
    public void Classes_share_a_job_when_everybody_fits_and_get_their_own_when_not()
    {
        using JobBook few = Book(_time);
        few.Offer(Template());
        Assert.Same(few.Current, few.JobFor(CoinbaseClass.Tiny));
        Assert.Same(few.Current, few.JobFor(CoinbaseClass.Epic));

        using JobBook many = Book(_time, (template, max) => Split(template.CoinbaseValue, Math.Min(max, 100)));
        many.Offer(Template());
        PoolJob tiny = many.JobFor(CoinbaseClass.Tiny)!;
        PoolJob large = many.JobFor(CoinbaseClass.Whatsminer)!;
        Assert.Equal(CoinbaseClass.Tiny.OutputsMax(), tiny.Split.Outputs.Count);
        Assert.Equal(100, large.Split.Outputs.Count);
        Assert.Same(tiny, many.JobFor(CoinbaseClass.Tiny));
        Assert.Equal(3, new[] { tiny.Id, large.Id, many.Current!.Id }.Distinct().Count());
        Assert.True(many.TryGet(tiny.Id, out _));
    }

    [Fact]
    public void In_solo_mode_each_account_has_its_own_coinbase()
    {
        using JobBook book = Book(_time, solo: SoloSplit);
        book.Offer(Template());
        PoolJob one = book.JobFor(CoinbaseClass.Default, 1)!;
        PoolJob two = book.JobFor(CoinbaseClass.Default, 2)!;
        Assert.NotEqual(one.Id, two.Id);
        Assert.Equal(1, one.Split.Outputs[0].Script.Span[0]);
        Assert.Equal(2, two.Account);
    }

    [Fact]
    public void In_solo_mode_an_account_without_a_share_works_on_the_shared_coinbase()
    {
        HashSet<int> withShares = [];
        using JobBook book = Book(_time, solo: SoloSplit, owner: account => withShares.Contains(account) ? account : 0);
        book.Offer(Template());
        Assert.Same(book.Current, book.JobFor(CoinbaseClass.Default, 7));
        withShares.Add(7);
        Assert.Equal(7, book.JobFor(CoinbaseClass.Default, 7)!.Account);
        Assert.Same(book.Current, book.JobFor(CoinbaseClass.Default, 8));
    }

    [Fact]
    public void In_solo_mode_strangers_push_nobodys_jobs_out()
    {
        using JobBook book = Book(_time, solo: SoloSplit);
        book.Offer(Template());
        PoolJob honest = book.JobFor(CoinbaseClass.Default, 1)!;
        PoolJob shared = book.Current!;
        for (int stranger = 2; stranger < 10_000; stranger++)
        {
            PoolJob? job = book.JobFor(CoinbaseClass.Default, stranger);
            Assert.True(job is not null, $"no job for {stranger}");
            uint last = job.Id;
            Assert.Equal(stranger <= OwnedJobs.OwnersMax ? stranger : 0, job.Account);
            for (int i = 0; stranger == 2 && i < 1_000; i++)
            {
                last = book.MintFresh(CoinbaseClass.Default, stranger, last)!.Id;
            }
        }
        Assert.True(book.TryGet(honest.Id, out PoolJob? known) && known == honest);
        Assert.True(book.TryGet(shared.Id, out _));
        Assert.Same(honest, book.JobFor(CoinbaseClass.Default, 1));
        Assert.NotEqual(honest.Id, book.MintFresh(CoinbaseClass.Default, 1, honest.Id)!.Id); // the budget is the owner's own
        _time.Advance(601, book);
        Assert.Equal(9_999, book.JobFor(CoinbaseClass.Default, 9_999)!.Account); // places of those who left are given on
    }

    [Fact]
    public void A_filled_job_gets_a_successor_at_once_and_one_only()
    {
        using JobBook book = Listen(Book(_time));
        book.Offer(Template());
        uint first = book.Current!.Id;
        book.Succeed(first);
        book.Succeed(first);
        _time.Advance(0, book);
        Assert.Equal(2, _notes.Published.Count);
        Assert.False(_notes.Published[1].Job.Clean);
        book.Succeed(first); // its successor is out already
        _time.Advance(29, book);
        Assert.Equal(2, _notes.Published.Count);
        book.Succeed(book.Current!.Id);
        _time.Advance(0, book);
        Assert.Equal(3, _notes.Published.Count);
        Assert.Equal(3, _notes.Published.Select(static job => job.Id).Distinct().Count());
    }

    [Fact]
    public void Splits_that_move_every_ten_seconds_give_new_jobs_without_a_new_template()
    {
        int paid = 0;
        TestSplits splits = new((template, _) => new PayoutSplit
        {
            Reward = template.CoinbaseValue,
            Outputs = [new PayoutOutput(new byte[] { (byte)paid }, template.CoinbaseValue)],
        });
        using JobBook book = Listen(Book(_time, splits));
        book.Offer(Template());
        for (paid = 1; paid <= 12; paid++)
        {
            splits.Change();
            _time.Advance(10, book);
        }
        Assert.Equal(Enumerable.Range(0, 13), _notes.Published.Select(static job => (int)job.Split.Outputs[0].Script.Span[0]));
        Assert.All(_notes.Published, job => Assert.Same(_notes.Published[0].Prepared, job.Prepared));
        Assert.All(_notes.Published.Skip(1), static job => Assert.False(job.Job.Clean));
        Assert.All(_notes.Published, job => Assert.True(book.TryGet(job.Id, out _)));
    }

    [Fact]
    public void Splits_that_never_stand_still_push_no_jobs_out()
    {
        TestSplits splits = new();
        using JobBook book = Listen(Book(_time, splits));
        book.Offer(Template());
        for (int i = 0; i < 600; i++)
        {
            splits.Change();
            _time.Advance(0.1, book);
        }
        Assert.Equal(13, _notes.Published.Count); // one every 5 s
        Assert.Equal(_notes.Published[^1].Id, book.MintFresh(CoinbaseClass.Default, 0, _notes.Published[^1].Id)!.Id - 1); // the budget is whole
        Assert.All(_notes.Published, job => Assert.True(book.TryGet(job.Id, out _)));
    }

    [Fact]
    public void A_split_that_changes_while_a_job_is_made_of_the_old_one_gives_another()
    {
        TestSplits? splits = null;
        bool raced = false;
        splits = new TestSplits((template, max) =>
        {
            if (!raced)
            {
                raced = true;
                splits!.Change();
            }
            return Split(template, max);
        });
        using JobBook book = Listen(Book(_time, splits));
        book.Offer(Template());
        _time.Advance(29, book);
        Assert.Equal(2, _notes.Published.Count);
    }

    [Fact]
    public void A_failing_split_or_receiver_stops_nothing()
    {
        bool broken = false;
        using JobBook book = Book(_time, (template, max) => broken ? throw new InvalidOperationException("ledger") : Split(template, max));
        book.Tell(new JobNotes { Throws = true });
        book.Offer(Template());
        PoolJob before = book.Current!;
        broken = true;
        book.Offer(Template(height: 1001, tip: 2));
        Assert.Same(before, book.Current);
        broken = false;
        _time.Advance(6, book);
        book.Offer(Template(height: 1001, tip: 2));
        Assert.Equal(2u, book.Generation);
    }

    [Fact]
    public void A_restart_never_repeats_a_job_id()
    {
        using JobBook before = Book(_time);
        before.Offer(Template());
        _time.Advance(10);
        using JobBook after = Book(_time);
        after.Offer(Template());
        Assert.True(after.Current!.Id > before.Current!.Id);
    }

    private static PayoutSplit SoloSplit(Template template, int max, int account) => new()
    {
        Reward = template.CoinbaseValue,
        Outputs = [new PayoutOutput(new byte[] { unchecked((byte)account) }, template.CoinbaseValue)],
    };

    private JobBook Listen(JobBook book)
    {
        book.Tell(_notes);
        return book;
    }
}
