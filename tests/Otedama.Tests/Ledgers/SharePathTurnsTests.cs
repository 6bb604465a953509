using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.Shares;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Ledgers;

/// <summary>A share path on its transport's loop, with a disk that answers when the test says so.</summary>
public sealed class SharePathTurnsTests : IDisposable
{
    private readonly TempFolder _directory = new();
    private readonly TestJobs _jobs = new();
    private readonly HeldClock _time = new();
    private readonly LaterDisk _disk = new();
    private readonly Told _told = new();
    private readonly SharePipeline _path;
    private readonly SharePathTurns _turns;
    private Ledger _ledger;
    private readonly int _account;
    private ulong _nonce;

    public SharePathTurnsTests()
    {
        _jobs.Add(1);
        _ledger = Open();
        _account = _ledger.InternAccount("a", [1], "w");
        _ledger.Commit();
        BclProofs proofs = new();
        _path = new SharePipeline(
            new SharePipelineOptions(), _jobs, [new ShareValidator(_jobs, proofs, proofs, new ShareValidatorOptions())], _ledger,
            _ledger, _told, _told, _time, NullLogger.Instance);
        _turns = new SharePathTurns(_path, _time, NullLogger.Instance);
    }

    public void Dispose()
    {
        _ledger.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void A_share_is_answered_when_the_disk_has_it_and_not_before()
    {
        Enqueue(3);
        _turns.OnTurn(_disk);
        Assert.Empty(_told.Verdicts);
        Assert.Equal(0, Reopened());
        _disk.Write();
        _turns.OnTurn(_disk); // another turn, and the disk has not answered
        Assert.Empty(_told.Verdicts);
        _turns.OnCommitted(null);
        Assert.Equal([Rejection.None, Rejection.None, Rejection.None], _told.Verdicts);
        Assert.Equal(3, Reopened());
    }

    [Fact]
    public void Shares_that_come_during_a_commit_share_the_next_one_which_keeps_its_distance()
    {
        Enqueue(1);
        _turns.OnTurn(_disk);
        Enqueue(2);
        _turns.OnTurn(_disk);
        Assert.Equal(1, _disk.Begun);
        _disk.Write();
        _turns.OnCommitted(null);
        Assert.Single(_told.Verdicts);
        TimeSpan left = _turns.OnTurn(_disk);
        Assert.Equal((1, true), (_disk.Begun, left > TimeSpan.Zero && left < TimeSpan.FromMilliseconds(1)));
        _time.Advance(left);
        _turns.OnTurn(_disk);
        Assert.Equal(2, _disk.Begun);
        _disk.Write();
        _turns.OnCommitted(null);
        Assert.Equal(3, _told.Verdicts.Count);
        _time.Advance(TimeSpan.FromSeconds(1));
        Enqueue(1);
        _turns.OnTurn(_disk);
        Assert.Equal(3, _disk.Begun); // a lone share waits for nobody
        _disk.Write();
        _turns.OnCommitted(null);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_disk_that_refuses_is_asked_again_and_nobody_is_answered_meanwhile(bool atOnce)
    {
        Enqueue(2);
        _disk.Refuses = atOnce;
        _turns.OnTurn(_disk);
        if (!atOnce)
        {
            _turns.OnCommitted(new IOException("No space left on device"));
        }
        Assert.True(_path.IsStalled);
        for (int i = 0; i < 3; i++)
        {
            TimeSpan wait = _turns.OnTurn(_disk);
            Assert.Empty(_told.Verdicts);
            Assert.Equal(atOnce ? 0 : 1, _disk.Begun);
            Assert.True(wait > TimeSpan.FromMilliseconds(10));
        }
        _disk.Refuses = false;
        _time.Advance(_path.RetryDelay);
        _turns.OnTurn(_disk);
        Assert.Equal([Rejection.None, Rejection.None], _told.Verdicts); // what failed before is written in the usual way
        Assert.False(_path.IsStalled);
        Assert.Equal(2, Reopened());
    }

    [Fact]
    public void A_commit_of_somebody_else_waits_for_the_loop_s()
    {
        Enqueue(1);
        _turns.OnTurn(_disk);
        using ManualResetEventSlim isThrough = new();
        Thread other = new(() =>
        {
            _ledger.Commit();
            isThrough.Set();
        });
        other.Start();
        Assert.False(isThrough.Wait(50));
        _disk.Write();
        _turns.OnCommitted(null);
        Assert.True(isThrough.Wait(Patience.Limit));
        other.Join();
    }

    [Fact]
    public void The_log_goes_through_its_segments_without_a_gap()
    {
        const int Rounds = 40;
        const int Each = 50;
        for (int i = 0; i < Rounds; i++)
        {
            Enqueue(Each);
            int begun = _disk.Begun;
            _turns.OnTurn(_disk);
            if (_disk.Begun > begun)
            {
                _disk.Write();
                _turns.OnCommitted(null);
            }
            _time.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(Rounds * Each, _told.Verdicts.Count);
        Assert.True(_ledger.Log.Committed.Segment > 1);
        Assert.InRange(_disk.Begun, Rounds / 2, Rounds - 1); // a new segment is no matter of one write
        Assert.Equal(Rounds * Each, Reopened());
    }

    private void Enqueue(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Candidate candidate = TestJobs.Candidate(1, _nonce++);
            candidate.AccountId = _account;
            Assert.True(_path.TryEnqueue(candidate));
        }
    }

    /// <summary>Shares that a copy of the folder as it is now has after a start.</summary>
    private long Reopened()
    {
        using TempFolder copy = new();
        foreach (string file in Directory.GetFiles(_directory.Path).Where(static file => !file.EndsWith("LOCK", StringComparison.Ordinal)))
        {
            using FileStream from = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using FileStream to = new(Path.Combine(copy.Path, Path.GetFileName(file)), FileMode.Create);
            from.CopyTo(to);
        }
        using Ledger ledger = Open(copy.Path);
        return ledger.Totals().Shares;
    }

    private Ledger Open(string? folder = null) => Ledger.Open(
        new LedgerOptions
        {
            Directory = folder ?? _directory.Path,
            OperatorScript = new byte[] { 0xaa },
            SegmentBytes = 64 * 1024,
            Files = new DiskFiles(),
        },
        TimeProvider.System,
        NullLogger.Instance);

    /// <summary>Keeps what it is asked to write until the test lets it.</summary>
    private sealed class LaterDisk : ILoopDisk
    {
        private (string Path, long Offset, byte[] Bytes) _asked;

        public int Begun { get; private set; }

        public bool Refuses { get; set; }

        public void BeginCommit(string path, long offset, ReadOnlySpan<byte> bytes)
        {
            if (Refuses)
            {
                throw new IOException("no file may be opened");
            }
            Begun++;
            _asked = (path, offset, bytes.ToArray());
        }

        public void Write()
        {
            using FileStream file = new(_asked.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            file.Position = _asked.Offset;
            file.Write(_asked.Bytes);
        }
    }

    private sealed class Told : IVerdictSink, IBlockSink
    {
        public List<Rejection> Verdicts { get; } = [];

        public void OnVerdicts(ReadOnlySpan<Verdict> verdicts)
        {
            foreach (ref readonly Verdict verdict in verdicts)
            {
                Verdicts.Add(verdict.Rejection);
            }
        }

        public Hash256? Submit(PoolJob job, ReadOnlySpan<byte> header, in Candidate candidate, Hash256 proof) => null;
    }
}
