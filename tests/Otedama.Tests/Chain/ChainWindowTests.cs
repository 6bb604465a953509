using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Chain;

public sealed class ChainWindowTests
{
    /// <summary>A target that all but a 65,536th of hashes meet: a coin block of one hash, so that the limit is W.</summary>
    private const uint OneHash = 0x2100ffff;

    private static readonly PayoutKey s_a = FreeShares.Payee(1), s_b = FreeShares.Payee(2), s_c = FreeShares.Payee(3), s_f = FreeShares.Payee(4);

    /// <summary>The published example: A with an uncle of B, then C, then A with an uncle of C.</summary>
    [Theory]
    [InlineData(350, 170, 80, 100)]
    [InlineData(300, 120, 80, 100)] // full to the last hash: what is older gets nothing
    [InlineData(301, 121, 80, 100)]
    [InlineData(200, 120, 80, 0)]
    [InlineData(150, 120, 30, 0)]
    [InlineData(119, 119, 0, 0)]
    [InlineData(490, 238, 80, 172)] // all there is
    [InlineData(900, 238, 80, 172)]
    public void The_credit_that_exceeds_the_limit_is_clipped(uint limit, int a, int b, int c)
    {
        Bench bench = new(limit);
        PlacedShare oldest = bench.Place(bench.Genesis, s_a, 100, bench.Beside(s_c, 90));
        PlacedShare middle = bench.Place(oldest, s_c, 100);
        PlacedShare newest = bench.Place(middle, s_a, 100, bench.Beside(s_b, 100));
        ChainWindow window = new(bench.Parameters, bench.Genesis);
        window.MoveTo(newest);
        Assert.Equal(Weights((s_a, a), (s_b, b), (s_c, c)), Weights(window));
        window.MoveTo(oldest);
        window.MoveTo(newest); // and back
        Assert.Equal(Weights((s_a, a), (s_b, b), (s_c, c)), Weights(window));
    }

    [Fact]
    public void Fees_are_of_the_clipped_credit_and_rounded_down()
    {
        Bench bench = new(107);
        PlacedShare oldest = bench.Place(bench.Genesis, s_c, 50);
        PlacedShare uncle = bench.Beside(s_b, 9, feeBasisPoints: 1_000, s_f);
        PlacedShare newest = bench.Place(oldest, s_a, 98, 333, s_f, uncle); // 98 and 1 of the bonus, 8 for the uncle
        ChainWindow window = new(bench.Parameters, bench.Genesis);
        window.MoveTo(newest);
        Assert.Equal(Weights((s_a, 96), (s_f, 3), (s_b, 8)), Weights(window));
    }

    /// <summary>The rules' own numbers: credits of 100, 7 and 50 with fees of 3.33 and 10 % under a limit of 107.</summary>
    [Fact]
    public void The_published_fees()
    {
        Bench bench = new(107);
        PlacedShare oldest = bench.Place(bench.Genesis, s_c, 50);
        PlacedShare newest = bench.Place(oldest, s_a, 99, 333, s_f, bench.Beside(s_b, 8, feeBasisPoints: 1_000, s_f)); // 99 + 1, 7
        ChainWindow window = new(bench.Parameters, bench.Genesis);
        window.MoveTo(newest);
        Assert.Equal(Weights((s_a, 97), (s_f, 3), (s_b, 7)), Weights(window));
    }

    [Fact]
    public void At_most_n_shares_of_the_chain_count()
    {
        Bench bench = new(1_000, shares: 3);
        PlacedShare at = bench.Genesis;
        List<PlacedShare> placed = [];
        for (int i = 0; i < 5; i++)
        {
            placed.Add(at = bench.Place(at, i == 1 ? s_b : s_a, 10));
        }
        ChainWindow window = new(bench.Parameters, bench.Genesis);
        window.MoveTo(placed[2]);
        Assert.Equal(Weights((s_a, 20), (s_b, 10)), Weights(window));
        window.MoveTo(placed[3]);
        Assert.Equal(Weights((s_a, 20), (s_b, 10)), Weights(window));
        window.MoveTo(placed[4]);
        Assert.Equal(Weights((s_a, 30)), Weights(window));
        window.MoveTo(placed[0]);
        Assert.Equal(Weights((s_a, 10)), Weights(window));
        window.MoveTo(bench.Genesis);
        Assert.Empty(window.Payees());
        Assert.True(window.IsComplete);
    }

    /// <summary>The limit is that of the parent's header: it may jump either way from one share to the next.</summary>
    [Fact]
    public void A_limit_that_changes_is_followed_both_ways()
    {
        Bench bench = new(25);
        PlacedShare one = bench.Place(bench.Genesis, s_a, 10);
        PlacedShare two = bench.Place(one, s_b, 10);
        PlacedShare three = bench.Place(two, s_c, 10);
        PlacedShare wide = bench.Place(three, s_c, 10, coinBits: 0x207fffff);
        PlacedShare narrow = bench.Place(wide, s_c, 10);
        ChainWindow window = new(bench.Parameters, bench.Genesis);
        foreach (PlacedShare head in (PlacedShare[])[three, wide, narrow, wide, three, narrow])
        {
            window.MoveTo(head);
            KeyValuePair<PayoutKey, UInt128>[] expected = ReferenceEquals(head, three) ? Weights((s_c, 10), (s_b, 10), (s_a, 5))
                : ReferenceEquals(head, wide) ? Weights((s_c, 20), (s_b, 10), (s_a, 10)) : Weights((s_c, 25));
            Assert.Equal(expected, Weights(window));
        }
    }

    [Fact]
    public void What_lies_before_the_beginning_cannot_be_told()
    {
        Bench bench = new(25);
        PlacedShare root = bench.Place(null, s_a, 10);
        PlacedShare two = bench.Place(root, s_b, 10);
        PlacedShare three = bench.Place(two, s_c, 10);
        ChainWindow window = new(bench.Parameters, bench.Genesis);
        window.MoveTo(two);
        Assert.False(window.IsComplete); // 20 of 25
        window.MoveTo(three);
        Assert.True(window.IsComplete);
        window.MoveTo(two);
        Assert.False(window.IsComplete);
    }

    private static KeyValuePair<PayoutKey, UInt128>[] Weights(params (PayoutKey Key, int Weight)[] weights) =>
        [.. weights.Where(static each => each.Weight > 0).OrderBy(static each => each.Key)
            .Select(static each => KeyValuePair.Create(each.Key, (UInt128)each.Weight))];

    private static KeyValuePair<PayoutKey, UInt128>[] Weights(ChainWindow window) =>
        [.. window.Payees().OrderBy(static payee => payee.Key).Select(static payee => KeyValuePair.Create(payee.Key, payee.Weight))];

    /// <summary>Places shares of any weight, which no chain would.</summary>
    private sealed class Bench
    {
        private ulong _number;

        public Bench(uint limit, int shares = 100)
        {
            Parameters = ChainParameters.Parse(ExampleShare.Line.Replace("|N=2160|W=2|", $"|N={shares}|W={limit}|", StringComparison.Ordinal));
            Genesis = PlacedShare.Genesis(Parameters);
        }

        public ChainParameters Parameters { get; }

        public PlacedShare Genesis { get; }

        public PlacedShare Beside(PayoutKey payout, uint work) => Place(Genesis, payout, work);

        public PlacedShare Beside(PayoutKey payout, uint work, ushort feeBasisPoints, PayoutKey fee) =>
            Place(Genesis, payout, work, feeBasisPoints, fee);

        public PlacedShare Place(PlacedShare? parent, PayoutKey payout, uint work, params PlacedShare[] uncles) =>
            Place(parent, payout, work, 0, default, uncles);

        public PlacedShare Place(PlacedShare? parent, PayoutKey payout, uint work, uint coinBits) =>
            Place(parent, payout, work, 0, default, [], coinBits);

        public PlacedShare Place(
            PlacedShare? parent, PayoutKey payout, uint work, ushort feeBasisPoints, PayoutKey fee, params PlacedShare[] uncles) =>
            Place(parent, payout, work, feeBasisPoints, fee, uncles, OneHash);

        private PlacedShare Place(
            PlacedShare? parent, PayoutKey payout, uint work, ushort feeBasisPoints, PayoutKey fee, PlacedShare[] uncles, uint coinBits)
        {
            ShareCore core = new()
            {
                CapClass = 0,
                Parent = parent?.Id ?? Hash256.Zero,
                Uncles = [.. uncles.Select(static uncle => uncle.Id)],
                Height = (parent?.Height ?? 0) + 1,
                Sequence = 1,
                TimeMs = 1,
                Bits = 0x207fffff,
                CumulativeWork = 1,
                Payout = payout,
                FeeBasisPoints = feeBasisPoints,
                FeePayout = fee,
                CoinHeight = 1,
                CoinValue = 1,
            };
            ChainShare share = FreeShares.Seal(core, Parameters, _number++, coinBits, payees: null);
            return PlacedShare.Of(share, parent, uncles, work, Parameters);
        }
    }
}
