using System.Globalization;
using System.Numerics;
using CsCheck;
using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Payouts;

public sealed class PayoutPlannerTests
{
    private static readonly byte[] s_operator = [0xaa];

    private static readonly Gen<(PayeeWork[] Payees, long Reward, int Fee, long Min, int Outputs)> s_cases =
        Gen.Select(
            Gen.Select(Gen.ULong[0, 1UL << 60], Gen.Long[-1_000_000, 5_000_000]).Array[0, 30],
            Gen.Long[0, 5_000_000_000],
            Gen.Int[0, 10_000],
            Gen.Long[0, 10_000_000],
            Gen.Int[1, 40],
            (payees, reward, fee, min, outputs) => (
                payees.Select((payee, i) => Payee(i + 1, payee.Item1, payee.Item2)).ToArray(), reward, fee, min, outputs));

    [Fact]
    public void Every_split_is_exact_never_negative_and_within_its_limits() => s_cases.Sample(input =>
    {
        PayoutSplit split = Plan(input);
        Assert.Equal(input.Reward, split.Outputs.Sum(output => output.Amount.Units));
        Assert.Equal(input.Reward, split.Entries.Sum(entry => entry.Earned.Units));
        Assert.Equal(input.Reward, split.Entries.Sum(entry => entry.Paid.Units));
        Assert.All(split.Outputs, output => Assert.True(output.Amount >= Amount.Zero));
        Assert.All(split.Entries, entry => Assert.True(entry.Earned >= Amount.Zero && entry.Paid >= Amount.Zero));
        Assert.InRange(split.Outputs.Count, 1, input.Outputs);
        foreach (PayoutEntry entry in split.Entries.Where(entry => entry.Payee != 0))
        {
            PayeeWork payee = input.Payees[entry.Payee - 1];
            Assert.True(entry.Paid == Amount.Zero || entry.Paid.Units >= Math.Min(input.Min, 100), "paid below the minimum");
            Assert.True(entry.Paid <= entry.Earned + Max(payee.Owed), "paid more than due");
        }
    });

    [Fact]
    public void Fair_within_one_unit_and_monotone_in_work() => s_cases.Sample(input =>
    {
        PayoutSplit split = Plan(input);
        decimal total = input.Payees.Sum(payee => (decimal)payee.Work);
        if (total == 0)
        {
            return;
        }
        long net = input.Reward - new FeeRate(input.Fee * 10_000).Of(new Amount(input.Reward)).Units;
        Dictionary<int, long> earned = split.Entries.ToDictionary(entry => entry.Payee, entry => entry.Earned.Units);
        foreach (PayeeWork payee in input.Payees)
        {
            decimal ideal = (decimal)payee.Work / total * net;
            Assert.True(Math.Abs(earned.GetValueOrDefault(payee.Payee) - ideal) < 1.001m);
        }
        PayeeWork[] byWork = [.. input.Payees.OrderBy(payee => payee.Work)];
        for (int i = 1; i < byWork.Length; i++)
        {
            Assert.True(earned.GetValueOrDefault(byWork[i].Payee) + 1 >= earned.GetValueOrDefault(byWork[i - 1].Payee));
        }
    });

    [Fact]
    public void Nobody_is_skipped_for_a_smaller_one()
    {
        PayoutSplit split = PayoutPlanner.Plan(
            new Amount(1_000), Rules(0, 1), [Payee(1, 10), Payee(2, 30), Payee(3, 60)], outputsMax: 2);
        Assert.Equal([(0, 0L, 400L), (1, 100L, 0L), (2, 300L, 0L), (3, 600L, 600L)], Flat(split));
    }

    [Fact]
    public void The_fee_goes_to_the_operator_first_and_rounds_down()
    {
        PayoutSplit split = PayoutPlanner.Plan(new Amount(999), Rules(150, 1), [Payee(1, 5)], 10);
        Assert.Equal([(0, 14L, 14L), (1, 985L, 985L)], Flat(split));
        Assert.Equal(s_operator, split.Outputs[^1].Script.ToArray());
    }

    [Fact]
    public void Small_amounts_are_withheld_then_paid_from_the_operator_s_part()
    {
        PayoutSplit first = PayoutPlanner.Plan(new Amount(1_000), Rules(0, 300), [Payee(1, 2), Payee(2, 8)], 10);
        Assert.Equal([(0, 0L, 200L), (1, 200L, 0L), (2, 800L, 800L)], Flat(first));
        PayoutSplit second = PayoutPlanner.Plan(new Amount(1_000), Rules(0, 300), [Payee(1, 2, 200), Payee(2, 8)], 10);
        Assert.Equal([(0, 0L, 0L), (1, 200L, 200L), (2, 800L, 800L)], Flat(second)); // nothing left for the debt
        PayoutSplit third = PayoutPlanner.Plan(new Amount(1_000), Rules(2_000, 300), [Payee(1, 2, 200), Payee(2, 8)], 10);
        Assert.Equal([(0, 200L, 0L), (1, 160L, 360L), (2, 640L, 640L)], Flat(third));
    }

    [Fact]
    public void A_debt_larger_than_the_operator_s_part_is_paid_in_pieces_and_never_from_others()
    {
        PayoutSplit split = PayoutPlanner.Plan(new Amount(1_000), Rules(1_000, 50), [Payee(1, 1, 5_000), Payee(2, 1)], 10);
        Assert.Equal([(0, 100L, 0L), (1, 450L, 550L), (2, 450L, 450L)], Flat(split));
    }

    [Fact]
    public void Who_was_paid_too_much_gets_less_next_time()
    {
        PayoutSplit split = PayoutPlanner.Plan(new Amount(1_000), Rules(0, 1), [Payee(1, 1, -100), Payee(2, 1)], 10);
        Assert.Equal([(0, 0L, 100L), (1, 500L, 400L), (2, 500L, 500L)], Flat(split));
    }

    [Fact]
    public void Without_work_everything_is_the_operator_s()
    {
        PayoutSplit split = PayoutPlanner.Plan(new Amount(1_000), Rules(100, 1), [], 1);
        Assert.Equal([(0, 1_000L, 1_000L)], Flat(split));
        Assert.Single(split.Outputs);
    }

    [Fact]
    public void The_operator_s_own_work_and_address_share_one_output()
    {
        PayeeWork own = new(0, s_operator, 50, Amount.Zero);
        PayeeWork sameAddress = new(1, s_operator, 25, Amount.Zero);
        PayoutSplit split = PayoutPlanner.Plan(new Amount(1_000), Rules(0, 1), [own, sameAddress, Payee(2, 25)], 10);
        Assert.Equal([(0, 500L, 500L), (1, 250L, 250L), (2, 250L, 250L)], Flat(split));
        Assert.Equal([250L, 750L], split.Outputs.Select(output => output.Amount.Units));
    }

    [Fact]
    public void A_shared_solo_coinbase_books_the_reward_to_whoever_finds_it()
    {
        PayoutSplit split = PayoutPlanner.Plan(new Amount(1_000), Rules(100, 1), [Payee(4, 0, 300)], 10, toFinder: true);
        Assert.Equal(990, split.FinderEarned.Units);
        Assert.Equal(
            [(0, 10L, 700L), (4, 0L, 300L), (9, 990L, 0L)], Flat(split with { Entries = PayoutPlanner.EntriesFor(split, 9) }));
        Assert.Equal(
            [(0, 10L, 700L), (4, 990L, 300L)], Flat(split with { Entries = PayoutPlanner.EntriesFor(split, 4) }));
    }

    [Fact]
    public void Pay_per_share_adds_up_to_the_same_whatever_the_pieces() =>
        Gen.Select(Gen.ULong[1, 1UL << 40].Array[1, 50], Gen.Long[0, 5_000_000_000]).Sample((pieces, reward) =>
        {
            UInt128 network = (UInt128)1 << 44;
            UInt128 before = 0;
            long sum = 0;
            foreach (ulong piece in pieces)
            {
                sum += PayoutMath.PayPerShare(before, piece, new Amount(reward), network).Units;
                before += piece;
            }
            Assert.Equal((long)((BigInteger)before * reward / network), sum);
        });

    [Theory]
    [InlineData(0UL)]
    [InlineData(1_999UL)]
    public void A_share_heavier_than_a_block_earns_one_block(ulong before)
    {
        Assert.Equal(5_000, PayoutMath.PayPerShare(before, 1_000, new Amount(5_000), 1_000).Units);
        Assert.Equal(5_000, PayoutMath.PayPerShare(before, UInt128.MaxValue, new Amount(5_000), 1_000).Units);
    }

    [Fact]
    public void Large_and_small_numbers_are_split_by_the_same_rule() =>
        Gen.Select(Gen.ULong.Array[1, 20], Gen.Long[0, 5_000_000_000], Gen.Int[0, 60]).Sample((works, reward, shift) =>
        {
            UInt128[] work = [.. works.Select(w => (UInt128)w << shift)];
            Amount[] amounts = new Amount[work.Length];
            PayoutMath.SplitByWork(work, new Amount(reward), amounts);
            BigInteger total = work.Aggregate(BigInteger.Zero, static (sum, w) => sum + w);
            BigInteger upTo = BigInteger.Zero;
            BigInteger paid = BigInteger.Zero;
            for (int i = 0; i < work.Length && total > 0; i++)
            {
                upTo += work[i];
                paid += amounts[i].Units;
                Assert.Equal(upTo * reward / total, paid);
            }
        });

    [Theory]
    [InlineData("0", 0, "0")]
    [InlineData("0.005", 250_000, "0.005")]
    [InlineData("0.015", 750_000, "0.015")]
    [InlineData("0.000001", 50, "0.000001")]
    [InlineData("1.50", 75_000_000, "1.5")]
    [InlineData("99.999", 4_999_950_000, "99.999")]
    [InlineData("100", 5_000_000_000, "100")]
    public void A_fee_is_exact_to_the_unit_and_shown_as_it_was_given(string percent, long units, string shown)
    {
        FeeRate fee = FeeRate.FromPercent(decimal.Parse(percent, CultureInfo.InvariantCulture));
        Assert.Equal(units, fee.Of(new Amount(5_000_000_000)).Units);
        Assert.Equal(shown, fee.ToString());
    }

    [Theory]
    [InlineData("-0.000001")]
    [InlineData("100.000001")]
    [InlineData("0.0000001")]
    public void A_fee_that_cannot_be_kept_exactly_is_refused(string percent)
    {
        decimal value = decimal.Parse(percent, CultureInfo.InvariantCulture);
        Assert.False(FeeRate.TryFromPercent(value, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => FeeRate.FromPercent(value));
    }

    private static PayoutSplit Plan((PayeeWork[] Payees, long Reward, int Fee, long Min, int Outputs) input) =>
        PayoutPlanner.Plan(new Amount(input.Reward), Rules(input.Fee, input.Min), input.Payees, input.Outputs);

    private static PayoutRules Rules(int fee, long min) => new()
    {
        OperatorScript = s_operator,
        Fee = new FeeRate(fee * 10_000),
        PayoutMin = new Amount(min),
        OutputMin = new Amount(100),
    };

    private static PayeeWork Payee(int number, ulong work, long owed = 0) =>
        new(number, new byte[] { 1, (byte)number }, work, new Amount(owed));

    private static Amount Max(Amount amount) => amount > Amount.Zero ? amount : Amount.Zero;

    private static IEnumerable<(int, long, long)> Flat(PayoutSplit split) =>
        split.Entries.Select(entry => (entry.Payee, entry.Earned.Units, entry.Paid.Units));
}
