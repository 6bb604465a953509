using Otedama.Mining;
using Xunit;

namespace Otedama.Tests.Mining;

public sealed class HashMeterTests
{
    [Fact]
    public void A_steady_rate_reads_right_from_the_first_second_and_stays()
    {
        HeldClock clock = new();
        HashMeter meter = new(clock);
        for (int i = 1; i <= 20_000; i++)
        {
            clock.Advance(0.1);
            meter.Add(100);
            if (i is 10 or 100 or 20_000)
            {
                HashRates rates = meter.Read();
                Assert.InRange(rates.Seconds10, 990, 1060);
                Assert.InRange(rates.Seconds60, 990, 1060);
                Assert.InRange(rates.Minutes15, 990, 1060);
            }
        }
        Assert.Equal(2_000_000, meter.Total);
    }

    [Fact]
    public void The_short_window_follows_a_change_first_and_silence_decays()
    {
        HeldClock clock = new();
        HashMeter meter = new(clock);
        for (int i = 0; i < 6000; i++)
        {
            clock.Advance(0.1);
            meter.Add(100);
        }
        clock.Advance(30);
        HashRates rates = meter.Read();
        Assert.InRange(rates.Seconds10, 30, 70);    // e^-3
        Assert.InRange(rates.Seconds60, 500, 700);  // e^-0.5
        Assert.InRange(rates.Minutes15, 900, 1000);
    }

    [Fact]
    public void A_restart_forgets_the_rates_but_not_the_total()
    {
        HeldClock clock = new();
        HashMeter meter = new(clock);
        clock.Advance(1);
        meter.Add(500);
        meter.Restart();
        Assert.Equal(default, meter.Read());
        Assert.Equal(500, meter.Total);
    }
}
