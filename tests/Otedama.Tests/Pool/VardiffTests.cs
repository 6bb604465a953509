using Otedama.Pool;
using Xunit;

namespace Otedama.Tests.Pool;

/// <summary>Simulated miners with exact Poisson shares; the bounds are those of the Stratum specification's table, widened.</summary>
public sealed class VardiffTests
{
    private const double TargetSeconds = 5;
    private const int Miners = 120;

    private static readonly DifficultyRange s_any = new(1e-9, 1e9);

    [Fact]
    public void A_start_4096_times_too_low_is_right_within_seconds_and_few_shares()
    {
        List<double> times = [], floods = [];
        for (int i = 0; i < Miners; i++)
        {
            Run run = new(new Random(i), difficulty: 1.0 / 4096);
            times.Add(run.UntilWithin(1.6, 600, out int shares));
            floods.Add(shares);
        }
        Assert.InRange(Median(times), 0, 10);
        Assert.InRange(Percentile(times, 0.95), 0, 150);
        Assert.InRange(Median(floods), 1, 40);
    }

    [Fact]
    public void A_start_16_times_too_high_and_a_drop_to_a_quarter_are_followed()
    {
        List<double> high = [], drop = [];
        for (int i = 0; i < Miners; i++)
        {
            high.Add(new Run(new Random(i), difficulty: 16).UntilWithin(1.6, 5_000, out _));
            drop.Add(new Run(new Random(1_000 + i), difficulty: 4).UntilWithin(1.6, 5_000, out _));
        }
        Assert.InRange(Median(high), 25, 400);
        Assert.InRange(Median(drop), 25, 400);
        Assert.InRange(Percentile(drop, 0.95), 25, 900);
    }

    [Fact]
    public void A_steady_miner_keeps_its_difficulty()
    {
        List<double> variations = [];
        double changes = 0, hours = 0;
        for (int i = 0; i < Miners / 4; i++)
        {
            Run run = new(new Random(i), difficulty: 1);
            variations.Add(run.Steady(8 * 3600, out int count));
            changes += count;
            hours += 8;
        }
        Assert.InRange(variations.Average(), 0, 0.10);
        Assert.InRange(changes / hours, 0, 0.2);
    }

    [Fact]
    public void Changes_keep_3_seconds_apart_except_in_a_flood()
    {
        Vardiff vardiff = new(TargetSeconds, 1, 0);
        Shares(vardiff, 10, 1);
        Assert.True(vardiff.TryRetarget(1, s_any));
        Shares(vardiff, 100, 3.5);
        Assert.False(vardiff.TryRetarget(3.5, s_any)); // 40 shares a second
        Assert.True(vardiff.TryRetarget(4.1, s_any));
        Shares(vardiff, 100, 4.4);
        Assert.True(vardiff.TryRetarget(4.4, s_any)); // 333 shares a second
    }

    [Fact]
    public void The_difficulty_stays_within_its_limits()
    {
        DifficultyRange range = new(0.5, 2);
        Vardiff vardiff = new(TargetSeconds, 1, 0);
        Shares(vardiff, 18, 10);
        Assert.True(vardiff.TryRetarget(10, range));
        Assert.Equal(2, vardiff.Difficulty);
        Shares(vardiff, 19, 20);
        Assert.False(vardiff.TryRetarget(20, range));
        Assert.Equal(2, vardiff.Difficulty);
        Assert.True(vardiff.TryRetarget(1_000, range));
        Assert.Equal(0.5, vardiff.Difficulty);
    }

    [Fact]
    public void A_miner_too_fast_for_the_network_is_slowed_to_two_shares_a_second_and_no_further()
    {
        DifficultyRange range = new(0.001, 0.001);
        Vardiff vardiff = new(TargetSeconds, 0.001, 0);
        Shares(vardiff, 400, 10);
        Assert.True(vardiff.TryRetarget(10, range));
        Assert.Equal(0.02, vardiff.Difficulty, 1e-9); // 40 a second were 20 times too many
        Assert.True(vardiff.IsPastMax);
        Shares(vardiff, 20, 20);
        Assert.False(vardiff.TryRetarget(20, range));
        Assert.True(vardiff.TryRetarget(120, range)); // and comes back when the miner slows down
        Assert.Equal(0.001, vardiff.Difficulty);
        Assert.False(vardiff.IsPastMax);
    }

    [Fact]
    public void Silence_stops_at_the_floor_and_one_step_leads_back()
    {
        DifficultyRange range = s_any with { SilenceMin = 1_024, PowersOfTwo = true };
        Vardiff vardiff = new(TargetSeconds, 65_536, 0);
        double now = 0;
        while (now < 3_600)
        {
            vardiff.TryRetarget(now += 5, range);
        }
        Assert.Equal(1_024, vardiff.Difficulty);
        double gap = TargetSeconds / 64; // what 65,536 gives 5 s apart
        int shares = 0;
        do
        {
            vardiff.AddShare(now += gap);
            shares++;
        }
        while (!vardiff.TryRetarget(now, range));
        Assert.Equal(65_536, vardiff.Difficulty);
        Assert.InRange(shares, 2, 6);
    }

    [Fact]
    public void A_fall_without_a_floor_is_made_good_in_one_step_too()
    {
        Vardiff vardiff = new(TargetSeconds, 1_000, 0);
        double now = 0;
        while (now < 96)
        {
            vardiff.TryRetarget(now += 5, s_any);
        }
        Assert.InRange(vardiff.Difficulty, 0, 1);
        double gap = TargetSeconds * vardiff.Difficulty / 1_000;
        do
        {
            vardiff.AddShare(now += gap);
        }
        while (!vardiff.TryRetarget(now, s_any));
        Assert.Equal(1_000, vardiff.Difficulty);
    }

    [Fact]
    public void Refused_work_makes_nothing_easier_and_a_tenth_of_it_changes_nothing()
    {
        Vardiff broken = new(TargetSeconds, 16_384, 0), tenth = new(TargetSeconds, 16_384, 0);
        for (double now = 1; now < 3_600; now++)
        {
            broken.AddRefused();
            Assert.False(broken.TryRetarget(now, s_any));
            if (now % 5 == 0)
            {
                if (now % 50 == 0)
                {
                    tenth.AddRefused();
                }
                else
                {
                    tenth.AddShare(now);
                }
                Assert.False(tenth.TryRetarget(now, s_any));
            }
        }
        Assert.Equal(16_384, broken.Difficulty);
    }

    [Fact]
    public void Powers_of_two_from_1_up_and_exact_below()
    {
        DifficultyRange range = s_any with { PowersOfTwo = true };
        Assert.Equal([4096, 4096, 1, 0.7, 0.0003], new[] { 3_000, 5_000, 1.3, 0.7, 0.0003 }.Select(range.Nearest));
        Assert.Equal([2, 3, 1.5], new[] { 2.9, 0, 9 }.Zip([(1, 3.5), (3, 3.5), (1.2, 1.5)], (wanted, limits) =>
            (range with { Min = limits.Item1, Max = limits.Item2 }).Nearest(wanted)));
        Vardiff vardiff = new(TargetSeconds, 1, 0);
        Random random = new(5);
        double now = 0;
        while (now < 3_600)
        {
            vardiff.AddShare(now += -Math.Log(1 - random.NextDouble()) * TargetSeconds * vardiff.Difficulty / 3_000);
            vardiff.TryRetarget(now, range);
            Assert.Equal(vardiff.Difficulty, Math.Pow(2, Math.Round(Math.Log2(vardiff.Difficulty))));
        }
        Assert.InRange(vardiff.Difficulty, 2_048, 4_096);
    }

    private static void Shares(Vardiff vardiff, int count, double now)
    {
        for (int i = 0; i < count; i++)
        {
            vardiff.AddShare(now);
        }
    }

    private static double Median(List<double> values) => Percentile(values, 0.5);

    private static double Percentile(List<double> values, double part)
    {
        values.Sort();
        return values[Math.Min(values.Count - 1, (int)(values.Count * part))];
    }

    /// <summary>One miner whose right difficulty is 1: it finds shares at rate 1 / (target x difficulty).</summary>
    private sealed class Run(Random random, double difficulty)
    {
        private readonly Vardiff _vardiff = new(TargetSeconds, difficulty, 0);
        private double _now;
        private double _nextTimer = 5;

        public double UntilWithin(double factor, double giveUp, out int shares)
        {
            shares = 0;
            while (_now < giveUp && (_vardiff.Difficulty > factor || _vardiff.Difficulty < 1 / factor))
            {
                shares += Step() ? 1 : 0;
            }
            return _now;
        }

        /// <summary>Coefficient of variation over time, and how often the difficulty changed.</summary>
        public double Steady(double seconds, out int changes)
        {
            changes = 0;
            double sum = 0, squares = 0, last = _vardiff.Difficulty;
            while (_now < seconds)
            {
                double before = _now;
                Step();
                sum += last * (_now - before);
                squares += last * last * (_now - before);
                changes += _vardiff.Difficulty == last ? 0 : 1;
                last = _vardiff.Difficulty;
            }
            double mean = sum / _now;
            return Math.Sqrt(Math.Max(0, (squares / _now) - (mean * mean))) / mean;
        }

        private bool Step()
        {
            double wait = -Math.Log(1 - random.NextDouble()) * TargetSeconds * _vardiff.Difficulty;
            bool isShare = _now + wait < _nextTimer;
            _now = isShare ? _now + wait : _nextTimer;
            if (isShare)
            {
                _vardiff.AddShare(_now);
            }
            else
            {
                _nextTimer += 5;
            }
            _vardiff.TryRetarget(_now, s_any);
            return isShare;
        }
    }
}
