using CsCheck;
using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Core;

public class RangeAllocatorTests
{
    [Fact]
    public void Ranges_of_one_job_never_overlap()
    {
        Gen.Select(Gen.Int[1, 3], Gen.UInt, Gen.Int[0, 4], Gen.ULong[1UL << 29, 1UL << 32], Gen.Int[1, 8], Gen.Int[1, 60])
            .Sample(
                (length, maskSeed, maskBits, slice, versions, takes) =>
                {
                    RangeAllocator allocator = new([1, 2], length);
                    Job job = MakeJob(1, KeepBits(maskSeed, maskBits));
                    List<WorkRange> taken = [];
                    while (taken.Count < takes && allocator.TryTake(job, Target.Max, slice, versions, out WorkRange? range))
                    {
                        Assert.DoesNotContain(taken, other => Overlap(other, range!));
                        Assert.All(range!.Versions, v => Assert.Equal(0u, (v ^ 0x20000000u) & ~Mask(job)));
                        taken.Add(range);
                    }
                    Assert.NotEmpty(taken);
                },
                iter: 300);
    }

    [Fact]
    public void A_job_uses_the_whole_space_once_and_then_reports_exhaustion()
    {
        RangeAllocator allocator = new([9], 1);
        Job job = MakeJob(1, 0x0000e000); // three bits: two groups of four
        Dictionary<(byte, uint), ulong> nonces = [];
        while (allocator.TryTake(job, Target.Max, 3UL << 30, 4, out WorkRange? range))
        {
            foreach (uint version in range!.Versions)
            {
                (byte, uint) key = (range.Extranonce.Span[1], version);
                nonces[key] = nonces.GetValueOrDefault(key) + range.NonceCount;
            }
        }
        Assert.Equal(256 * 8, nonces.Count);
        Assert.All(nonces.Values, total => Assert.Equal(1UL << 32, total));
        Assert.False(allocator.TryTake(job, Target.Max, 1, 1, out _));
        Assert.True(allocator.TryTake(MakeJob(2, 0), Target.Max, 1, 1, out _), "a new job has the space again");
    }

    [Fact]
    public void The_counter_goes_on_over_jobs()
    {
        RangeAllocator allocator = new([], 4);
        HashSet<string> seen = [];
        for (uint id = 1; id <= 1000; id++)
        {
            Assert.True(allocator.TryTake(MakeJob(id, 0x1fffe000), Target.Max, 1000, 8, out WorkRange? range));
            Assert.True(seen.Add(Hex.Encode(range!.Extranonce.Span)), "an extranonce 2 came back");
        }
    }

    [Fact]
    public void Leased_prefixes_are_distinct_and_apart_from_local_ranges()
    {
        RangeAllocator allocator = new([7, 7], 2);
        HashSet<string> prefixes = [];
        while (allocator.TryLeasePrefix(out ReadOnlyMemory<byte> prefix, out int rest))
        {
            Assert.Equal(1, rest);
            Assert.True(prefixes.Add(Hex.Encode(prefix.Span)));
        }
        Assert.Equal(128, prefixes.Count);
        Job job = MakeJob(1, 0);
        int local = 0;
        while (allocator.TryTake(job, Target.Max, 1UL << 32, 1, out WorkRange? range))
        {
            local++;
            Assert.DoesNotContain(Hex.Encode(range!.Extranonce.Span[..3]), prefixes);
        }
        Assert.Equal(32768, local);
    }

    [Fact]
    public void A_returned_prefix_is_leased_again_and_a_foreign_one_refused()
    {
        RangeAllocator allocator = new([], 2);
        Assert.True(allocator.TryLeasePrefix(out ReadOnlyMemory<byte> first, out _));
        while (allocator.TryLeasePrefix(out _, out _))
        {
        }
        allocator.ReturnPrefix(first.Span);
        Assert.Throws<ArgumentException>(() => allocator.ReturnPrefix(first.Span));
        Assert.True(allocator.TryLeasePrefix(out ReadOnlyMemory<byte> again, out _));
        Assert.Equal(first.ToArray(), again.ToArray());
    }

    [Fact]
    public void The_first_version_is_the_jobs_own_even_with_bits_inside_the_mask()
    {
        RangeAllocator allocator = new([], 4);
        Job job = MakeJob(1, 0x1fffe000, version: 0x20006004);
        Assert.True(allocator.TryTake(job, Target.Max, 10, 8, out WorkRange? range));
        Assert.Equal(0x20006004u, range!.Versions[0]);
        Assert.Equal(8, range.Versions.Distinct().Count());
    }

    [Fact]
    public void Older_jobs_and_impossible_lengths_are_refused()
    {
        RangeAllocator allocator = new([], 4);
        allocator.TryTake(MakeJob(5, 0), Target.Max, 1, 1, out _);
        Assert.Throws<ArgumentException>(() => allocator.TryTake(MakeJob(4, 0), Target.Max, 1, 1, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RangeAllocator([], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RangeAllocator([], 17));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RangeAllocator(new byte[20], 13));
    }

    private static bool Overlap(WorkRange left, WorkRange right) =>
        left.Extranonce.Span.SequenceEqual(right.Extranonce.Span)
        && left.Versions.Intersect(right.Versions).Any()
        && left.NonceFirst < right.NonceFirst + right.NonceCount
        && right.NonceFirst < left.NonceFirst + left.NonceCount;

    private static uint Mask(Job job) => ((BitcoinRecipe)job.Recipe).VersionMask;

    private static uint KeepBits(uint seed, int count)
    {
        uint mask = 0;
        for (; count > 0 && seed != 0; count--, seed &= seed - 1)
        {
            mask |= unchecked(seed & (0u - seed));
        }
        return mask;
    }

    private static Job MakeJob(uint id, uint mask, uint version = 0x20000000) => new()
    {
        Id = id,
        Generation = 1,
        Algorithm = Algorithm.Sha256d,
        Height = 1,
        Recipe = new BitcoinRecipe
        {
            Version = version,
            VersionMask = mask,
            PreviousHash = Hash256.Zero,
            CoinbasePrefix = new byte[4],
            CoinbaseSuffix = new byte[4],
            Branches = default,
            Bits = 0x207fffff,
            Time = 1,
        },
        NetworkTarget = Target.Max,
        ShareTarget = Target.Max,
        Clean = true,
        TimeMin = 0,
        TimeMax = uint.MaxValue,
    };
}
