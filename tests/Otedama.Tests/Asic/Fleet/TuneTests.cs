using CsCheck;
using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

public sealed class TuneTests
{
    private static readonly double[] s_clocks = [400, 425, 450, 475, 500, 525], s_volts = [1.0, 1.05, 1.1, 1.15, 1.2];

    /// <summary>Whatever the device answers, nothing but what it lists is set, one step at a time, and it ends.</summary>
    [Fact]
    public void Tuning_never_leaves_the_list_and_ends()
    {
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 4], Gen.Bool, Gen.Int[0, 1_000_000]).Sample(static (clock, volt, forRate, seed) =>
        {
            Random random = new(seed);
            TunePlanner planner = new(new TuneOptions { Clocks = s_clocks, Volts = s_volts, Clock = s_clocks[clock], Volt = s_volts[volt], ForRate = forRate });
            (double Clock, double Volt) at = (s_clocks[clock], s_volts[volt]);
            DateTimeOffset now = DateTimeOffset.UnixEpoch;
            for (int i = 0; i < 5000; i++, now += TimeSpan.FromSeconds(10))
            {
                double heat = random.Next(40, random.Next(100) == 0 ? 80 : 64);
                switch (planner.Take(Reading(at.Clock, 1e12 * random.NextDouble(), 10 + random.Next(20), heat), now))
                {
                    case TuneStep.Set set:
                        Assert.Contains(set.Clock, s_clocks);
                        Assert.Contains(set.Volt, s_volts);
                        at = (set.Clock, set.Volt);
                        break;
                    case TuneStep.Done:
                        return;
                    default:
                        break;
                }
            }
            Assert.Fail("it did not end");
        }, iter: 200);
    }

    [Fact]
    public void Energy_is_saved_until_it_gets_no_better()
    {
        // 1.05 V at 500 MHz is this device's best.
        (double clock, double volt, List<TuneStep.Set> sets) = Run(500, 1.15, forRate: false, static (clock, volt) =>
            (clock * 2e9, clock * 2e9 * 1e-11 * (0.5 + Math.Abs(volt - 1.05) + (Math.Abs(clock - 500) / 500)), 50, 0.2));
        Assert.Equal((500, 1.05), (clock, volt));
        Assert.All(sets.Zip(sets.Skip(1)), static pair => Assert.True(
            Math.Abs(Array.IndexOf(s_clocks, pair.First.Clock) - Array.IndexOf(s_clocks, pair.Second.Clock)) <= 2));
    }

    [Fact]
    public void Rate_is_raised_with_the_volts_before_the_clock()
    {
        (double clock, double volt, List<TuneStep.Set> sets) = Run(450, 1.1, forRate: true, static (clock, volt) => (clock * 2e9, 15, 55, 0.2));
        Assert.Equal(525, clock);
        Assert.All(sets.Where(static set => set.Clock > 450 && set.Volt > 1.1), static set => Assert.True(set.VoltFirst));
    }

    [Theory]
    [InlineData(66, 60, 0.1)]
    [InlineData(60, 90, 0.1)]
    [InlineData(60, 60, 2)]
    public void Heat_or_errors_take_it_back_to_the_last_good_setting(double chip, double regulator, double errors)
    {
        (double clock, double volt, List<TuneStep.Set> sets) = Run(450, 1.1, forRate: true, (clock, _) =>
            (clock * 2e9, 15, clock > 475 ? chip : 55, clock > 475 ? errors : 0.1), regulator);
        Assert.Equal((475, 1.1), (clock, volt));
        Assert.Contains("limit", sets[^1].Because, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_is_too_hot_to_begin_with_goes_one_step_down()
    {
        TunePlanner planner = new(new TuneOptions { Clocks = s_clocks, Volts = s_volts, Clock = 500, Volt = 1.15 });
        TuneStep.Set set = Assert.IsType<TuneStep.Set>(planner.Take(Reading(500, 1e12, 15, 70), DateTimeOffset.UnixEpoch));
        Assert.Equal((475, 1.1), (set.Clock, set.Volt));
        Assert.False(set.VoltFirst);
        Assert.IsType<TuneStep.Done>(planner.Take(Reading(475, 1e12, 15, 70), DateTimeOffset.UnixEpoch));
    }

    [Fact]
    public void Without_a_temperature_nothing_is_raised()
    {
        TunePlanner planner = new(new TuneOptions { Clocks = s_clocks, Volts = s_volts, Clock = 400, Volt = 1.0, ForRate = true });
        FleetReading blind = Reading(400, 1e12, 15, 50) with { Temperatures = new FleetTemperatures() };
        Assert.IsType<TuneStep.Done>(planner.Take(blind, DateTimeOffset.UnixEpoch));
    }

    [Fact]
    public void Nothing_listed_is_nothing_to_choose_from() =>
        Assert.Throws<ArgumentException>(static () => new TunePlanner(new TuneOptions { Clocks = [], Volts = s_volts, Clock = 1, Volt = 1 }));

    [Fact]
    public void Load_leaves_and_comes_back_a_tenth_at_a_time()
    {
        CurtailPlanner planner = new();
        Dictionary<string, bool> paused = Enumerable.Range(0, 100).ToDictionary(static i => $"d{i:00}", static _ => false);
        DateTimeOffset now = DateTimeOffset.UnixEpoch;
        Assert.Equal(10, Move(2000, 160));
        Assert.Equal(20, paused.Values.Count(static down => !down));
        Assert.Equal(10, Move(null, 160));
        Assert.Equal(100, paused.Values.Count(static down => !down));

        int Move(double? target, int seconds)
        {
            int most = 0;
            for (int i = 0; i < seconds; i++, now += TimeSpan.FromSeconds(1))
            {
                (IReadOnlyList<string> pause, IReadOnlyList<string> resume) = planner.Step(
                    [.. paused.Select(static row => new CurtailLoad(row.Key, 100, row.Value))], target, now);
                Assert.True(pause.Count == 0 || resume.Count == 0);
                Assert.True(i % 10 == 0 || pause.Count + resume.Count == 0);
                most = Math.Max(most, pause.Count + resume.Count);
                foreach (string id in pause.Concat(resume))
                {
                    paused[id] = !paused[id];
                }
            }
            return most;
        }
    }

    [Fact]
    public void What_does_not_say_its_power_is_paused_too_when_all_are()
    {
        CurtailPlanner planner = new(1, TimeSpan.Zero);
        CurtailLoad[] loads = [new("silent", null, false), new("told", 18, true)];
        Assert.Equal(["silent"], planner.Step(loads, 0, DateTimeOffset.UnixEpoch).Pause);
        Assert.False(planner.IsReached(loads, 0));
        Assert.Equal(["silent"], planner.Step([loads[0]], 0, DateTimeOffset.UnixEpoch).Pause);
    }

    private static (double Clock, double Volt, List<TuneStep.Set> Sets) Run(
        double clock, double volt, bool forRate, Func<double, double, (double Rate, double Watts, double Chip, double Errors)> device, double regulator = 60)
    {
        TunePlanner planner = new(new TuneOptions { Clocks = s_clocks, Volts = s_volts, Clock = clock, Volt = volt, ForRate = forRate });
        List<TuneStep.Set> sets = [];
        DateTimeOffset now = DateTimeOffset.UnixEpoch;
        while (true)
        {
            (double rate, double watts, double chip, double errors) = device(clock, volt);
            FleetReading reading = Reading(clock, rate, watts, chip);
            bool isHot = clock > 475 && regulator > 85;
            TuneStep step = planner.Take(reading with
            {
                Temperatures = reading.Temperatures with { Regulator = isHot ? regulator : 60 },
                Shares = new FleetShares { HardwareErrorPercent = errors },
            }, now);
            if (step is TuneStep.Done done)
            {
                Assert.Equal((clock, volt), (done.Clock, done.Volt));
                return (clock, volt, sets);
            }
            if (step is TuneStep.Set set)
            {
                sets.Add(set);
                (clock, volt) = (set.Clock, set.Volt);
            }
            now += TimeSpan.FromSeconds(10);
        }
    }

    private static FleetReading Reading(double clock, double rate, double watts, double chip) => new()
    {
        Id = "aa:bb:cc:00:00:01",
        Address = "192.0.2.7:80",
        At = DateTimeOffset.UnixEpoch,
        Driver = "axeos",
        State = FleetState.Mining,
        Rates = new FleetRates { OneMinute = rate },
        Temperatures = new FleetTemperatures { ChipMax = chip },
        Power = new FleetPower { Watts = watts, ClockMhz = clock },
    };
}
