using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Pool;

/// <summary>
/// No schedule of wishes, reconnects, held-back shares and changed difficulties earns more than its hashes are worth: the real
/// sessions, vardiff and validator in virtual time, and hashes drawn as chance would have them.
/// </summary>
public sealed class MoneyInvariantTests
{
    private const int Worlds = 20, SchedulesPerWorld = 50, StepsPerSchedule = 75;

    /// <summary>How many standard deviations of pure luck are still luck.</summary>
    private const double Luck = 5;

    [Theory]
    [InlineData(Cheat.None)]
    [InlineData(Cheat.RaiseAndSendAll)]
    [InlineData(Cheat.HoldLucky)]
    [InlineData(Cheat.Reconnect)]
    [InlineData(Cheat.Anything)]
    public void Credited_work_is_at_most_the_work_done(Cheat cheat)
    {
        double done = 0, credited = 0, variance = 0, worst = 0;
        for (int seed = 0; seed < Worlds; seed++)
        {
            using CheatersWorld world = new(seed);
            for (int i = 0; i < SchedulesPerWorld; i++)
            {
                CheatingMiner miner = new(world, cheat);
                miner.Run(StepsPerSchedule);
                done += miner.Done;
                credited += miner.Credited;
                variance += miner.Squares;
                double excess = (miner.Credited - miner.Done) / Math.Sqrt(Math.Max(miner.Squares, 1));
                worst = Math.Max(worst, excess);
            }
        }
        double sigma = Math.Sqrt(variance) / done;
        string figures = $"{cheat}: {Worlds * SchedulesPerWorld} schedules, credited {credited / done:F4} per unit done, "
            + $"sigma {sigma:F4}, worst single schedule {worst:F1} sigma";
        TestContext.Current.TestOutputHelper?.WriteLine(figures);
        Assert.True(credited / done <= 1 + (Luck * sigma), figures);
        Assert.True(cheat != Cheat.None || credited / done >= 0.9, figures); // the honest get what they worked for
    }
}

/// <summary>What a miner tries.</summary>
public enum Cheat
{
    None,

    /// <summary>Asks for more difficulty and sends what meets the old one on the new jobs.</summary>
    RaiseAndSendAll,

    /// <summary>Keeps its luckiest shares until the difficulty has risen, or fallen, and sends them then.</summary>
    HoldLucky,

    /// <summary>Comes back to its session, or to another, with shares of the one before.</summary>
    Reconnect,

    Anything,
}
