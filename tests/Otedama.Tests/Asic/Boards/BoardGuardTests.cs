using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

public sealed class BoardGuardTests
{
    private static readonly SensorReading s_failed = SensorReading.Failed("the diode is open");

    private readonly HeldClock _time = new();
    private readonly BoardGuard _guard;
    private int _madeSafe;

    public BoardGuardTests() => _guard = new BoardGuard(() => _madeSafe++, _time);

    [Fact]
    public void At_80_degrees_the_board_is_made_safe_until_it_is_cool_and_rested()
    {
        Look(79.875);
        Assert.Equal((GuardState.Safe, 0), (_guard.State, _madeSafe));
        Look(80);
        Assert.Equal((GuardState.Cooling, 1), (_guard.State, _madeSafe));
        Assert.Contains("80", _guard.Reason, StringComparison.Ordinal);
        for (int i = 0; i < 14; i++)
        {
            Look(44);
            Assert.Equal(GuardState.Cooling, _guard.State); // 28 s
        }
        Assert.Equal(15, _madeSafe); // and again each time: the first may have failed
        Look(44);
        Assert.Equal((GuardState.Safe, ""), (_guard.State, _guard.Reason));
    }

    [Fact]
    public void It_is_kept_off_while_it_is_warm_or_unseen()
    {
        Look(90);
        for (int i = 0; i < 100; i++)
        {
            Look(45.5);
            Look(null);
        }
        Assert.Equal(GuardState.Cooling, _guard.State);
    }

    [Fact]
    public void Three_readings_in_a_row_that_fail_make_it_safe_until_three_succeed()
    {
        Look(50);
        Look(null);
        Look(null);
        Look(50);
        Look(null);
        Look(null);
        Assert.Equal((GuardState.Safe, 0), (_guard.State, _madeSafe));
        Look(null);
        Assert.Equal((GuardState.Blind, 1), (_guard.State, _madeSafe));
        Assert.Contains("open", _guard.Reason, StringComparison.Ordinal);
        Look(50);
        Look(50);
        Assert.Equal(GuardState.Blind, _guard.State);
        Look(50);
        Assert.Equal(GuardState.Safe, _guard.State);
    }

    [Fact]
    public void Readings_in_quick_succession_count_once()
    {
        for (int i = 0; i < 50; i++)
        {
            _guard.Look(s_failed, null);
            _time.Advance(0.01);
        }
        Assert.Equal(GuardState.Safe, _guard.State);
    }

    [Fact]
    public void Heat_counts_at_once()
    {
        _guard.Look(new SensorReading(50, ""), null);
        _guard.Look(new SensorReading(80, ""), null);
        Assert.Equal(GuardState.Cooling, _guard.State);
    }

    [Theory]
    [InlineData(104.9, false)]
    [InlineData(105.0, true)]
    public void A_hot_regulator_counts_too(double celsius, bool isTripped)
    {
        _guard.Look(new SensorReading(50, ""), celsius);
        Assert.Equal(isTripped ? GuardState.Cooling : GuardState.Safe, _guard.State);
    }

    private void Look(double? celsius)
    {
        _time.Advance(2);
        _guard.Look(celsius is null ? s_failed : new SensorReading(celsius, ""), null);
    }
}
