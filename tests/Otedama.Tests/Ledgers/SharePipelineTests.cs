using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.Shares;
using Xunit;

namespace Otedama.Tests.Ledgers;

public sealed class SharePipelineTests : IDisposable
{
    private readonly TempFolder _directory = new();
    private readonly FailingFiles _files = new();
    private readonly TestJobs _jobs = new();
    private readonly Sink _sink = new();
    private readonly Ledger _ledger;
    private readonly int _account;

    public SharePipelineTests()
    {
        _jobs.Add(1);
        _ledger = Open();
        _account = _ledger.InternAccount("a", [1], "w");
    }

    public void Dispose()
    {
        _ledger.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Every_candidate_of_many_threads_is_answered_once_in_each_session_s_order(int verifiers)
    {
        const int Sessions = 4;
        const int Each = 5_000;
        using (SharePathLoops loops = Start(verifiers: verifiers))
        {
            SharePipeline pipeline = loops.Path;
            Parallel.For(0, Sessions, new ParallelOptions { MaxDegreeOfParallelism = Sessions }, session =>
            {
                for (int i = 0; i < Each; i++)
                {
                    Candidate candidate = Candidate((ulong)((session * Each) + i));
                    candidate.SessionId = session;
                    candidate.Lane = (uint)session << 16;
                    candidate.Tag = i;
                    while (!pipeline.TryEnqueue(candidate))
                    {
                        Thread.Yield();
                    }
                }
            });
            loops.Stop(Patience.Limit);
            Assert.False(pipeline.TryEnqueue(Candidate(1)));
        }
        Assert.Equal(Sessions * Each, _sink.Verdicts.Count);
        foreach (IGrouping<long, Verdict> session in _sink.Verdicts.GroupBy(verdict => verdict.SessionId))
        {
            Assert.Equal(Enumerable.Range(0, Each).Select(i => (long)i), session.Select(verdict => verdict.Tag));
        }
        Assert.Equal(Sessions * Each, _ledger.Totals().Shares);
        Assert.Equal((uint)(Sessions * Each) + 2, _ledger.Log.Committed.Sequence);
    }

    [Fact]
    public void One_thread_takes_a_share_all_the_way_and_nothing_goes_before_its_commit()
    {
        SharePipeline pipeline = Make();
        _ledger.Commit(); // its accounts
        Assert.Equal((StepResult.Idle, StepResult.Idle), (pipeline.ValidateBatch(), pipeline.CommitOnce()));
        Assert.True(pipeline.TryEnqueue(Candidate(1)));
        Assert.Equal(StepResult.Done, pipeline.ValidateBatch());
        uint before = _ledger.Log.Committed.Sequence;
        pipeline.DeliverVerdicts();
        Assert.Empty(_sink.Verdicts);
        Assert.Equal(StepResult.Done, pipeline.CommitOnce());
        Assert.Equal(before + 1, _ledger.Log.Committed.Sequence);
        Assert.Empty(_sink.Verdicts);
        pipeline.DeliverVerdicts();
        Assert.Equal(Rejection.None, Assert.Single(_sink.Verdicts).Rejection);
        Assert.Equal((StepResult.Idle, StepResult.Idle), (pipeline.ValidateBatch(), pipeline.CommitOnce()));
    }

    [Fact]
    public void One_thread_lives_through_a_full_disk()
    {
        const int Queued = 2_000;
        SharePipeline pipeline = Make(new SharePipelineOptions { PendingMax = 512 });
        for (ulong i = 0; i < Queued; i++)
        {
            Assert.True(pipeline.TryEnqueue(Candidate(i)));
        }
        _files.IsFull = true;
        Assert.Equal((StepResult.Done, StepResult.Blocked), (pipeline.ValidateBatch(), pipeline.CommitOnce()));
        while (pipeline.ValidateBatch() == StepResult.Done)
        {
        }
        Assert.Equal(StepResult.Blocked, pipeline.ValidateBatch()); // the refused wait for room
        Assert.Empty(_sink.Verdicts);
        Assert.InRange(pipeline.QueueDepth, 1, Queued - 512);
        for (pipeline.DeliverVerdicts(); pipeline.ValidateBatch() == StepResult.Done; pipeline.DeliverVerdicts())
        {
            Assert.Equal(StepResult.Blocked, pipeline.CommitOnce());
        }
        Assert.All(_sink.Verdicts, static verdict => Assert.Equal(Rejection.Overloaded, verdict.Rejection));

        _files.IsFull = false;
        Drain(pipeline);
        Assert.Equal(Queued, _sink.Verdicts.Count);
        int accepted = _sink.Verdicts.Count(static verdict => verdict.Rejection == Rejection.None);
        Assert.InRange(accepted, 1, 512 + ShareValidator.BatchMax);
        Assert.Equal(accepted, _ledger.Totals().Shares);
    }

    [Fact]
    public void Rejections_are_answered_by_reason_and_leave_no_trace_in_the_log()
    {
        SharePipeline pipeline = Make();
        Candidate unknown = Candidate(1);
        unknown.JobId = 77;
        Candidate stranger = Candidate(2);
        stranger.AccountId = 500;
        foreach (Candidate candidate in new[] { unknown, Candidate(3), Candidate(3), stranger })
        {
            Assert.True(pipeline.TryEnqueue(candidate));
        }
        Drain(pipeline);
        Assert.Equal(
            [Rejection.UnknownJob, Rejection.None, Rejection.Duplicate, Rejection.NotYours],
            _sink.Verdicts.Select(verdict => verdict.Rejection));
        Assert.Equal(1, _ledger.Totals().Shares);
    }

    [Fact]
    public void A_block_is_handed_over_before_its_verdict_and_booked()
    {
        _jobs.Add(2, network: Target.Max, split: _ledger.SplitFor(_jobs.Add(3).Template, 4));
        SharePipeline pipeline = Make();
        Candidate candidate = Candidate(5);
        candidate.JobId = 2;
        Assert.True(pipeline.TryEnqueue(candidate));
        Drain(pipeline);
        Assert.Equal(80, _sink.Headers.Single().Length);
        Assert.True(_sink.BlockCameFirst);
        Assert.True(_sink.Verdicts.Single().IsBlock);
        BlockInfo block = _ledger.Blocks(5).Single();
        Assert.Equal(_sink.Verdicts.Single().BlockId, block.Hash);
        Assert.Equal(_account, block.Finder);
    }

    [Fact]
    public void The_book_is_told_of_chain_shares_and_blocks_with_header_and_candidate_before_they_are_answered()
    {
        PoolJob chained = _jobs.Add(2, chain: Target.Max), block = _jobs.Add(3, network: Target.Max);
        ChainBook book = new(_ledger) { Throws = true };
        SharePipeline pipeline = Make(book: book);
        for (uint job = 1; job <= 3; job++)
        {
            Candidate candidate = Candidate(40 + job);
            candidate.JobId = job;
            Assert.True(pipeline.TryEnqueue(candidate));
        }
        Assert.Equal(StepResult.Done, pipeline.ValidateBatch());
        Assert.Equal([chained, block], book.Told.Select(static told => told.Job));
        Assert.Equal([42ul, 43], book.Told.Select(static told => told.Candidate.Nonce));
        Assert.All(book.Told, static told => Assert.Equal(Sha256d.Hash(told.Header), told.Hash));
        Assert.Empty(_sink.Verdicts);
        Drain(pipeline);
        Assert.Equal([(Rejection.None, false), (Rejection.None, false), (Rejection.None, true)],
            _sink.Verdicts.Select(static verdict => (verdict.Rejection, verdict.IsBlock)));
        Assert.Single(_sink.Headers);
    }

    [Fact]
    public void An_account_is_made_by_the_first_accepted_share_and_by_nothing_else()
    {
        int before = _ledger.AccountCount;
        Claimant claimant = new("new", [7], "rig", Claimant.NoAccount);
        Candidate unknown = Claimed(1), wrong = Claimed(2), good = Claimed(3), next = Claimed(4);
        unknown.JobId = 77;
        wrong.Target = TestJobs.Hard;
        {
            SharePipeline pipeline = Make();
            Assert.True(pipeline.TryEnqueue(unknown) && pipeline.TryEnqueue(wrong));
            Drain(pipeline);
        }
        Assert.Equal((before, Claimant.NoAccount), (_ledger.AccountCount, claimant.AccountId));
        {
            SharePipeline pipeline = Make();
            Assert.True(pipeline.TryEnqueue(good) && pipeline.TryEnqueue(next));
            Drain(pipeline);
        }
        Assert.Equal((before + 1, before), (_ledger.AccountCount, claimant.AccountId));
        Assert.Equal(before, _ledger.FindAccount([7], "rig"));
        Assert.Equal(2, _ledger.Totals().Shares);
        Assert.Equal([Rejection.UnknownJob, Rejection.AboveTarget, Rejection.None, Rejection.None], _sink.Verdicts.Select(verdict => verdict.Rejection));

        Candidate Claimed(ulong nonce)
        {
            Candidate candidate = Candidate(nonce);
            candidate.AccountId = Claimant.NoAccount;
            candidate.Claimant = claimant;
            return candidate;
        }
    }

    [Fact]
    public void A_newcomer_whom_no_account_is_left_for_is_told_so_and_hurts_nobody_in_its_batch()
    {
        _ledger.Dispose();
        using Ledger full = Open(addressesMax: 1);
        _jobs.Add(2, network: Target.Max, split: full.SplitFor(_jobs.Add(3).Template, 4));
        Claimant claimant = new("new", [7], "rig", Claimant.NoAccount);
        Candidate share = NewcomerOn(1, 1), block = NewcomerOn(2, 2);
        SharePipeline pipeline = Make(ledger: full);
        foreach (Candidate candidate in new[] { share, Candidate(3), block })
        {
            Assert.True(pipeline.TryEnqueue(candidate)); // one batch
        }
        Drain(pipeline);
        Assert.Equal(
            [(Rejection.NoAccount, false), (Rejection.None, false), (Rejection.NoAccount, true)],
            _sink.Verdicts.Select(static verdict => (verdict.Rejection, verdict.IsBlock)));
        Assert.Equal(1, full.Totals().Shares);
        Assert.Equal(PayoutPlanner.Operator, full.Blocks(5).Single().Finder);

        Candidate NewcomerOn(uint job, ulong nonce)
        {
            Candidate candidate = Candidate(nonce);
            candidate.JobId = job;
            candidate.AccountId = Claimant.NoAccount;
            candidate.Claimant = claimant;
            return candidate;
        }
    }

    [Fact]
    public void Twins_meet_in_one_verifier_whatever_session_sends_them()
    {
        SharePipeline pipeline = Make(verifiers: 4);
        for (uint lane = 0; lane < 64; lane++)
        {
            for (int session = 0; session < 2; session++)
            {
                Candidate candidate = Candidate(lane);
                candidate.SessionId = session; // a connection and the one it is resumed on
                candidate.Lane = lane;
                Assert.True(pipeline.TryEnqueue(candidate));
            }
        }
        Drain(pipeline);
        Assert.Equal(64, _sink.Verdicts.Count(static verdict => verdict.Rejection == Rejection.None));
        Assert.Equal(64, _sink.Verdicts.Count(static verdict => verdict.Rejection == Rejection.Duplicate));
    }

    [Fact]
    public void Claimed_blocks_are_checked_first_and_strangers_last_but_not_never()
    {
        SharePipeline pipeline = Make();
        for (ulong i = 0; i < 2_000; i++)
        {
            Assert.True(pipeline.TryEnqueue(Candidate(i)));
        }
        foreach (CandidateRank rank in new[] { CandidateRank.Stranger, CandidateRank.ClaimedBlock })
        {
            Candidate candidate = Candidate(10_000 + (ulong)rank);
            candidate.Rank = rank;
            Assert.True(pipeline.TryEnqueue(candidate));
        }
        Drain(pipeline);
        List<long> order = [.. _sink.Verdicts.Select(static verdict => verdict.Tag)];
        Assert.Equal(0, order.IndexOf(10_000 + (long)CandidateRank.ClaimedBlock));
        Assert.InRange(order.IndexOf(10_000 + (long)CandidateRank.Stranger), 4, 4 * ShareValidator.BatchMax);
    }

    [Fact]
    public void A_full_ring_is_refused_at_the_door()
    {
        SharePipeline pipeline = Make(new SharePipelineOptions { QueueCapacity = 4 });
        for (ulong i = 0; i < 4; i++)
        {
            Assert.True(pipeline.TryEnqueue(Candidate(i)));
        }
        Assert.False(pipeline.TryEnqueue(Candidate(9)));
        Assert.Equal(4, pipeline.QueueDepth);
        Drain(pipeline);
        Assert.Equal(4, _sink.Verdicts.Count);
    }

    [Fact]
    public void On_a_full_disk_nothing_is_acknowledged_blocks_are_submitted_and_all_is_answered_when_space_returns()
    {
        _jobs.Add(2, network: Target.Max);
        using SharePathLoops loops = Start(new SharePipelineOptions { PendingMax = 512, RetryDelay = TimeSpan.FromMilliseconds(20) });
        SharePipeline pipeline = loops.Path;
        _files.IsFull = true;
        Assert.True(pipeline.TryEnqueue(Candidate(0)));
        Patience.Until(() => pipeline.IsStalled);
        for (ulong i = 1; i < 2_000; i++)
        {
            while (!pipeline.TryEnqueue(Candidate(i)))
            {
                Thread.Sleep(1);
            }
        }
        Candidate block = Candidate(7_777);
        block.JobId = 2;
        Assert.True(pipeline.TryEnqueue(block));
        Patience.Until(() => !_sink.Headers.IsEmpty);
        Patience.Until(() => _sink.Verdicts.Count > 500);
        Assert.All(_sink.Verdicts, verdict => Assert.Equal(Rejection.Overloaded, verdict.Rejection));
        Assert.True(pipeline.Counters.CommitFailures > 0);

        _files.IsFull = false;
        Patience.Until(() => _sink.Verdicts.Count == 2_001);
        loops.Stop(Patience.Limit);
        int accepted = _sink.Verdicts.Count(verdict => verdict.Rejection == Rejection.None);
        Assert.InRange(accepted, 1, 1_000);
        _ledger.Dispose();
        using Ledger again = Open();
        Assert.Equal(accepted, again.Totals().Shares);
        Assert.Single(again.Blocks(5));
    }

    [Fact]
    public void Stopping_on_a_disk_that_stays_full_ends_and_acknowledges_nothing()
    {
        using SharePathLoops loops = Start(new SharePipelineOptions { RetryDelay = TimeSpan.FromMilliseconds(20) });
        SharePipeline pipeline = loops.Path;
        _files.IsFull = true;
        Assert.True(pipeline.TryEnqueue(Candidate(0)));
        Patience.Until(() => pipeline.IsStalled);
        loops.Stop(TimeSpan.FromMilliseconds(300));
        Assert.Empty(_sink.Verdicts);
        _files.IsFull = false;
    }

    [Fact]
    public void A_sink_that_throws_does_not_stop_the_path()
    {
        SharePipeline pipeline = Make();
        _sink.Throws = true;
        Assert.True(pipeline.TryEnqueue(Candidate(0)));
        Drain(pipeline);
        _sink.Throws = false;
        Assert.True(pipeline.TryEnqueue(Candidate(1)));
        Drain(pipeline);
        Assert.Equal(2, _sink.Verdicts.Count);
        Assert.Equal(2, _ledger.Totals().Shares);
    }

    private Candidate Candidate(ulong nonce)
    {
        Candidate candidate = TestJobs.Candidate(1, nonce);
        candidate.AccountId = _account;
        candidate.ReceivedAt = TimeProvider.System.GetTimestamp();
        return candidate;
    }

    private Ledger Open(int addressesMax = 100) => Ledger.Open(
        new LedgerOptions
        {
            Directory = _directory.Path,
            OperatorScript = new byte[] { 0xaa },
            SegmentBytes = 64 * 1024,
            Files = _files,
            AddressesMax = addressesMax,
        },
        TimeProvider.System,
        NullLogger.Instance);

    private SharePipeline Make(SharePipelineOptions? options = null, int verifiers = 1, Ledger? ledger = null, IShareBook? book = null)
    {
        ShareValidator[] validators = [.. Enumerable.Range(0, verifiers).Select(_ =>
        {
            BclProofs proofs = new();
            return new ShareValidator(_jobs, proofs, proofs, new ShareValidatorOptions());
        })];
        _sink.Book = ledger ?? _ledger;
        return new SharePipeline(
            options ?? new SharePipelineOptions(), _jobs, validators, ledger ?? _ledger, book ?? ledger ?? _ledger, _sink, _sink, TimeProvider.System, NullLogger.Instance);
    }

    private SharePathLoops Start(SharePipelineOptions? options = null, int verifiers = 1)
    {
        SharePathLoops loops = new(Make(options, verifiers), TimeProvider.System, NullLogger.Instance);
        loops.Start();
        return loops;
    }

    /// <summary>Everything that is queued, on this thread.</summary>
    private static void Drain(SharePipeline pipeline)
    {
        while (pipeline.ValidateBatch() == StepResult.Done || pipeline.CommitOnce() == StepResult.Done)
        {
            pipeline.DeliverVerdicts();
        }
    }

    private sealed class Sink : IVerdictSink, IBlockSink
    {
        public ConcurrentQueue<Verdict> Verdicts { get; } = new();

        public ConcurrentQueue<byte[]> Headers { get; } = new();

        public bool BlockCameFirst { get; private set; }

        public volatile bool Throws;

        public IBlockBook? Book { get; set; }

        public void OnVerdicts(ReadOnlySpan<Verdict> verdicts)
        {
            foreach (Verdict verdict in verdicts)
            {
                Verdicts.Enqueue(verdict);
            }
            if (Throws)
            {
                throw new InvalidOperationException("a broken session");
            }
        }

        public Hash256? Submit(PoolJob job, ReadOnlySpan<byte> header, in Candidate candidate, Hash256 proof)
        {
            BlockCameFirst = Verdicts.IsEmpty;
            Headers.Enqueue(header.ToArray());
            Hash256 id = Sha256d.Hash(header);
            Book?.Book(job, id, candidate.AccountId);
            return id;
        }
    }
}
