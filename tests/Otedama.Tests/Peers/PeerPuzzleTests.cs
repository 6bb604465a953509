using System.Net;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Peers;

public sealed class PeerPuzzleTests
{
    private readonly HeldClock _time = new();
    private readonly NodeId _server = NodeId.TryParse(PeerSamples.Id, out NodeId id) ? id : default;

    [Fact]
    public void The_example_is_the_specifications()
    {
        UInt128 random = UInt128.Parse(string.Concat(Enumerable.Repeat("22", 16)), System.Globalization.NumberStyles.HexNumber, null);
        PeerPuzzle puzzle = new(2_000_000, random, 131_001);
        Assert.Equal("qccb4abceirceirceirceirceirceircxh7qcaaaaaaaa.pz", puzzle.ToString());
        Assert.Equal(19, puzzle.Bits(_server)); // 000019ae...: sixteen zeros, then 0001 1001
        Assert.True(PeerPuzzle.TryParse(puzzle.ToString(), out PeerPuzzle read));
        Assert.Equal(puzzle, read);
        Assert.Equal(puzzle, (puzzle with { Counter = 130_900 }).Search(_server, 18, 200));
        Assert.Null((puzzle with { Counter = 130_900 }).Search(_server, 40, 200));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("node.example")]
    [InlineData("qccb4abceirceirceirceirceirceircxh7qcaaaaaaaa")]
    [InlineData("qccb4abceirceirceirceirceirceircxh7qcaaaaaaab.pz")] // its padding is not zero
    [InlineData("qccb4abceirceirceirceirceirceircxh7qcaaaaaaa1.pz")]
    [InlineData("QCCB4ABCEIRCEIRCEIRCEIRCEIRCEIRCXH7QCAAAAAAAA.pz")]
    public void Other_names_are_no_puzzles(string? name) => Assert.False(PeerPuzzle.TryParse(name, out _));

    [Fact]
    public void Nobody_is_asked_without_pressure_and_more_is_asked_under_more()
    {
        PuzzleDoor door = new(_server, _time);
        Assert.Equal(PeerRefusal.None, door.Judge(null));
        int[] wanted = [.. new[] { 0.75, 0.76, 0.91, 0.98 }.Select(fullness =>
        {
            door.SetFullness(fullness);
            return door.BitsWanted;
        })];
        Assert.Equal([0, 18, 20, 24], wanted);
        door.SetFullness(0);
        door.Spent(TimeSpan.FromSeconds(2.6));
        Assert.Equal(18, door.BitsWanted);
        _time.Advance(11);
        Assert.Equal(18, door.BitsWanted);
        _time.Advance(11);
        Assert.Equal(0, door.BitsWanted);
    }

    [Fact]
    public void A_solution_opens_the_door_once_and_for_two_buckets()
    {
        PuzzleDoor door = new(_server, _time);
        door.SetFullness(0.8);
        uint bucket = PeerPuzzle.BucketOf(_time.GetUtcNow());
        string solved = Solve(bucket, 1);
        Assert.Equal(PeerRefusal.PuzzleMissing, door.Judge("node.example"));
        Assert.Equal(PeerRefusal.None, door.Judge(solved));
        Assert.Equal(PeerRefusal.PuzzleUsed, door.Judge(solved));
        Assert.Equal(PeerRefusal.PuzzleTooEasy, new PuzzleDoorOf(NodeId.OfKey("another"u8), _time).Judge(Solve(bucket, 2)));
        Assert.Equal(PeerRefusal.PuzzleStale, door.Judge(new PeerPuzzle(bucket + 1, 3, 0).ToString()));
        string late = Solve(bucket, 4);
        _time.Advance(PeerPuzzle.BucketSeconds);
        Assert.Equal(PeerRefusal.None, door.Judge(late));
        _time.Advance(PeerPuzzle.BucketSeconds);
        Assert.Equal(PeerRefusal.PuzzleStale, door.Judge(Solve(bucket, 5)));
    }

    private string Solve(uint bucket, uint random) => new PeerPuzzle(bucket, random, 0).Search(_server, 18, 1 << 24)!.Value.ToString();

    /// <summary>A door of another server, under the same pressure.</summary>
    private sealed class PuzzleDoorOf(NodeId own, TimeProvider time)
    {
        public PeerRefusal Judge(string name)
        {
            PuzzleDoor door = new(own, time);
            door.SetFullness(0.8);
            return door.Judge(name);
        }
    }
}
