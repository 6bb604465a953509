using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>Tunings over restarts, in held time, against a device that saves energy at lower volts.</summary>
public sealed class FleetTuningsTests : IDisposable
{
    private static readonly FleetTuning s_listed = new() { ClocksMhz = [400, 425, 450, 475, 500, 525], CoreVolts = [1.0, 1.05, 1.1, 1.15, 1.2] };

    private readonly TempFolder _folder = new();
    private readonly WatchBench _bench = new();
    private readonly List<string> _orders = [];
    private readonly List<string> _notKept = [];
    private double _clock = 525;
    private double _volts = 1.15;
    private double? _heat;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_tuning_goes_on_where_the_program_ended_and_its_result_stays()
    {
        FleetTunings first = Open();
        FleetDevice device = await SeenAsync(first);
        Assert.Contains("energy begins", await first.BeginAsync(device, "energy", default), StringComparison.Ordinal);
        await RunAsync(first, minutes: 12);
        Assert.Contains("measuring", first.StateOf(device.Id), StringComparison.Ordinal);
        int before = _orders.Count;
        Assert.True(before > 0);
        (_clock, _volts) = (500, 1.2); // somebody turned it meanwhile

        FleetTunings second = Open(); // the program was started anew
        Assert.Equal(first.StateOf(device.Id), second.StateOf(device.Id));
        await RunAsync(second, minutes: 240);
        Assert.True(_orders.Count > before);
        Assert.Contains("energy, 20", second.StateOf(device.Id), StringComparison.Ordinal);
        Assert.Contains("ended at", second.StateOf(device.Id), StringComparison.Ordinal);
        string[] tried = [.. _orders.Chunk(2).Select(static pair => string.Join(' ', pair.Order()))];
        Assert.True(tried.Length - tried.Distinct().Count() <= 3, string.Join('\n', tried)); // back to the best, and no search over again
        int done = _orders.Count;

        FleetTunings third = Open();
        Assert.Equal(second.StateOf(device.Id), third.States()[device.Id]);
        await RunAsync(third, minutes: 30);
        Assert.Equal(done, _orders.Count); // what is over stays over
        Assert.Contains("came to its end", (await Assert.ThrowsAsync<CommandException>(() => third.BeginAsync(device, FleetTunings.Resume, default))).Message, StringComparison.Ordinal);
        Assert.Empty(_notKept);
    }

    [Fact]
    public async Task What_was_stopped_goes_on_only_when_told()
    {
        (_clock, _volts) = (400, 1.0);
        FleetTunings tunings = Open();
        FleetDevice device = await SeenAsync(tunings);
        Assert.Contains("was never tuned", (await Assert.ThrowsAsync<CommandException>(() => tunings.BeginAsync(device, FleetTunings.Resume, default))).Message, StringComparison.Ordinal);
        await tunings.BeginAsync(device, "rate", default);
        await RunAsync(tunings, minutes: 12);
        Assert.Contains("--resume", tunings.End(device), StringComparison.Ordinal);
        int stopped = _orders.Count;
        FleetTunings next = Open();
        await RunAsync(next, minutes: 30);
        Assert.Equal(stopped, _orders.Count);
        Assert.Contains("Tuning for rate goes on", await next.BeginAsync(device, FleetTunings.Resume, default), StringComparison.Ordinal);
        await RunAsync(next, minutes: 30);
        Assert.True(_orders.Count > stopped);
    }

    [Fact]
    public async Task A_device_that_is_too_hot_is_not_tuned_and_why_a_tuning_ended_is_kept()
    {
        FleetTunings tunings = Open();
        FleetDevice device = await SeenAsync(tunings);
        FleetDevice hot = device with { Alarms = [new AlarmSnapshot("hot_chip_critical", AlarmSeverity.Critical, default, "Its hottest chip has 77 °C, limit 75.", 77, null)] };
        Assert.Contains("alarm hot_chip_critical: Its hottest chip has 77 °C", (await Assert.ThrowsAsync<CommandException>(() => tunings.BeginAsync(hot, "energy", default))).Message, StringComparison.Ordinal);
        Assert.Null(tunings.StateOf(device.Id));
        await tunings.BeginAsync(device, "energy", default);
        _heat = 66;
        await RunAsync(tunings, minutes: 30);
        Assert.Contains("ended at 500 MHz", tunings.StateOf(device.Id), StringComparison.Ordinal);
        Assert.Contains("chip at 66 °C, limit 65", tunings.StateOf(device.Id), StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_file_is_put_aside_and_told_of()
    {
        string path = _folder.File("tunings.json", "[{\"device\":1}]");
        Assert.Empty(Open().States());
        Assert.Contains("is damaged and was put aside", Assert.Single(_notKept), StringComparison.Ordinal);
        Assert.True(File.Exists(path + ".damaged"));
    }

    private FleetTunings Open() => new(_bench.Watch, SendAsync, static (_, _) => Task.FromResult(s_listed), _folder.Path, _notKept.Add, _bench.Clock);

    private async Task<FleetDevice> SeenAsync(FleetTunings tunings)
    {
        await RunAsync(tunings, minutes: 1);
        return _bench.Watch.Find(WatchBench.Mac)!;
    }

    private async Task RunAsync(FleetTunings tunings, double minutes)
    {
        for (int i = 0; i < minutes * 6; i++)
        {
            _bench.Feed(1 / 6.0, reading => reading with
            {
                Temperatures = reading.Temperatures with { ChipMax = _heat ?? reading.Temperatures.ChipMax },
                Power = reading.Power with { ClockMhz = _clock, CoreVolts = _volts, Watts = 18 * (_clock / 525) * Math.Pow(_volts / 1.15, 2) },
                Rates = reading.Rates with { OneMinute = 1.2e12 * _clock / 525 },
            });
            await tunings.StepAsync(default);
        }
    }

    private Task<FleetOutcome> SendAsync(FleetDevice device, FleetOrder order, string by, bool dryRun, CancellationToken cancel)
    {
        _orders.Add(order.Words);
        (_clock, _volts) = order switch
        {
            SetClockOrder clock => (clock.Mhz, _volts),
            SetVoltageOrder volts => (_clock, volts.Volts),
            _ => (_clock, _volts),
        };
        return Task.FromResult(new FleetOutcome(FleetResult.Done, "done"));
    }
}
