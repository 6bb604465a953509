using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Mining;
using Xunit;

namespace Otedama.Tests.Mining;

public sealed class DispatcherTests
{
    private static readonly RangeAppetite s_appetite = new(1000, 8, 0);

    private readonly FakeSource _source = new();
    private readonly Dispatcher _dispatcher;
    private readonly FakeWorker _worker = new(7);
    private int _wakes;

    public DispatcherTests()
    {
        _dispatcher = new Dispatcher(_source, TimeProvider.System, NullLogger.Instance, paused: false);
        _dispatcher.Add(_worker, () => _wakes++);
        _source.Start(_dispatcher);
    }

    [Fact]
    public void A_clean_job_voids_and_interrupts_and_an_update_does_not()
    {
        _source.Publish(Target.Max);
        WorkRange first = Take(out int epoch)!;
        _source.Publish(Target.Max, clean: false);
        Assert.False(_dispatcher.IsVoid(epoch));
        Assert.Equal(1, _worker.Interrupts);
        Assert.NotSame(first.Job, Take(out _)!.Job);
        _source.Publish(Target.Max);
        Assert.True(_dispatcher.IsVoid(epoch));
        Assert.Equal(2, _worker.Interrupts);
    }

    [Fact]
    public void No_two_takes_share_work_even_over_jobs()
    {
        HashSet<string> seen = [];
        for (int i = 0; i < 50; i++)
        {
            _source.Publish(Target.Max, clean: i % 3 == 0);
            for (int k = 0; k < 3; k++)
            {
                WorkRange range = Take(out _)!;
                Assert.True(seen.Add($"{Hex.Encode(range.Extranonce.Span)}/{range.Versions[0]:x8}/{range.NonceFirst}"));
            }
        }
    }

    [Fact]
    public void Without_a_job_paused_or_lost_there_is_nothing_to_take()
    {
        Assert.Null(Take(out _));
        _source.Publish(Target.Max);
        _dispatcher.SetPaused(true);
        Assert.Null(Take(out _));
        _dispatcher.SetPaused(false);
        Assert.NotNull(Take(out int epoch));
        _dispatcher.OnLost();
        Assert.True(_dispatcher.IsVoid(epoch));
        Assert.Null(Take(out _));
    }

    [Fact]
    public void Workers_are_woken_by_each_job_and_told_why_there_is_none()
    {
        Assert.Equal(IdleReason.NoJob, _dispatcher.Idle);
        _source.Publish(Target.Max);
        Assert.Equal((1, 1), (_wakes, _worker.Interrupts));
        Assert.Equal(IdleReason.None, _dispatcher.Idle);
        _source.Publish(Target.Max, clean: false);
        Assert.Equal((2, 1), (_wakes, _worker.Interrupts));
        _dispatcher.SetPaused(true);
        Assert.Equal(IdleReason.Paused, _dispatcher.Idle);
        Assert.Equal((3, 2), (_wakes, _worker.Interrupts));
        _dispatcher.OnLost();
        _dispatcher.SetPaused(false);
        Assert.Equal(IdleReason.NoJob, _dispatcher.Idle);
    }

    [Fact]
    public void Only_share_hits_are_submitted_and_counted_by_outcome()
    {
        Target hard = Target.FromDifficulty(1, Target.BitcoinOne);
        _source.Publish(hard);
        WorkRange range = Take(out int epoch)!;
        Candidate candidate = new() { JobId = range.Job.Id, WorkerId = 7 };
        _dispatcher.Offer(candidate, new Hash256([.. Enumerable.Repeat((byte)0xff, 32)]), range, epoch);
        Assert.Empty(_source.Submitted);
        _dispatcher.Offer(candidate, Hash256.Zero, range, epoch);
        _dispatcher.Offer(candidate, Hash256.Zero, range, epoch);
        Assert.Equal(2, _source.Submitted.Count);
        _source.Full = true;
        _dispatcher.Offer(candidate, Hash256.Zero, range, epoch);
        _source.Full = false;
        _dispatcher.OnVerdict(new UpstreamVerdict(7, ShareOutcome.Accepted, 4294967296, ""));
        _source.Publish(hard);
        _dispatcher.Offer(candidate, Hash256.Zero, range, epoch);
        Assert.Equal(new ShareCounts(1, 0, 1, 1, 1), _dispatcher.Shares.Of(7));
        Assert.Equal(2, _source.Submitted.Count);
        Assert.Equal(4294967296, _dispatcher.Effective.Total);
    }

    [Fact]
    public void The_measuring_target_is_never_harder_than_the_share_target()
    {
        Target share = Target.FromDifficulty(1, Target.BitcoinOne);
        _source.Publish(share);
        Assert.True(_dispatcher.TryTake(new RangeAppetite(1, 1, 1e6), out _)!.Target > share);
        Assert.Equal(share, _dispatcher.TryTake(new RangeAppetite(1, 1, 1e15), out _)!.Target);
    }

    [Fact]
    public void A_used_up_space_waits_for_the_next_job()
    {
        _source.Publish(Target.Max, extranonce2Length: 1, mask: 0);
        RangeAppetite whole = new(1UL << 32, 1, 0);
        for (int i = 0; i < 256; i++)
        {
            Assert.NotNull(_dispatcher.TryTake(whole, out _));
        }
        Assert.Null(_dispatcher.TryTake(whole, out _));
        _source.Publish(Target.Max, extranonce2Length: 1, mask: 0);
        Assert.NotNull(_dispatcher.TryTake(whole, out _));
    }

    [Fact]
    public void What_a_worker_gives_back_is_taken_by_another_before_anything_new()
    {
        _source.Publish(Target.Max, extranonce2Length: 1, mask: 0);
        RangeAppetite whole = new(1UL << 32, 1, 0);
        List<WorkRange> taken = [];
        while (_dispatcher.TryTake(whole, out _) is WorkRange range)
        {
            taken.Add(range);
        }
        Assert.Equal(256, taken.Count);
        Assert.Equal(IdleReason.SearchedThrough, _dispatcher.Idle);
        int wakes = _wakes;

        _dispatcher.Return(taken[3].Slice(1000, 2500, Target.Max));
        Assert.Equal(wakes + 1, _wakes);
        Assert.Equal([(1000UL, 1000UL), (2000UL, 1000UL), (3000UL, 500UL)], Enumerable.Range(0, 3).Select(_ =>
        {
            WorkRange again = Take(out int _)!;
            Assert.Equal(taken[3].Extranonce.ToArray(), again.Extranonce.ToArray());
            return (again.NonceFirst, again.NonceCount);
        }));
        Assert.Null(Take(out _));

        _source.Publish(Target.Max, clean: false, extranonce2Length: 1, mask: 0);
        _dispatcher.Return(taken[4]); // of the job before
        Assert.Equal(_source.LastId, Take(out _)!.Job.Id);
    }

    [Fact]
    public void Late_shares_of_a_worker_that_left_are_counted()
    {
        FakeWorker other = new(8);
        _dispatcher.Add(other, static () => { });
        _source.Publish(Target.Max);
        WorkRange range = Take(out int epoch)!;
        Candidate candidate = new() { JobId = range.Job.Id, WorkerId = 7 };
        _dispatcher.Offer(candidate, Hash256.Zero, range, epoch);
        _dispatcher.Remove(_worker);
        Assert.Equal(new ShareCounts(0, 0, 0, 0, 1), _dispatcher.Shares.Total);
        _dispatcher.OnVerdict(new UpstreamVerdict(7, ShareOutcome.Accepted, 1000, ""));
        _dispatcher.Offer(candidate, Hash256.Zero, range, epoch);
        _dispatcher.OnVerdict(new UpstreamVerdict(7, ShareOutcome.Rejected, 1000, "late"));
        Assert.Equal(new ShareCounts(1, 1, 0, 0, 0), _dispatcher.Shares.Total);
        Assert.Equal(default, _dispatcher.Shares.Of(7));
        Assert.Equal(2, _source.Submitted.Count);
        Assert.Equal(0, _worker.Verdicts);
        int wakes = _wakes;
        _source.Publish(Target.Max);
        Assert.Equal(wakes, _wakes);
    }

    private WorkRange? Take(out int epoch) => _dispatcher.TryTake(s_appetite, out epoch);

    private sealed class FakeWorker(int id) : IWorker
    {
        public int Interrupts;
        public int Verdicts;

        public int Id => id;

        public void Attach(IWorkDesk desk)
        {
        }

        public TimeSpan Step() => throw new NotSupportedException();

        public void Interrupt() => Interrupts++;

        public void OnVerdict(ShareOutcome outcome) => Verdicts++;

        public WorkerSnapshot Read() => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
