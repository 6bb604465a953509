using Otedama.Interop;
using Otedama.Mining;
using Xunit;

namespace Otedama.Tests.Mining;

/// <summary>The thread that asks cards for their temperature: what it hears, what it says, and a driver that hangs.</summary>
public sealed class CardWatchTests
{
    private readonly HeldClock _time = new();
    private readonly LineLog _log = new();
    private readonly CardWatch _watch;
    private Func<int, DeviceReadings> _read = static card => new DeviceReadings(50 + card, 100, null, null, null, null);

    public CardWatchTests() => _watch = new CardWatch([("gpu0", "Left"), ("gpu2", "Right")], card => _read(card), _time, _log);

    [Fact]
    public void What_was_told_last_counts_for_ten_seconds()
    {
        Assert.Equal(default, _watch.Telemetry(0));
        _watch.Look();
        Assert.Equal((50, 51), (_watch.Telemetry(0).TemperatureC, _watch.Telemetry(1).TemperatureC));
        _time.Advance(10);
        Assert.Equal(50, _watch.Telemetry(0).TemperatureC);
        _time.Advance(0.1);
        Assert.Equal(new DeviceTelemetry { IsStale = true }, _watch.Telemetry(0));
    }

    [Fact]
    public void A_card_that_cannot_be_asked_is_unknown_and_the_others_are_not()
    {
        _read = static card => card == 0 ? throw new NativeException("telemetry", "OTD_E_DRIVER", "no", "Check.") : new DeviceReadings(44, null, null, null, null, null);
        _watch.Look();
        Assert.Equal(default, _watch.Telemetry(0));
        Assert.Equal(44, _watch.Telemetry(1).TemperatureC);
    }

    [Fact]
    public void Heat_is_said_once_and_its_end_once()
    {
        _read = static card => new DeviceReadings(card == 1 ? 95 : 60, null, null, null, null, null) { Throttle = card == 1 ? ThrottleReasons.Heat : 0 };
        Look(50);
        Assert.Equal("too hot at 95 °C: it lowers its clock", _watch.Trouble(1));
        Assert.Empty(_watch.Trouble(0));
        Assert.Contains("gpu2 (Right) is too hot at 95 °C", Assert.Single(_log.Lines), StringComparison.Ordinal);
        _read = static _ => new DeviceReadings(60, null, null, null, null, null);
        Look(50);
        Assert.Empty(_watch.Trouble(1));
        Assert.Equal(2, _log.Lines.Length);
        Assert.Contains("gpu2 (Right) is well again", _log.Lines.Last(), StringComparison.Ordinal);
    }

    /// <summary>On the watch's own thread, which hangs until it is let go.</summary>
    [Fact]
    public void A_driver_that_hangs_holds_nobody_and_is_said_once()
    {
        using ManualResetEventSlim hangs = new(), letGo = new();
        _read = _ =>
        {
            hangs.Set();
            letGo.Wait(Patience.Limit);
            return new DeviceReadings(55, null, null, null, null, null);
        };
        using SteadyLoop loop = new("cards", _watch.Look, TimeSpan.FromHours(1));
        Assert.True(hangs.Wait(Patience.Limit));
        _watch.SpeakOfSilence();
        Assert.Empty(_log.Lines);
        _time.Advance(11);
        Assert.True(_watch.Telemetry(0).IsStale);
        _watch.SpeakOfSilence();
        _watch.SpeakOfSilence();
        Assert.Contains("gpu0 (Left) has told nothing of itself for 10 s", Assert.Single(_log.Lines), StringComparison.Ordinal);
        letGo.Set();
        Patience.Until(() => _watch.Telemetry(1).TemperatureC == 55, "the other card's answer");
        _watch.SpeakOfSilence();
        Assert.Contains("tell of themselves again", _log.Lines.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_end_does_not_wait_for_a_driver()
    {
        using ManualResetEventSlim hangs = new(), letGo = new();
        int asked = 0;
        _read = _ =>
        {
            hangs.Set();
            letGo.Wait(Patience.Limit);
            Interlocked.Increment(ref asked);
            return default;
        };
        SteadyLoop loop = new("cards", _watch.Look, TimeSpan.FromHours(1));
        Assert.True(hangs.Wait(Patience.Limit));
        loop.Dispose(); // comes back although the thread does not
        Assert.Equal(0, Volatile.Read(ref asked));
        letGo.Set();
        Patience.Until(() => Volatile.Read(ref asked) == 2, "the thread to end its round");
    }

    private void Look(int times)
    {
        for (int i = 0; i < times; i++)
        {
            _watch.Look();
            _time.Advance(2);
        }
    }
}
