using Otedama.Mining;
using Xunit;

namespace Otedama.Tests.Mining;

/// <summary>When a device that was lost is tried again.</summary>
public sealed class DeviceLossesTests
{
    private readonly HeldClock _time = new();
    private readonly DeviceLosses _losses;

    public DeviceLossesTests() => _losses = new DeviceLosses(_time);

    [Fact]
    public void Pauses_double_from_five_seconds_to_five_minutes()
    {
        List<double> pauses = [];
        for (int i = 0; i < 9; i++)
        {
            _losses.OnLost(TimeSpan.FromMinutes(6)); // never well for long, and never three times in ten minutes
            pauses.Add(_losses.Pause.TotalSeconds);
            _time.Advance(TimeSpan.FromMinutes(6));
        }
        Assert.Equal([5, 10, 20, 40, 80, 160, 300, 300, 300], pauses);
        Assert.False(_losses.IsOff);
    }

    [Fact]
    public void A_good_run_makes_the_next_loss_the_first()
    {
        _losses.OnLost(TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromMinutes(9));
        _losses.OnLost(TimeSpan.FromMinutes(9));
        Assert.Equal((2, 10), (_losses.InARow, _losses.Pause.TotalSeconds));
        _time.Advance(TimeSpan.FromMinutes(11));
        _losses.OnLost(DeviceLosses.RanWell);
        Assert.Equal((1, 5), (_losses.InARow, _losses.Pause.TotalSeconds));
    }

    [Fact]
    public void The_third_loss_within_ten_minutes_ends_it_until_somebody_says_so()
    {
        _losses.OnLost(TimeSpan.FromHours(1));
        _time.Advance(TimeSpan.FromMinutes(5));
        _losses.OnLost(TimeSpan.FromMinutes(5));
        Assert.False(_losses.IsOff);
        _time.Advance(TimeSpan.FromMinutes(5));
        _losses.OnLost(TimeSpan.FromMinutes(5));
        Assert.True(_losses.IsOff);
        _losses.Forget();
        Assert.Equal((false, TimeSpan.Zero), (_losses.IsOff, _losses.Pause));
        _losses.OnLost(TimeSpan.FromSeconds(1));
        Assert.Equal((false, 5), (_losses.IsOff, _losses.Pause.TotalSeconds));
    }

    [Fact]
    public void Three_losses_in_more_than_ten_minutes_do_not()
    {
        for (int i = 0; i < 3; i++)
        {
            _losses.OnLost(TimeSpan.FromMinutes(5.1));
            _time.Advance(TimeSpan.FromMinutes(5.1));
        }
        Assert.False(_losses.IsOff);
    }
}
