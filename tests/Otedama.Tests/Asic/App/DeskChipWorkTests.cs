using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Asic;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Mining;
using Otedama.Tests.Mining;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>Jobs out of a dispatcher for a chain, and nonces back.</summary>
public sealed class DeskChipWorkTests
{
    private readonly FakeSource _source = new();
    private readonly Dispatcher _dispatcher;
    private readonly DeskChipWork _work = new(7);

    public DeskChipWorkTests()
    {
        _dispatcher = new Dispatcher(_source, TimeProvider.System, NullLogger.Instance, paused: false);
        _dispatcher.Add(new Nobody(7), static () => { });
        _source.Start(_dispatcher);
        _work.Attach(_dispatcher);
    }

    [Fact]
    public void Every_job_has_another_extranonce_and_its_true_merkle_root()
    {
        Job job = _source.Publish(Target.Max);
        HashSet<Hash256> roots = [];
        for (int i = 0; i < 1000; i++)
        {
            ChipJob given = _work.Next()!;
            Assert.True(roots.Add(given.MerkleRoot));
            Assert.Equal((0x20000000u, 0x1fffe000u, 0x207fffffu, 1_700_000_000u), (given.Version, given.VersionMask, given.Bits, given.Time));
        }
        ChipJob last = _work.Next()!;
        Find(last, 5, last.Version | 0x2000);
        Candidate candidate = Assert.Single(_source.Submitted);
        byte[] header = new byte[BlockHeader.Size];
        ((BitcoinRecipe)job.Recipe).WriteHeader(candidate.Extranonce.Span, candidate.Version, candidate.Time, (uint)candidate.Nonce, header);
        Assert.Equal(last.HeaderWith(last.Version | 0x2000, 5), BlockHeader.Parse(header));
        Assert.Equal((7, job.Id), (candidate.WorkerId, candidate.JobId));
        Assert.Equal([1, 2, 3, 4], candidate.Extranonce.Span[..4].ToArray());
        Assert.Equal(8, candidate.Extranonce.Length);
    }

    [Fact]
    public void A_clean_job_is_another_generation_and_an_update_is_not()
    {
        _source.Publish(Target.Max);
        ChipJob old = _work.Next()!;
        Assert.Equal(_work.Generation, old.Generation);
        _source.Publish(Target.Max, clean: false);
        Assert.Equal(_work.Generation, old.Generation);
        Assert.NotEqual(old.PreviousHash, _work.Next()!.PreviousHash);
        _source.Publish(Target.Max);
        Assert.Equal(old.Generation + 1, _work.Generation);
        Assert.Equal(old.Generation + 1, _work.Generation); // and only once
        ChipJob next = _work.Next()!;
        Assert.Equal(_work.Generation, next.Generation);
        Find(old, 1, old.Version);
        Assert.Empty(_source.Submitted);
        Assert.Equal(1, _dispatcher.Shares.Of(7).Stale);
        Find(next, 1, next.Version);
        Assert.Single(_source.Submitted);
    }

    [Fact]
    public void Paused_or_without_a_job_there_is_nothing_and_it_says_why()
    {
        Assert.Null(_work.Next());
        Assert.Equal(IdleReason.NoJob, _work.Idle);
        _source.Publish(Target.Max);
        Assert.NotNull(_work.Next());
        long before = _work.Generation;
        _dispatcher.SetPaused(true);
        Assert.Equal(before + 1, _work.Generation);
        Assert.Null(_work.Next());
        Assert.Equal(IdleReason.Paused, _work.Idle);
        _dispatcher.SetPaused(false);
        Assert.NotNull(_work.Next());
        Assert.Equal(IdleReason.None, _work.Idle);
    }

    [Fact]
    public void Where_the_space_cannot_be_lent_it_takes_whole_ranges_without_rolling()
    {
        _source.Publish(Target.Max, extranonce2Length: 1, mask: 0);
        HashSet<Hash256> roots = [];
        while (_work.Next() is { } job)
        {
            Assert.True(roots.Add(job.MerkleRoot));
            Assert.Equal(0u, job.VersionMask);
        }
        Assert.InRange(roots.Count, 1, 256);
        Assert.Equal(IdleReason.SearchedThrough, _work.Idle);
        _source.Publish(Target.Max, extranonce2Length: 1, mask: 0);
        Assert.NotNull(_work.Next());
    }

    [Fact]
    public void What_misses_the_share_target_is_not_submitted()
    {
        _source.Publish(Target.FromDifficulty(1e12, Target.BitcoinOne));
        ChipJob job = _work.Next()!;
        Find(job, 1, job.Version);
        Assert.Empty(_source.Submitted);
    }

    [Fact]
    public void Its_lease_goes_back_with_it()
    {
        _source.Publish(Target.Max);
        Assert.NotNull(_work.Next());
        _work.Dispose();
        _work.Dispose();
    }

    private void Find(ChipJob job, uint nonce, uint version)
    {
        byte[] header = new byte[BlockHeader.Size];
        BlockHeader solved = job.HeaderWith(version, nonce);
        solved.CopyTo(header);
        _work.Found(new ChipNonce(job, nonce, version, BitcoinHash.Sha256d(header), 1, 0, 0, 0));
    }

    private sealed class Nobody(int id) : IWorker
    {
        public int Id => id;

        public void Attach(IWorkDesk desk)
        {
        }

        public TimeSpan Step() => TimeSpan.FromSeconds(1);

        public void Interrupt()
        {
        }

        public void OnVerdict(ShareOutcome outcome)
        {
        }

        public WorkerSnapshot Read() => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
