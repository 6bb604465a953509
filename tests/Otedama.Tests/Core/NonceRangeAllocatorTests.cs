using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Core;

public class NonceRangeAllocatorTests
{
    [Fact]
    public void Ranges_follow_each_other_under_the_prefix_across_jobs()
    {
        NonceRangeAllocator allocator = new([0xab, 0xcd]);
        Assert.True(allocator.TryTake(JobOf(1), Target.Max, 100, 8, out WorkRange? first));
        Assert.True(allocator.TryTake(JobOf(1), Target.Max, 50, 8, out WorkRange? second));
        Assert.True(allocator.TryTake(JobOf(2), Target.Max, 50, 8, out WorkRange? third));
        Assert.Equal((0xabcd_0000_0000_0000, 100UL), (first.NonceFirst, first.NonceCount));
        Assert.Equal((0xabcd_0000_0000_0064, 50UL), (second.NonceFirst, second.NonceCount));
        Assert.Equal(0xabcd_0000_0000_0096, third.NonceFirst);
        Assert.Equal("abcd", Hex.Encode(third.Extranonce.Span));
        Assert.Single(third.Versions);
    }

    [Fact]
    public void A_job_ends_when_every_nonce_was_given_out_once()
    {
        NonceRangeAllocator allocator = new(new byte[7]); // 256 nonces
        Assert.True(allocator.TryTake(JobOf(1), Target.Max, 200, 1, out _));
        Assert.True(allocator.TryTake(JobOf(2), Target.Max, 200, 1, out WorkRange? rest));
        Assert.Equal((200UL, 56UL), (rest.NonceFirst, rest.NonceCount));
        Assert.True(allocator.TryTake(JobOf(2), Target.Max, 1_000, 1, out WorkRange? wrapped));
        Assert.Equal((0UL, 200UL), (wrapped.NonceFirst, wrapped.NonceCount));
        Assert.False(allocator.TryTake(JobOf(2), Target.Max, 1, 1, out _));
        Assert.True(allocator.TryTake(JobOf(3), Target.Max, 1, 1, out _));
    }

    [Fact]
    public void Without_a_prefix_the_whole_space_is_there_and_eight_bytes_leave_none()
    {
        NonceRangeAllocator allocator = new([]);
        Assert.True(allocator.TryTake(JobOf(1), Target.Max, ulong.MaxValue, 1, out WorkRange? range));
        Assert.Equal((0UL, ulong.MaxValue), (range.NonceFirst, range.NonceCount));
        Assert.Throws<ArgumentOutOfRangeException>(() => new NonceRangeAllocator(new byte[8]));
    }

    private static Job JobOf(uint id) => new()
    {
        Id = id,
        Generation = 1,
        Algorithm = Algorithm.KawPow,
        Height = 1,
        Recipe = new KawPowRecipe { HeaderHash = Hash256.Zero, SeedHash = new byte[32], Bits = 0x207fffff, Time = 0 },
        NetworkTarget = Target.Max,
        ShareTarget = Target.Max,
        Clean = true,
        TimeMin = 0,
        TimeMax = 0,
    };
}
