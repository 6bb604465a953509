using Otedama.Interop;
using Otedama.Mining;
using Xunit;

namespace Otedama.Tests.Mining;

/// <summary>When a card counts as hot or held back, and when no longer.</summary>
public sealed class CardTemperTests
{
    private readonly CardTemper _temper = new();

    [Fact]
    public void A_card_is_hot_after_three_looks_and_well_after_fifteen_five_degrees_below()
    {
        Assert.Equal(0, Look(89.9, ThrottleReasons.None, 50));
        Assert.Equal(0, Look(90, ThrottleReasons.None, CardTemper.LooksToFall - 1));
        Assert.Equal(1, Look(90, ThrottleReasons.None, 1));
        Assert.Equal("hot at 90 °C", _temper.Trouble);
        Assert.Equal(0, Look(86, ThrottleReasons.None, 50));
        Assert.Equal(0, Look(84, ThrottleReasons.None, CardTemper.LooksToRise - 1));
        Assert.Equal("hot at 90 °C", _temper.Trouble);
        Assert.Equal(1, Look(84, ThrottleReasons.None, 1));
        Assert.Empty(_temper.Trouble);
    }

    [Fact]
    public void A_card_that_flaps_at_its_edge_changes_nothing()
    {
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(0, Look(70, i % 3 == 0 ? ThrottleReasons.None : ThrottleReasons.Heat, 1));
        }
        Assert.Empty(_temper.Trouble);
        Assert.Equal(1, Look(92, ThrottleReasons.Heat, 10));
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(0, Look(80, i % 10 == 0 ? ThrottleReasons.Heat : ThrottleReasons.None, 1));
        }
        Assert.Equal("too hot at 92 °C: it lowers its clock", _temper.Trouble);
    }

    [Theory]
    [InlineData(ThrottleReasons.Power, "")]
    [InlineData(ThrottleReasons.Heat | ThrottleReasons.Power, "too hot at 70 °C: it lowers its clock")]
    [InlineData(ThrottleReasons.Hardware, "held back by its hardware at 70 °C: the power supply is too weak, or it is too hot")]
    public void Reasons_are_said_in_words_and_a_power_limit_is_none(ThrottleReasons reasons, string said)
    {
        Look(70, reasons, 10);
        Assert.Equal(said, _temper.Trouble);
    }

    [Fact]
    public void The_hottest_place_has_a_limit_of_its_own_and_silence_is_no_heat()
    {
        for (int i = 0; i < 10; i++)
        {
            Assert.False(_temper.Take(default));
        }
        for (int i = 0; i < 10; i++)
        {
            _temper.Take(new DeviceTelemetry(75, null, null, null) { HotspotC = 106 });
        }
        Assert.Equal("hot at 106 °C", _temper.Trouble);
    }

    /// <summary>How often the mind was changed.</summary>
    private int Look(double degrees, ThrottleReasons reasons, int times) =>
        Enumerable.Range(0, times).Count(_ => _temper.Take(new DeviceTelemetry(degrees, null, null, null) { Throttle = reasons }));
}
