using System.Buffers.Binary;
using System.Security.Cryptography;
using Otedama.Core;
using Otedama.Pool;
using Xunit;

namespace Otedama.Tests.Shares;

public sealed class ShareValidatorTests
{
    private readonly TestJobs _jobs = new();
    private readonly BclProofs _proofs = new();
    private readonly ShareValidator _validator;
    private readonly Judgement[] _judgements = new Judgement[ShareValidator.BatchMax];

    public ShareValidatorTests()
    {
        _validator = new ShareValidator(_jobs, _proofs, _proofs, new ShareValidatorOptions { SharesPerJobMax = 1 << 20 });
        _jobs.Add(1);
    }

    [Fact]
    public void A_job_says_once_that_it_fills_up_before_it_is_full()
    {
        List<uint> filling = [];
        _jobs.Add(40);
        ShareValidator validator = new(_jobs, _proofs, _proofs, new ShareValidatorOptions { SharesPerJobMax = 16, JobFilling = filling.Add });
        Judgement[] judgements = new Judgement[1];
        for (ulong nonce = 0; nonce < 20; nonce++)
        {
            validator.Judge([TestJobs.Candidate(40, nonce)], judgements);
            Assert.Equal(nonce < 16 ? Rejection.None : Rejection.Overloaded, judgements[0].Rejection);
            Assert.Equal(nonce >= 13 ? [40u] : [], filling);
        }
    }

    [Fact]
    public void Each_job_that_a_full_solo_pool_can_find_takes_shares_and_knows_them_again()
    {
        ShareValidator validator = new(_jobs, _proofs, _proofs, new ShareValidatorOptions());
        Judgement[] judgements = new Judgement[1];
        for (uint id = 1; id <= OwnedJobs.FindableMax; id++)
        {
            _jobs.Add(id);
            Candidate candidate = TestJobs.Candidate(id, 1);
            validator.Judge([candidate], judgements);
            Assert.Equal(Rejection.None, judgements[0].Rejection);
        }
        validator.Judge([TestJobs.Candidate(1, 1)], judgements);
        Assert.Equal(Rejection.Duplicate, judgements[0].Rejection);
    }

    [Fact]
    public void A_good_candidate_becomes_a_share_of_its_target_s_work()
    {
        Candidate candidate = TestJobs.Candidate(1, 5);
        candidate.Target = TestJobs.Easy;
        Judgement first = JudgeUntil(ref candidate, judgement => judgement.Rejection == Rejection.None);
        Assert.Equal(TestJobs.Easy.ToWork(), first.Share.Work);
        Assert.Equal(1u, first.Share.JobId);
        Assert.Equal(100, first.Share.Height);
        Assert.False(first.IsBlock);
        Assert.Equal(new Hash256(SHA256.HashData(SHA256.HashData(_validator.HeaderOf(0)))), first.Hash);
    }

    [Fact]
    public void Block_881423_of_the_wire_is_a_block_with_its_header_exact()
    {
        BitcoinRecipe recipe = new()
        {
            Version = 0x20000000,
            VersionMask = 0x1fffe000,
            PreviousHash = new Hash256(Hex.Decode("e3c96a8a70ca15fe215e99f84ab64c43e1b5d2c43b5401000000000000000000")),
            CoinbasePrefix = Hex.Decode("01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff3d030f730d000469c19a6704830cee220c"),
            CoinbaseSuffix = Hex.Decode("0a41706f6c6c6f192f6d696e65642062792032353620466f756e646174696f6e2fffffffff0275aac01200000000160014c64b1b9283ba1ea86bb9e7b696b0c8f68dad04000000000000000000266a24aa21a9edb395560ab72068c2afb1d7e6c7db26b813482089d2c4d2471b9036c5e826140600000000"),
            Branches = Hex.Decode(
                "4282357ab0a2f4e8e562c8c5eae1d63b559068f9072374b72e26b88ac841908fc2bbae90d06f8025ade3516ca2e42d79318b6e56fccb9609df85a654a8341068"
                + "cbb30084acbcb5ce6d5436e853bc612466df0c00702be6f51d47072f1a5d0480bb092e533f70b79246fc9e4bdc9b81ac8332e56f2651e3b237a150d6d807b081"
                + "0d32959988733447cb340326a1fe4d3c2cff5d636e32a4e08c3fc5a234f6f6bc8ba3477940924a90067cff3dd30bc46916cf4c2f73fb6229b8f8197b83b6ddb9"
                + "3fe97cc5dec1cddd66c9d3780888c145c12418590cd983c4871b1bf03fabbf9ebd1c6a3bcd0ebaa0eca54d9c802540f312c7705435601d776b4f59bb52cff67d"
                + "8638c10190b8f4f558bafdbb57f46226c349a83f229f431143ae75e425fb5cbd6d6f4eae41cccb21a7c97ac496d9f89b8a4f772389b76f7691519dda38264221"
                + "82dad7a1e2613af0e61f77f03d6208c83e72f917dade4235cc35e37ee3ad6e3f"),
            Bits = 0x17029a8a,
            Time = 0x679ac169,
        };
        Job job = new()
        {
            Id = 9,
            Generation = 1,
            Algorithm = Algorithm.Sha256d,
            Height = 881_423,
            Recipe = recipe,
            NetworkTarget = Target.FromCompact(0x17029a8a),
            ShareTarget = Target.BitcoinOne,
            Clean = true,
            TimeMin = 0x679ac000,
            TimeMax = 0x679ad000,
        };
        ShareValidator validator = new(new OneJob(job), _proofs, _proofs, new ShareValidatorOptions());
        Candidate candidate = TestJobs.Candidate(9, 0xff05fb02);
        candidate.Time = 0x679ac169;
        candidate.Version = 0x2e596000;
        candidate.Extranonce = new Extranonce(Hex.Decode("f1ad9a67b660000000000000"));
        candidate.Target = Target.FromDifficulty(1e9, Target.BitcoinOne);
        validator.Judge([candidate], _judgements);
        Assert.Equal(Rejection.None, _judgements[0].Rejection);
        Assert.True(_judgements[0].IsBlock);
        Assert.True(_judgements[0].Share.IsBlock);
        Assert.Equal("0000000000000000000269d52c24ea451225613aab095d90d771d4e29aa96cdd", _judgements[0].Hash.ToString());
        Assert.Equal(
            "0060592ee3c96a8a70ca15fe215e99f84ab64c43e1b5d2c43b540100000000000000000076f63a35f1b8b5016d3eb0cce2eebbdf58bf8fbea4e870c8f770346bdfcf622d69c19a678a9a021702fb05ff",
            Hex.Encode(validator.HeaderOf(0)));
    }

    [Fact]
    public void Cheap_checks_come_in_order_and_reach_no_hashing()
    {
        Candidate unknown = TestJobs.Candidate(2, 1);
        unknown.Time = 0; // wrong as well, but the job comes first
        Candidate early = TestJobs.Candidate(1, 1);
        early.Time = 999;
        early.Version = 1;
        Candidate late = TestJobs.Candidate(1, 1);
        late.Time = 3_001;
        Candidate version = TestJobs.Candidate(1, 1);
        version.Version = 0x20000001;
        version.Extranonce = new Extranonce([1]);
        Candidate notNegotiated = TestJobs.Candidate(1, 1);
        notNegotiated.Version = 0x20002000;
        notNegotiated.VersionMask = 0x1fffc000;
        Candidate narrow = TestJobs.Candidate(1, 1);
        narrow.Extranonce = new Extranonce(new byte[11]);
        Candidate wide = TestJobs.Candidate(1, 1L << 32);
        Assert.Equal(
            [
                Rejection.UnknownJob, Rejection.TimeOutOfRange, Rejection.TimeOutOfRange, Rejection.VersionOutOfMask,
                Rejection.VersionOutOfMask, Rejection.NotYours, Rejection.BadProof,
            ],
            Judge(unknown, early, late, version, notNegotiated, narrow, wide));
        Assert.Equal(0, _proofs.Calls);
    }

    [Fact]
    public void Edges_of_time_and_rolled_bits_inside_the_mask_are_fine()
    {
        Candidate first = TestJobs.Candidate(1, 1);
        first.Time = 1_000;
        Candidate last = TestJobs.Candidate(1, 1);
        last.Time = 3_000;
        Candidate rolled = TestJobs.Candidate(1, 1);
        rolled.Version = 0x20000000 | 0x1fffe000;
        Assert.Equal([Rejection.None, Rejection.None, Rejection.None], Judge(first, last, rolled));
        Assert.Equal(1, _proofs.Calls);
    }

    [Fact]
    public void The_same_work_is_paid_once_in_a_batch_and_across_batches()
    {
        Candidate one = TestJobs.Candidate(1, 1);
        Candidate two = TestJobs.Candidate(1, 2);
        Candidate other = TestJobs.Candidate(1, 1);
        other.Extranonce = new Extranonce([9, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0]);
        Assert.Equal([Rejection.None, Rejection.Duplicate, Rejection.None, Rejection.None], Judge(one, one, two, other));
        Assert.Equal([Rejection.Duplicate, Rejection.Duplicate], Judge(two, other));
    }

    [Fact]
    public void Work_above_the_target_is_refused_and_not_remembered()
    {
        Candidate candidate = TestJobs.Candidate(1, 1);
        candidate.Target = TestJobs.Hard;
        Assert.Equal([Rejection.AboveTarget, Rejection.AboveTarget], Judge(candidate, candidate));
        candidate.Target = Target.Max;
        Assert.Equal([Rejection.None], Judge(candidate));
    }

    [Fact]
    public void A_job_whose_target_is_not_known_is_stale_but_its_block_is_not_lost()
    {
        Candidate candidate = TestJobs.Candidate(1, 1);
        candidate.Target = default;
        Assert.Equal([Rejection.Stale], Judge(candidate));
        _jobs.Add(5, network: TestJobs.Easy);
        Candidate block = TestJobs.Candidate(5, 1);
        block.Target = default;
        Judgement judgement = JudgeUntil(ref block, found => found.IsBlock);
        Assert.Equal(Rejection.Stale, judgement.Rejection);
    }

    [Fact]
    public void Work_on_the_old_tip_is_stale_but_its_block_is_not_lost()
    {
        _jobs.Add(3, generation: 1);
        _jobs.Add(4, generation: 1, network: Target.Max);
        _jobs.Generation = 2;
        Assert.Equal([Rejection.Stale, Rejection.Stale], Judge(TestJobs.Candidate(3, 1), TestJobs.Candidate(4, 1)));
        Assert.False(_judgements[0].IsBlock);
        Assert.True(_judgements[1].IsBlock);
        Assert.Equal(80, _validator.HeaderOf(1).Length);
        Assert.Equal([Rejection.Stale], Judge(TestJobs.Candidate(4, 1)));
        Assert.False(_judgements[0].IsBlock); // the same block is not submitted twice
    }

    [Fact]
    public void Shares_of_stale_jobs_are_forgotten_but_blocks_and_current_jobs_are_not()
    {
        _jobs.Add(3, generation: 1);
        _jobs.Add(4, generation: 1, network: Target.Max);
        Judge([.. Enumerable.Range(0, 50).Select(i => TestJobs.Candidate(3, (ulong)i)), TestJobs.Candidate(4, 1)]);
        Assert.Equal(51, _validator.RememberedCount);
        _jobs.Add(5, generation: 2);
        Assert.Equal([Rejection.None], Judge(TestJobs.Candidate(5, 1)));
        _jobs.Generation = 2;
        Assert.Equal([Rejection.Duplicate, Rejection.Stale], Judge(TestJobs.Candidate(5, 1), TestJobs.Candidate(3, 1)));
        Assert.Equal(2, _validator.RememberedCount);
        Assert.Equal([Rejection.Stale], Judge(TestJobs.Candidate(4, 1)));
        Assert.False(_judgements[0].IsBlock); // submitted before
    }

    [Fact]
    public void A_block_that_misses_its_session_s_target_is_a_block_and_no_share()
    {
        _jobs.Add(5, network: TestJobs.Easy);
        Candidate candidate = TestJobs.Candidate(5, 1);
        candidate.Target = TestJobs.Hard;
        Judgement judgement = JudgeUntil(ref candidate, found => found.IsBlock);
        Assert.Equal(Rejection.AboveTarget, judgement.Rejection);
        Assert.Equal(UInt128.Zero, judgement.Share.Work);
        Assert.Equal([Rejection.Duplicate], Judge(candidate));
        Assert.False(_judgements[0].IsBlock); // handed on once
    }

    [Fact]
    public void A_chain_share_is_one_whatever_its_session_s_target_and_however_stale_its_job()
    {
        _jobs.Add(5, chain: TestJobs.Easy);
        Candidate candidate = TestJobs.Candidate(5, 1);
        candidate.Target = TestJobs.Hard;
        Judgement judgement = JudgeUntil(ref candidate, static found => found.Reach == Reach.Chain);
        Assert.Equal((Rejection.AboveTarget, false), (judgement.Rejection, judgement.IsBlock));
        Assert.Equal([Rejection.Duplicate], Judge(candidate));
        Assert.Equal(Reach.Share, _judgements[0].Reach); // handed on once
        _jobs.Generation++;
        candidate.Nonce++;
        judgement = JudgeUntil(ref candidate, static found => found.Reach == Reach.Chain);
        Assert.Equal(Rejection.Stale, judgement.Rejection);
        Judge(candidate);
        Assert.Equal(Reach.Share, _judgements[0].Reach);
        _jobs.Add(6, generation: _jobs.Generation, network: TestJobs.Easy, chain: Target.Max);
        Candidate block = TestJobs.Candidate(6, 1);
        JudgeUntil(ref block, static found => found.IsBlock); // the furthest counts
        Assert.Equal([Reach.Share], Reaches(TestJobs.Candidate(1, 1)));
    }

    [Fact]
    public void Beyond_the_budget_a_block_is_a_block_and_a_share_is_nothing()
    {
        _jobs.Add(5, network: TestJobs.Easy);
        _jobs.Add(6);
        Candidate candidate = TestJobs.Candidate(5, 1);
        candidate.IsOverBudget = true;
        Judgement judgement = JudgeUntil(ref candidate, found => found.IsBlock);
        Assert.Equal(Rejection.OverBudget, judgement.Rejection);
        Assert.Equal(UInt128.Zero, judgement.Share.Work);
        Candidate share = TestJobs.Candidate(6, 1);
        JudgeUntil(ref share, found => found.Rejection == Rejection.None); // good within the budget
        share.IsOverBudget = true;
        share.Nonce++;
        JudgeUntil(ref share, found => found.Rejection == Rejection.OverBudget && !found.IsBlock);
    }

    [Fact]
    public void A_batch_of_several_jobs_takes_one_call_and_keeps_its_order()
    {
        _jobs.Add(6);
        _jobs.Add(7);
        Candidate[] batch = [.. Enumerable.Range(0, 256).Select(i => TestJobs.Candidate(5 + (uint)(i % 4), (ulong)i))];
        _validator.Judge(batch, _judgements);
        Assert.Equal(1, _proofs.Calls);
        for (int i = 0; i < batch.Length; i++)
        {
            bool known = batch[i].JobId is 6 or 7;
            Assert.Equal(known ? Rejection.None : Rejection.UnknownJob, _judgements[i].Rejection);
            if (known)
            {
                Assert.Equal((uint)i, BinaryPrimitives.ReadUInt32LittleEndian(_validator.HeaderOf(i)[76..]));
                Assert.Equal(batch[i].JobId, _judgements[i].Share.JobId);
            }
        }
    }

    [Fact]
    public void A_full_duplicate_set_refuses_shares_but_never_a_block()
    {
        TestJobs jobs = new();
        jobs.Add(1);
        jobs.Add(2, network: Target.Max);
        ShareValidator validator = new(jobs, _proofs, _proofs, new ShareValidatorOptions { SharesPerJobMax = 1 });
        validator.Judge([TestJobs.Candidate(1, 1), TestJobs.Candidate(1, 2), TestJobs.Candidate(2, 1), TestJobs.Candidate(2, 2)], _judgements);
        Assert.Equal([Rejection.None, Rejection.Overloaded, Rejection.None, Rejection.None], _judgements[..4].Select(j => j.Rejection));
    }

    [Fact]
    public void Jobs_that_left_the_table_free_their_memory_and_stay_unknown()
    {
        for (uint id = 10; id < 1_000; id++)
        {
            _jobs.Add(id);
            Assert.Equal([Rejection.None], Judge(TestJobs.Candidate(id, 1)));
            _jobs.Remove(id - 5);
            Assert.Equal(Rejection.UnknownJob, Judge(TestJobs.Candidate(id - 5, 2))[0]);
            Assert.Equal([Rejection.Duplicate], Judge(TestJobs.Candidate(id, 1)));
        }
    }

    [Fact]
    public void Nothing_is_allocated_per_share()
    {
        Candidate[] batch = new Candidate[256];
        ulong nonce = 0;
        long before = 0;
        for (int round = 0; round < 60; round++)
        {
            if (round == 34)
            {
                // From 8,192 shares to 16,384 the duplicate set does not grow, and every cache is warm.
                before = GC.GetAllocatedBytesForCurrentThread();
            }
            for (int i = 0; i < batch.Length; i++)
            {
                batch[i] = TestJobs.Candidate(1, nonce++);
            }
            _validator.Judge(batch, _judgements);
        }
        double perShare = (GC.GetAllocatedBytesForCurrentThread() - before) / (26.0 * 256);
        Assert.Equal(Rejection.None, _judgements[255].Rejection);
        Assert.True(perShare < 1, $"{perShare:f1} bytes per share");
    }

    private Rejection[] Judge(params Candidate[] candidates)
    {
        _validator.Judge(candidates, _judgements);
        return [.. _judgements[..candidates.Length].Select(judgement => judgement.Rejection)];
    }

    private Reach[] Reaches(params Candidate[] candidates)
    {
        Judge(candidates);
        return [.. _judgements[..candidates.Length].Select(static judgement => judgement.Reach)];
    }

    private Judgement JudgeUntil(ref Candidate candidate, Predicate<Judgement> enough)
    {
        for (int i = 0; i < 200; i++)
        {
            candidate.Nonce++;
            _validator.Judge([candidate], _judgements);
            if (enough(_judgements[0]))
            {
                return _judgements[0];
            }
        }
        throw new InvalidOperationException("no candidate of 200 was good");
    }

    private sealed class OneJob(Job job) : IJobTable
    {
        public uint Generation => job.Generation;

        public bool TryGetJob(uint id, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Job? found)
        {
            found = id == job.Id ? job : null;
            return found is not null;
        }
    }
}
