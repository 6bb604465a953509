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
    private readonly FakeWorker _worker = new();

    public DispatcherTests()
    {
        _dispatcher = new Dispatcher(_source, TimeProvider.System, NullLogger.Instance, paused: false);
        _dispatcher.Add(_worker);
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
    public async Task A_waiting_worker_is_woken_by_the_job()
    {
        Task<WorkRange?> waiting = Task.Run(() => _dispatcher.Take(s_appetite, Patience.Limit, out _));
        await Task.Delay(50);
        Assert.False(waiting.IsCompleted);
        _source.Publish(Target.Max);
        Assert.NotNull(await waiting.WaitAsync(Patience.Limit));
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
        Assert.Equal(new ShareCounts(1, 0, 1, 1, 1), _dispatcher.SharesOf(7));
        Assert.Equal(2, _source.Submitted.Count);
        Assert.Equal(4294967296, _dispatcher.Effective.Total);
    }

    [Fact]
    public void The_measuring_target_is_never_harder_than_the_share_target()
    {
        Target share = Target.FromDifficulty(1, Target.BitcoinOne);
        _source.Publish(share);
        Assert.True(_dispatcher.Take(new RangeAppetite(1, 1, 1e6), TimeSpan.Zero, out _)!.Target > share);
        Assert.Equal(share, _dispatcher.Take(new RangeAppetite(1, 1, 1e15), TimeSpan.Zero, out _)!.Target);
    }

    [Fact]
    public void A_used_up_space_waits_for_the_next_job()
    {
        _source.Publish(Target.Max, extranonce2Length: 1, mask: 0);
        RangeAppetite whole = new(1UL << 32, 1, 0);
        for (int i = 0; i < 256; i++)
        {
            Assert.NotNull(_dispatcher.Take(whole, TimeSpan.Zero, out _));
        }
        Assert.Null(_dispatcher.Take(whole, TimeSpan.Zero, out _));
        _source.Publish(Target.Max, extranonce2Length: 1, mask: 0);
        Assert.NotNull(_dispatcher.Take(whole, TimeSpan.Zero, out _));
    }

    private WorkRange? Take(out int epoch) => _dispatcher.Take(s_appetite, TimeSpan.Zero, out epoch);

    private sealed class FakeWorker : IWorker
    {
        public int Interrupts;

        public int Id => 7;

        public void Start(IWorkDesk desk)
        {
        }

        public void Interrupt() => Interrupts++;

        public bool Stop(TimeSpan wait) => true;

        public void OnVerdict(ShareOutcome outcome)
        {
        }

        public WorkerSnapshot Read() => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
