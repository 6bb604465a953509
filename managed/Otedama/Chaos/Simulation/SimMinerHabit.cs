namespace Otedama;

/// <summary>How a simulated miner is, by its seed.</summary>
/// <param name="HashesPerSecond">Its mean speed.</param>
/// <param name="Cheats">How often, of a second, it tries something it should not.</param>
/// <param name="Wishes">It asks for a difficulty of its own now and then.</param>
/// <param name="Forgets">It never resumes a session.</param>
internal sealed record SimMinerHabit(double HashesPerSecond, double Cheats, bool Wishes, bool Forgets)
{
    public static SimMinerHabit Of(SeededRandom random, int number) => new(
        5 + (15 * random.Fraction()),
        number == 0 ? 0 : 0.05 + (0.2 * random.Fraction()),
        random.Chance(0.3),
        random.Chance(0.3));
}
