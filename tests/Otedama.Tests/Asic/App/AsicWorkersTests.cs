using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Asic;
using Otedama.Core;
using Otedama.Mining;
using Otedama.Tests.Mining;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>Simulated boards as workers of a crew, stepped by hand.</summary>
public sealed class AsicWorkersTests : IDisposable
{
    private readonly HeldClock _time = new();
    private readonly FakeSource _source = new();
    private readonly Dispatcher _dispatcher;
    private readonly Dictionary<string, IWorker> _running = [];
    private readonly SimBitaxe _bitaxe;
    private Crew? _crew;

    public AsicWorkersTests()
    {
        _bitaxe = new SimBitaxe(_time);
        _dispatcher = new Dispatcher(_source, _time, NullLogger.Instance, paused: false);
        _source.Start(_dispatcher);
    }

    public void Dispose()
    {
        _crew?.Stop();
        _crew?.Dispose();
    }

    [Fact]
    public void An_automatic_board_joins_mines_and_leaves_with_its_plug()
    {
        AsicWorkers workers = Crew(new BoardRequest { Port = BoardRequest.Auto });
        Assert.Empty(_running);
        _bitaxe.Plug();
        _source.Publish(Target.Max);
        _crew!.Look();
        IWorker worker = Assert.Single(_running).Value;
        Until(worker, () => _source.Submitted.Count >= 3);
        _time.Advance(1);
        worker.Step();
        WorkerSnapshot read = worker.Read();
        Assert.Equal(("asic0", WorkerState.Healthy, "1 chip"), (read.Name, read.State, read.Flavour));
        Assert.True(read.Hashrate.Seconds60 > 0 && read.Hashes > 0);
        _crew.Look();
        DeviceSnapshot device = Assert.Single(workers.Measure());
        Assert.Equal(("asic0", "ASIC", 50.0, 525.0), (device.Id, device.Kind, device.Telemetry.TemperatureC, Math.Round(device.Telemetry.ClockMhz!.Value)));
        Assert.Equal(11.5, device.Telemetry.PowerW!.Value, 1);
        Assert.Equal(0ul, device.Telemetry.HardwareErrors);

        _bitaxe.Unplug();
        worker.Step();
        _crew.Look();
        Assert.Empty(_running);
        Assert.Empty(workers.Measure());
        _bitaxe.Plug(first: 2);
        _crew.Look();
        IWorker again = Assert.Single(_running).Value;
        Assert.NotSame(worker, again);
        int before = _source.Submitted.Count;
        Until(again, () => _source.Submitted.Count > before);
    }

    [Fact]
    public void A_named_board_keeps_its_worker_while_it_is_away()
    {
        _bitaxe.Plug();
        Crew(new BoardRequest { Port = "/dev/ttyACM0" });
        _source.Publish(Target.Max);
        IWorker worker = Assert.Single(_running).Value;
        Until(worker, () => _source.Submitted.Count >= 1);
        _bitaxe.Unplug();
        Until(worker, () => worker.Read().State == WorkerState.Failed);
        _crew!.Look();
        Assert.Same(worker, Assert.Single(_running).Value);
        Assert.NotEqual("", worker.Read().Reason);
        _bitaxe.Plug(first: 8);
        int before = _source.Submitted.Count;
        Until(worker, () => _source.Submitted.Count > before);
    }

    [Fact]
    public void Paused_it_sends_no_jobs_and_goes_on_after_it()
    {
        _bitaxe.Plug();
        Crew(new BoardRequest { Port = BoardRequest.Auto });
        _source.Publish(Target.Max);
        IWorker worker = Assert.Single(_running).Value;
        Until(worker, () => _source.Submitted.Count >= 1);
        _dispatcher.SetPaused(true);
        Until(worker, () => worker.Read().State == WorkerState.Idle);
        int before = _source.Submitted.Count;
        DateTimeOffset end = _time.GetUtcNow().AddSeconds(5);
        while (_time.GetUtcNow() < end)
        {
            _time.Advance(worker.Step());
        }
        Assert.Equal(before, _source.Submitted.Count);
        _dispatcher.SetPaused(false);
        Until(worker, () => _source.Submitted.Count > before);
    }

    [Fact]
    public void One_board_named_twice_is_one_worker_and_said_once()
    {
        _bitaxe.Plug();
        Sentences said = new();
        Crew([new BoardRequest { Port = "/dev/ttyACM0" }, new BoardRequest { Port = "/dev/ttyACM1" }, new BoardRequest { Port = BoardRequest.Auto }], said);
        _crew!.Look();
        _crew.Look();
        Assert.Single(_running);
        Assert.Single(said.Lines, static line => line.Contains("the same device", StringComparison.Ordinal));
    }

    [Fact]
    public void Stopped_it_leaves_the_board_safe()
    {
        _bitaxe.Plug();
        Crew(new BoardRequest { Port = BoardRequest.Auto });
        _source.Publish(Target.Max);
        Until(Assert.Single(_running).Value, () => _source.Submitted.Count >= 1);
        Assert.False(_bitaxe.IsOff);
        _crew!.Stop();
        _crew.Dispose();
        Assert.True(_bitaxe.IsOff);
    }

    private AsicWorkers Crew(BoardRequest request) => Crew([request], NullLogger.Instance);

    private AsicWorkers Crew(BoardRequest[] requests, ILogger logger)
    {
        AsicWorkers workers = new(requests, _bitaxe.Ports, _time, logger);
        _crew = new Crew([workers], _dispatcher, (worker, name) => new HandLoop(_running, name, worker), _time, NullLogger.Instance);
        _crew.Look();
        return workers;
    }

    private void Until(IWorker worker, Func<bool> condition)
    {
        DateTimeOffset end = _time.GetUtcNow().AddSeconds(300);
        while (!condition())
        {
            Assert.True(_time.GetUtcNow() < end, $"{worker.Read().State}: {worker.Read().Reason}");
            TimeSpan pause = worker.Step();
            _time.Advance(pause > TimeSpan.Zero ? pause : TimeSpan.FromTicks(1));
        }
    }

    private sealed class HandLoop : IWorkerLoop
    {
        private readonly Dictionary<string, IWorker> _running;
        private readonly string _name;

        public HandLoop(Dictionary<string, IWorker> running, string name, IWorker worker)
        {
            (_running, _name) = (running, name);
            running[name] = worker;
        }

        public void Wake()
        {
        }

        public bool Stop(TimeSpan wait)
        {
            _running.Remove(_name);
            return true;
        }
    }

    private sealed class Sentences : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
