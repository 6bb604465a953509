using Otedama.Pool;
using Xunit;

namespace Otedama.Tests.Pool;

/// <summary>Simulated miners with exact Poisson shares; the bounds are those of the Stratum specification's table, widened.</summary>
public sealed class VardiffTests
{
    private const double TargetSeconds = 5;
    private const int Miners = 120;

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
        Shares(vardiff, 10);
        Assert.True(vardiff.TryRetarget(1, 1e-9, 1e9));
        Shares(vardiff, 100);
        Assert.False(vardiff.TryRetarget(3.5, 1e-9, 1e9)); // 40 shares a second
        Assert.True(vardiff.TryRetarget(4.1, 1e-9, 1e9));
        Shares(vardiff, 100);
        Assert.True(vardiff.TryRetarget(4.4, 1e-9, 1e9)); // 333 shares a second
    }

    [Fact]
    public void The_difficulty_stays_within_its_limits()
    {
        Vardiff vardiff = new(TargetSeconds, 1, 0);
        Shares(vardiff, 1_000);
        Assert.True(vardiff.TryRetarget(10, 0.5, 2));
        Assert.Equal(2, vardiff.Difficulty);
        Shares(vardiff, 1_000);
        Assert.False(vardiff.TryRetarget(20, 0.5, 2));
        Assert.Equal(2, vardiff.Difficulty);
        Assert.True(vardiff.TryRetarget(1_000, 0.5, 2));
        Assert.Equal(0.5, vardiff.Difficulty);
    }

    private static void Shares(Vardiff vardiff, int count)
    {
        for (int i = 0; i < count; i++)
        {
            vardiff.AddShare();
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
                _vardiff.AddShare();
            }
            else
            {
                _nextTimer += 5;
            }
            _vardiff.TryRetarget(_now, 1e-9, 1e9);
            return isShare;
        }
    }
}
