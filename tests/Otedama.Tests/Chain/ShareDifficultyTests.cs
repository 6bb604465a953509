using System.Numerics;
using CsCheck;
using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Chain;

public sealed class ShareDifficultyTests
{
    private static readonly Target s_limit = Target.FromCompact(0x1d00ffff);

    [Theory]
    [InlineData(0x1b0404cb, 10_000, 0, 0x1b0404cb)]
    [InlineData(0x1b0404cb, 0, 0, 0x1b03f902)]
    [InlineData(0x1b0404cb, 1, 0, 0x1b03f902)]
    [InlineData(0x1b0404cb, 25_000, 0, 0x1b0416d4)]
    [InlineData(0x1b0404cb, -30_000, 0, 0x1b03d66b)]
    [InlineData(0x1b0404cb, 10_000, 1, 0x1b03f902)]
    [InlineData(0x1b0404cb, 5_000, 5, 0x1b03c58f)]
    [InlineData(0x1b0404cb, 610_000, 0, 0x1b080996)]
    [InlineData(0x1b0404cb, 99_999_999, 0, 0x1b3f8fee)]
    [InlineData(0x1d00ffff, 60_000, 0, 0x1d00ffff)]
    [InlineData(0x1c7fffff, 9_999, 0, 0x1c7fffff)]
    [InlineData(0x1b00ffff, 600_000, 0, 0x1b01fa1f)]
    public void The_published_steps(uint bits, long gap, int uncles, uint expected) =>
        Assert.Equal(expected, ShareDifficulty.Next(bits, Math.Min(gap, 2_400_000), uncles, 10_000, 600_000, s_limit));

    [Fact]
    public void No_gap_leaves_the_range_of_targets()
    {
        Assert.Equal(0x01010000u, ShareDifficulty.Next(0x1b0404cb, -((Int128)1 << 64), 0, 10_000, 600_000, s_limit));
        Assert.Equal(0x01010000u, ShareDifficulty.Next(0x01010000, 0, 255, 86_400_000, 1, s_limit));
        Assert.Equal(0x1d00ffffu, ShareDifficulty.Next(0x01010000, (Int128)1 << 64, 0, 1, 1, s_limit));
        Assert.Equal(0x1d00ffffu, ShareDifficulty.Next(0x1b0404cb, 1_000_000, 0, 10_000, 600, s_limit));
    }

    [Fact]
    public void Steps_are_those_of_plain_integers() =>
        Gen.Select(Gen.UInt[1, 0x7fffff], Gen.UInt[4, 29], Gen.Long[-10_000_000, 2_400_000], Gen.Int[0, 5]).Sample(
            (mantissa, size, gap, uncles) =>
            {
                uint bits = new Target(UInt256.FromBigInteger((BigInteger)mantissa << (int)(8 * (size - 3)))).ToCompact();
                BigInteger exponent = (BigInteger)(gap - (10_000 * (1 + uncles))) * 65_536 / 600_000;
                BigInteger shift = exponent >> 16, f = exponent & 0xffff;
                BigInteger k = 65_536
                    + (((195_766_423_245_049 * f) + (971_821_376 * f * f) + (5_127 * f * f * f) + (BigInteger.One << 47)) >> 48);
                BigInteger value = (Target.FromCompact(bits).Value.ToBigInteger() * k) << 4_096;
                value = value >> (4_096 + 16 - (int)shift);
                value = BigInteger.Min(s_limit.Value.ToBigInteger(), BigInteger.Max(1, value));
                uint expected = new Target(UInt256.FromBigInteger(value)).ToCompact();
                Assert.Equal(expected, ShareDifficulty.Next(bits, gap, uncles, 10_000, 600_000, s_limit));
            });

    [Fact]
    public void Work_is_expected_hashes_and_doubles_with_each_power()
    {
        Assert.Equal((UInt128)2, ShareDifficulty.Work(0x207fffff, 0));
        Assert.Equal((UInt128)4_295_032_833, ShareDifficulty.Work(0x1d00ffff, 0));
        Assert.Equal((UInt128)4_295_032_833 * 8, ShareDifficulty.Work(0x1d00ffff, 3));
        Assert.Equal(UInt128.MaxValue, ShareDifficulty.Work(0x01010000, 0));
        Assert.Equal(UInt128.MaxValue, ShareDifficulty.Work(0x11010000, 9));
        Assert.Equal(Target.FromCompact(0x1d00ffff), ShareDifficulty.Required(0x1d00ffff, 0));
        Assert.Equal(Target.FromCompact(0x1c1fffe0), ShareDifficulty.Required(0x1d00ffff, 3));
    }

    [Theory]
    [InlineData(new ulong[] { 0, 10, 20, 30 }, 20)]
    [InlineData(new ulong[] { 30, 0, 20, 10 }, 20)]
    [InlineData(new ulong[] { 0, 10, 20 }, 10)]
    [InlineData(new ulong[] { 7 }, 7)]
    public void The_median_is_the_upper_middle(ulong[] times, ulong expected) => Assert.Equal(expected, ShareTime.Median(times));

    [Fact]
    public void Parts_are_exact_at_any_size() =>
        Gen.Select(Gen.ULong, Gen.ULong, Gen.ULong, Gen.ULong, Gen.ULong, Gen.Int[0, 127], Gen.Int[0, 63]).Sample(
            (high, low, allHigh, allLow, amount, less, fewer) =>
            {
                UInt128 one = new UInt128(high, low) >> less, other = new UInt128(allHigh, allLow) >> less;
                UInt128 all = UInt128.Max(UInt128.Max(one, other), 1);
                UInt128 weight = UInt128.Min(one, other);
                ulong money = amount >> fewer;
                Assert.Equal((BigInteger)weight * money / all, ExactParts.OfAmount(weight, money, all));
                Assert.Equal((BigInteger)weight * 77 / 100, (BigInteger)ExactParts.Of(weight, 77, 100));
                Assert.Equal(money, ExactParts.OfAmount(all, money, all));
                Assert.Equal((BigInteger)(all - 1) * money / all, ExactParts.OfAmount(all - 1, money, all));
            }, iter: 20_000);
}
