using Otedama.Pool;
using Xunit;

namespace Otedama.Tests.Region;

public sealed class CoordinateTests
{
    /// <summary>
    /// Nodes on a plane of 100 ms with last miles of up to 10 ms, each measuring sixteen random others a round.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Guesses_come_near_the_true_ways(ulong seed)
    {
        const int Nodes = 40;
        SeededRandom random = new(seed);
        (double X, double Y, double Mile)[] places =
            [.. Enumerable.Range(0, Nodes).Select(_ => (Part(random) * 0.1, Part(random) * 0.1, Part(random) * 0.01))];
        CoordinateClient[] clients = [.. places.Select(_ => new CoordinateClient(random))];
        double True(int i, int j) =>
            Math.Sqrt(Math.Pow(places[i].X - places[j].X, 2) + Math.Pow(places[i].Y - places[j].Y, 2))
                + places[i].Mile + places[j].Mile;
        for (int k = 0; k < 60 * Nodes * 16; k++)
        {
            int i = k % Nodes, j = (int)(random.NextUInt64() % Nodes);
            if (i != j)
            {
                Assert.True(clients[i].Update(clients[j].Own, True(i, j)));
            }
        }
        double[] wrong =
            [.. Pairs(Nodes)
                .Select(pair =>
                    Math.Abs(clients[pair.I].Own.SecondsTo(clients[pair.J].Own) - True(pair.I,
                        pair.J)) / True(pair.I, pair.J)).Order()];
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}: median {wrong[wrong.Length / 2]:P1}, p90 {wrong[wrong.Length * 9 / 10]:P1}");
        Assert.True(wrong[wrong.Length / 2] < 0.15, $"median {wrong[wrong.Length / 2]:P1}");
    }

    [Fact]
    public void What_cannot_be_moves_nothing()
    {
        CoordinateClient client = new(new SeededRandom(1));
        double[] far = new double[Coordinate.Dimensions];
        far[3] = 10.1;
        Assert.False(client.Update(new Coordinate(far, 0.1, 1), 0.1));
        far[3] = double.NaN;
        Assert.False(client.Update(new Coordinate(far, 0.1, 1), 0.1));
        Assert.False(client.Update(new Coordinate(new double[7], 0.1, 1), 0.1));
        Assert.False(client.Update(new Coordinate(new double[8], double.PositiveInfinity, 1), 0.1));
        Assert.False(client.Update(new Coordinate(new double[8], 0.1, 1.6), 0.1));
        Assert.All([0, -1, 10.1, double.NaN, double.PositiveInfinity], seconds =>
            Assert.False(client.Update(Coordinate.Origin, seconds)));
        Assert.Same(Coordinate.Origin, client.Own);
    }

    /// <summary>
    /// A node among eight, 20 to 90 ms away, of whom one lies every time: with a far place, with pongs that come late, or
    /// with both.
    /// </summary>
    [Theory]
    [InlineData(9.9, 0.02)]
    [InlineData(0, 9)]
    [InlineData(-9.9, 9)]
    [InlineData(0.3, 0.001)]
    public void One_liar_of_eight_moves_a_node_by_less_than_two_usual_ways(double says, double seconds)
    {
        SeededRandom random = new(4);
        CoordinateClient client = new(random);
        Coordinate[] honest = [.. Enumerable.Range(0, 7).Select(i => new Coordinate(
            [.. Enumerable.Range(0, Coordinate.Dimensions).Select(d => d == i ? 0.02 + (0.01 * i) : 0)], 0.001, 0.1))];
        Coordinate Settle(bool withLiar)
        {
            for (int i = 0; i < 4_000; i++)
            {
                foreach (Coordinate other in honest)
                {
                    Assert.True(client.Update(other, Coordinate.Origin.RawTo(other) + 0.001, 0.05));
                }
                if (withLiar)
                {
                    client.Update(new Coordinate([says, says, 0, 0, 0, 0, 0, 0], 0, 0), seconds, 0.05);
                }
            }
            return client.Own;
        }
        Coordinate before = Settle(withLiar: false), after = Settle(withLiar: true);
        TestContext.Current.TestOutputHelper?.WriteLine($"moved by {before.Across(after) * 1_000:F1} ms, error {before.Error:F2} to {after.Error:F2}");
        Assert.True(before.Across(after) < 0.1, $"{before.Across(after)}");
    }

    [Fact]
    public void Two_in_one_place_come_apart()
    {
        CoordinateClient client = new(new SeededRandom(1));
        Assert.True(client.Update(Coordinate.Origin, 0.05));
        Assert.True(client.Own.RawTo(Coordinate.Origin) > 0.001);
    }

    [Fact]
    public void One_slow_answer_does_not_move_the_median()
    {
        RoundTrips trips = new();
        Assert.False(trips.Add(-1, 0));
        Assert.Equal(double.PositiveInfinity, trips.Median);
        Assert.True(trips.Add(0.15, 0.05));
        Assert.Equal(0.1, trips.Median, 1e-9);
        Assert.True(trips.Add(0.11, 0) && trips.Add(5, 0));
        Assert.Equal(0.11, trips.Median, 1e-9);
        Assert.True(trips.Add(0.12, -3));
        Assert.Equal(0.12, trips.Median, 1e-9);
        Assert.False(trips.Add(0.12, 0.12)); // held as long as it took
        Assert.False(trips.Add(10.1, 0));
        Assert.Equal(0.11, trips.Shortest, 1e-9); // the peer's word makes nobody near
    }

    /// <summary>The kernel's acknowledgements are at the wire's pace, whatever a program does with its pongs.</summary>
    [Theory]
    [InlineData(0.05, 0.04, 0.05)]
    [InlineData(9, 0.04, 0.09)]
    [InlineData(0.3, 0.0002, 0.0104)]
    [InlineData(9, double.PositiveInfinity, 9)]
    public void Who_answers_late_is_no_further_than_twice_the_wire(double seconds, double wire, double way)
    {
        RoundTrips trips = new();
        Assert.True(trips.Add(seconds, 0, wire));
        Assert.Equal(way, trips.Median, 1e-9);
    }

    private static double Part(SeededRandom random) => (random.NextUInt64() >> 11) * (1.0 / (1UL << 53));

    private static IEnumerable<(int I, int J)> Pairs(int nodes) =>
        Enumerable.Range(0, nodes).SelectMany(i => Enumerable.Range(0, i).Select(j => (i, j)));
}
