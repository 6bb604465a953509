using Otedama.Core;
using Otedama.Node;
using Xunit;

namespace Otedama.Tests.Node;

public class RetargeterTests
{
    private static readonly ChainRules s_fast = new(CoinCatalogue.Otedama, RetargetMode.Fast, 10);

    [Fact]
    public void Off_is_always_the_limit()
    {
        ChainRules off = s_fast with { Retarget = RetargetMode.Off };
        Assert.Equal(0x207fffffu, Retargeter.NextBits(Genesis(off), 2_000_000_000, off));
    }

    [Theory]
    [InlineData(0, 7, 8)]
    [InlineData(10, 8, 8)]
    [InlineData(20, 9, 8)]
    [InlineData(60, 13, 8)]
    [InlineData(100_000, 13, 8)]
    public void One_block_moves_the_target_within_bounds(uint took, int numerator, int denominator)
    {
        ChainEntry first = Genesis(s_fast);
        ChainEntry second = After(first, first.Header.Time + 10, s_fast);
        ChainEntry third = After(second, second.Header.Time + took, s_fast);
        double ratio = Target.FromCompact(Retargeter.NextBits(third, third.Header.Time + 1, s_fast)).Value.ToDouble()
            / Target.FromCompact(third.Header.Bits).Value.ToDouble();
        Assert.Equal((double)numerator / denominator, ratio, 4);
    }

    [Fact]
    public void A_time_before_its_parents_counts_as_zero()
    {
        ChainEntry first = Genesis(s_fast);
        ChainEntry second = After(first, first.Header.Time + 10, s_fast);
        ChainEntry back = After(second, second.Header.Time - 5, s_fast);
        Assert.True(Target.FromCompact(Retargeter.NextBits(back, back.Header.Time + 1, s_fast)) < Target.FromCompact(back.Header.Bits));
    }

    [Fact]
    public void Simulated_miners_settle_near_the_intended_pace_and_recover_when_one_leaves()
    {
        Random random = new(7);
        ChainEntry tip = Genesis(s_fast);
        double fast = Mine(ref tip, random, hashesPerSecond: 1e12, blocks: 400, measureLast: 200);
        Assert.InRange(fast, 8.5, 12.5);
        double slow = Mine(ref tip, random, hashesPerSecond: 2e7, blocks: 300, measureLast: 200);
        Assert.InRange(slow, 8.5, 12.5);
    }

    /// <summary>Mean seconds per block of the last ones. Silence is stepped second by second so that relief can act.</summary>
    private static double Mine(ref ChainEntry tip, Random random, double hashesPerSecond, int blocks, int measureLast)
    {
        List<double> took = [];
        double carry = 0;
        for (int i = 0; i < blocks; i++)
        {
            double left = -Math.Log(1 - random.NextDouble()); // in units of expected work
            uint time = tip.Header.Time + 1;
            double spent = 0;
            while (true)
            {
                double work = (double)Target.FromCompact(Retargeter.NextBits(tip, time, s_fast)).ToWork();
                double step = Math.Min(1, left * work / hashesPerSecond);
                spent += step;
                left -= step * hashesPerSecond / work;
                if (left <= 1e-12)
                {
                    break;
                }
                time = tip.Header.Time + (uint)Math.Max(1, spent + carry);
            }
            took.Add(spent);
            uint stamped = tip.Header.Time + (uint)(spent + carry);
            carry = spent + carry - (stamped - tip.Header.Time);
            tip = After(tip, stamped, s_fast);
        }
        return took.TakeLast(measureLast).Average();
    }

    private static ChainEntry Genesis(ChainRules rules)
    {
        Block block = rules.Genesis();
        return new ChainEntry(block.Id, block.Header, null, 1, -1);
    }

    private static ChainEntry After(ChainEntry parent, uint time, ChainRules rules)
    {
        uint bits = Retargeter.NextBits(parent, time, rules);
        BlockHeader header = new(4, parent.Id, Hash256.Zero, time, bits, 0);
        return new ChainEntry(header.Id, header, parent, 1, 0);
    }
}
