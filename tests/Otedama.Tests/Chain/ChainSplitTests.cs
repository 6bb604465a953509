using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Otedama.Core;
using Otedama.Pool;
using Xunit;

namespace Otedama.Tests.Chain;

public sealed class ChainSplitTests
{
    private const byte Type = PayoutKey.WitnessKeyHash;

    /// <summary>Keys of the vectors have no type byte; all here are of one type, so only the hash sees the difference.</summary>
    [Theory]
    [InlineData(4, 4, 78_125_000, 78_125_000, "c041aba1db6b572e7eacec9ae606b86a8e28b5bd1bb966cb1d5936b2274c521b")]
    [InlineData(47, 47, 6_648_937, 6_648_936, "cac2191e66667146b97654f778ba55609d6e576c46283ade58f156e28d5ff419")]
    [InlineData(146, 146, 4_652_547, 777_325, "7ca6375dcb8a47a3d83133126afefb95fa1a787a510069839ea7c0ddbdc33765")]
    public void The_published_splits(int outputs, int count, ulong most, ulong least, string digest)
    {
        ChainPayee[] payees = [.. Enumerable.Range(0, 200).Select(static i => new ChainPayee(Key($"k{i}"), (UInt128)(i + 1) * (uint)(i + 1)))];
        SlotOrder order = new(new Hash256(SHA256.HashData("seed"u8)), keyFrom: 1);
        ChainPayout[] payouts = ChainSplit.Of(new PayoutLine(payees, order), 312_500_000, outputs, 5_000);
        Assert.Equal((count, most, least), (payouts.Length, payouts.Max(static p => p.Amount), payouts.Min(static p => p.Amount)));
        ByteWriter text = new();
        foreach (ChainPayout payout in payouts)
        {
            text.Raw(payout.Key.ToArray().AsSpan(1)).Int64((long)payout.Amount);
        }
        Assert.Equal(digest, Hex.Encode(SHA256.HashData(text.Span)));
    }

    [Fact]
    public void Keys_are_hashed_with_their_type()
    {
        PayoutKey x = Numbered(0), y = Numbered(1), z = Numbered(2);
        Assert.Equal(
            [new ChainPayout(x, 10_000), new ChainPayout(y, 5_000), new ChainPayout(z, 5_000)],
            ChainSplit.Of([new(z, 1), new(x, 5), new(y, 4)], 20_000, 4, 5_000, Hash256.Zero));
        Assert.Equal([new ChainPayout(z, 4_999)], ChainSplit.Of([new(y, 1), new(x, 1), new(z, 1)], 4_999, 4, 5_000, Hash256.Zero));
    }

    [Fact]
    public void The_share_of_the_format_vector()
    {
        ulong[] weights = [500_000, 250_000, 120_000, 80_000, 40_000, 10_000];
        ChainPayee[] payees = [.. weights.Select(static (weight, i) => new ChainPayee(Key($"payee{i}"), weight))];
        ChainPayout[] payouts = ChainSplit.Of(payees, 312_500_000, 4, 5_000, new Hash256(SHA256.HashData("example parent share"u8)));
        Assert.Equal(
            [
                new ChainPayout(Key("payee0"), 156_250_000),
                new ChainPayout(Key("payee1"), 78_125_000),
                new ChainPayout(new PayoutKey(Type, Hex.Decode("5114d14e4f374f62d2d27d28455bd06922897ad1")), 39_062_500),
                new ChainPayout(new PayoutKey(Type, Hex.Decode("c800f00fe861b3b5190aafb1c7b8e151d5503718")), 39_062_500),
            ],
            payouts);
    }

    [Fact]
    public void Nobody_and_nothing()
    {
        Assert.Empty(ChainSplit.Of([], 5_000, 4, 5_000, Hash256.Zero));
        Assert.Equal([new ChainPayout(Numbered(1), 0)], ChainSplit.Of([new(Numbered(1), 7)], 0, 4, 5_000, Hash256.Zero));
        Assert.Equal([new ChainPayout(Numbered(1), 3)], ChainSplit.Of([new(Numbered(1), 7)], 3, 4, 5_000, Hash256.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(static () => ChainSplit.Of([new(Numbered(1), 7)], 3, 0, 5_000, Hash256.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(static () => ChainSplit.Of([new(Numbered(1), 7)], 3, 4, 0, Hash256.Zero));
    }

    /// <summary>Rewards around a few times the dust, where a part or what it leaves may be too little.</summary>
    [Fact]
    public void Sums_are_exact_and_nothing_below_dust_is_paid()
    {
        Splits random = new(1);
        for (int i = 0; i < 20_000; i++)
        {
            int outputs = random.Upto(12) + 1;
            ulong dust = (ulong)random.Upto(20) + 1, reward = (ulong)random.Upto(400);
            ChainPayee[] payees = random.Payees(random.Upto(30) + 1);
            ChainPayout[] payouts = ChainSplit.Of([.. payees], reward, outputs, dust, random.Seed());
            string said = string.Create(CultureInfo.InvariantCulture, $"case {i}: {reward} over {payees.Length} with {outputs} outputs and dust {dust}");
            Assert.True(payouts.Aggregate(0UL, static (sum, payout) => sum + payout.Amount) == reward, said);
            Assert.True(payouts.Length <= outputs, said);
            Assert.True(reward < dust || payouts.All(payout => payout.Amount >= dust), said);
            Assert.True(payouts.DistinctBy(static payout => payout.Key).Count() == payouts.Length, said);
            Assert.True(payouts.All(payout => payees.Any(payee => payee.Key == payout.Key)), said);
        }
    }

    /// <summary>The order of the payees given and the size of the weights (products beyond 128 bits) change nothing.</summary>
    [Fact]
    public void The_split_depends_on_the_parts_alone()
    {
        Splits random = new(2);
        for (int i = 0; i < 500; i++)
        {
            ChainPayee[] payees = random.Payees(random.Upto(60) + 1);
            ulong reward = (ulong)random.Upto(1_000_000_000);
            Hash256 seed = random.Seed();
            ChainPayout[] payouts = ChainSplit.Of([.. payees], reward, 16, 5_000, seed);
            Assert.Equal(payouts, ChainSplit.Of([.. payees.Reverse()], reward, 16, 5_000, seed));
            ChainPayee[] large = [.. payees.Select(static payee => payee with { Weight = payee.Weight << 95 })];
            ChainPayout[] scaled = ChainSplit.Of(large, reward, 16, 5_000, seed);
            Assert.Equal(reward, scaled.Aggregate(0UL, static (sum, payout) => sum + payout.Amount));
        }
    }

    [Theory]
    [InlineData(16, 6)]
    [InlineData(64, 26)]
    [InlineData(200, 113)]
    public void Everybody_is_paid_his_part_on_average(int outputs, int paidExactly)
    {
        const int Seeds = 800, Count = 300;
        const ulong Reward = 312_500_000;
        ChainPayee[] payees = [.. Enumerable.Range(0, Count).Select(static i => new ChainPayee(Numbered(i), (UInt128)(1_000_000_000 / Math.Pow(i + 1, 1.5))))];
        double all = payees.Sum(static payee => (double)payee.Weight);
        Dictionary<PayoutKey, (double Sum, double Squares)> paid = [];
        Splits random = new(3);
        double slot = Reward;
        for (int i = 0; i < Seeds; i++)
        {
            foreach (ChainPayout payout in ChainSplit.Of([.. payees], Reward, outputs, 5_000, random.Seed()))
            {
                (double sum, double squares) = paid.GetValueOrDefault(payout.Key);
                slot = Math.Min(slot, payout.Amount);
                paid[payout.Key] = (sum + payout.Amount, squares + ((double)payout.Amount * payout.Amount));
            }
        }
        List<double> scores = [];
        foreach (ChainPayee payee in payees)
        {
            (double sum, double squares) = paid.GetValueOrDefault(payee.Key);
            double mean = sum / Seeds, expected = (double)payee.Weight / all * Reward;
            double deviation = Math.Sqrt(Math.Max(0, (squares / Seeds) - (mean * mean)) / Seeds);
            if (mean > 0 && deviation < 1)
            {
                Assert.InRange(mean - expected, -2, 2);
                continue;
            }
            // He gets one of two neighbouring numbers of slots, the larger one with this probability.
            double part = expected / slot % 1;
            scores.Add((mean - expected) / (slot * Math.Sqrt(part * (1 - part) / Seeds)));
        }
        Assert.Equal(Count - paidExactly, scores.Count);
        Assert.InRange(Math.Sqrt(scores.Average(static score => score * score)), 0.6, 1.25);
        Assert.InRange(scores.Max(Math.Abs), 0, 5);
    }

    [Fact]
    public void Equal_heads_of_hashes_are_told_apart_by_the_rest()
    {
        const ulong Low = 1, High = ulong.MaxValue - 1;
        int[] order = SlotOrder.InOrder([High, Low, High, High, ulong.MaxValue, Low], static (one, other) => other.CompareTo(one));
        Assert.Equal([5, 1, 3, 2, 0, 4], order);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1_000)]
    public void Numbers_are_put_in_order(int count)
    {
        Random random = new(count);
        ulong[] numbers = [.. Enumerable.Range(0, count).Select(_ => (ulong)random.NextInt64() << (random.Next(2) * 40))];
        int[] order = SlotOrder.InOrder(numbers, static (one, other) => one.CompareTo(other));
        Assert.Equal(Enumerable.Range(0, count).OrderBy(i => numbers[i]), order);
    }

    [Fact]
    public void The_order_is_that_of_the_hashes()
    {
        Hash256 seed = new(SHA256.HashData("seed"u8));
        ChainPayee[] payees = [.. Enumerable.Range(0, 100).Select(static i => new ChainPayee(i % 3 == 0 ? Taproot(i) : Numbered(i), 1))];
        PayoutKey[] expected = [.. payees.Select(static payee => payee.Key)
            .OrderBy(key => Hex.Encode(SHA256.HashData(SHA256.HashData([.. "otdm-ord"u8, .. seed.ToArray(), .. key.ToArray()]))), StringComparer.Ordinal)];
        Assert.Equal(expected, new SlotOrder(seed).Of(payees).Select(place => payees[place].Key));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(1_001)]
    public void Native_hashes_order_as_the_chain_itself_does(int count)
    {
        Hash256 seed = new(SHA256.HashData(BitConverter.GetBytes(count)));
        ChainPayee[] payees = [.. Enumerable.Range(0, count).Select(static i => new ChainPayee(
            i % 3 == 0 ? new PayoutKey(PayoutKey.Taproot, SHA256.HashData(BitConverter.GetBytes(i))) : Numbered(i), 1))];
        Assert.Equal(new SlotOrder(seed).Of(payees), new SlotOrder(seed, new NativeSeedHashes()).Of(payees));
    }

    private static PayoutKey Key(string name) => new(Type, SHA256.HashData(Encoding.ASCII.GetBytes(name)).AsSpan(0, 20));

    private static PayoutKey Numbered(int number)
    {
        byte[] program = new byte[20];
        (program[18], program[19]) = ((byte)(number >> 8), (byte)(number & 0xff));
        return new PayoutKey(Type, program);
    }

    private static PayoutKey Taproot(int number) => new(PayoutKey.Taproot, SHA256.HashData([(byte)number]));

    /// <summary>Inputs from a seed.</summary>
    private sealed class Splits(ulong state)
    {
        private readonly Random _random = new((int)state);

        public int Upto(int most) => _random.Next(most + 1);

        public ChainPayee[] Payees(int count) =>
            [.. Enumerable.Range(0, count).Select(i => new ChainPayee(Numbered(i), (UInt128)(1 + _random.Next(1 << _random.Next(1, 20)))))];

        public Hash256 Seed()
        {
            byte[] seed = new byte[32];
            _random.NextBytes(seed);
            return new Hash256(seed);
        }
    }
}
