using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Mining;
using Xunit;

namespace Otedama.Tests.Mining;

/// <summary>Devices that appear and vanish under a running rig; their workers are stepped by hand.</summary>
public sealed class CrewTests : IDisposable
{
    private static readonly Target s_share = Target.FromDifficulty(1, Target.BitcoinOne);

    private readonly HeldClock _time = new();
    private readonly FakeSource _source = new();
    private readonly LineLog _logger = new();
    private readonly Dispatcher _dispatcher;
    private readonly Shelf _shelf;
    private readonly Dictionary<string, HandLoop> _loops = [];
    private readonly Crew _crew;

    public CrewTests()
    {
        _dispatcher = new Dispatcher(_source, _time, NullLogger.Instance, paused: false);
        _source.Start(_dispatcher);
        _shelf = new Shelf(_time);
        _crew = new Crew([_shelf], _dispatcher, (worker, name) => _loops[name] = new HandLoop(worker), _time, _logger);
    }

    public void Dispose() => _crew.Dispose();

    [Fact]
    public void Workers_come_and_go_with_their_devices_and_what_they_did_stays_counted()
    {
        _shelf.Devices.AddRange(["a", "b"]);
        _crew.Look();
        _source.Publish(s_share);
        Step("a", 3);
        Step("b", 1);
        Assert.Equal(["a", "b"], Names());
        Assert.Equal(4, _dispatcher.Shares.Total.Pending);
        Assert.Equal(["a", "b"], _crew.Devices.Select(static device => device.Name));

        _shelf.Devices.Remove("a");
        _crew.Look();
        Assert.Equal(["b"], _crew.Devices.Select(static device => device.Name));
        Assert.Equal(["b"], Names());
        Assert.True(_loops["a"].Stopped);
        Assert.True(_shelf.Engines["a"].Disposed);
        Assert.Equal(3000, _crew.HashesDeparted);
        Assert.Equal(4, _dispatcher.Shares.Total.Pending);
        _dispatcher.OnVerdict(new UpstreamVerdict(0, ShareOutcome.Accepted, 1, ""));
        Assert.Equal(new ShareCounts(1, 0, 0, 0, 3), _dispatcher.Shares.Total);

        _shelf.Devices.Add("c");
        _crew.Look();
        Assert.Equal(["b", "c"], Names());
        Step("c", 1);
        Assert.Equal((3000UL, 1000UL), Assert.Single(_shelf.Engines["c"].Searched)); // what a left
        Assert.Equal([0, 1, 2], _shelf.Ids);
    }

    [Fact]
    public void New_workers_hear_of_jobs_and_departed_ones_do_not()
    {
        _crew.Look();
        _source.Publish(s_share);
        _shelf.Devices.Add("late");
        _crew.Look();
        Step("late", 1);
        _source.Publish(s_share);
        Assert.Equal(1, _loops["late"].Wakes);
        _shelf.Devices.Clear();
        _crew.Look();
        _source.Publish(s_share);
        Assert.Equal(1, _loops["late"].Wakes);
    }

    [Fact]
    public void A_lost_device_shows_as_lost_and_is_opened_anew_after_a_pause_that_grows()
    {
        _shelf.Devices.Add("a");
        _crew.Look();
        _source.Publish(s_share);
        Lose("a");
        Assert.Equal(WorkerState.Lost, Assert.Single(_crew.Read()).State);
        _time.Advance(4.9);
        _crew.Look();
        Assert.Equal([0], _shelf.Ids);
        _time.Advance(0.1);
        _crew.Look();
        Assert.Equal([0, 1], _shelf.Ids);
        Assert.Equal(WorkerState.Starting, Assert.Single(_crew.Read()).State);
        Lose("a");
        _time.Advance(9.9);
        _crew.Look();
        Assert.Equal([0, 1], _shelf.Ids);
        _time.Advance(0.1);
        _crew.Look();
        Assert.Equal([0, 1, 2], _shelf.Ids);
        Assert.DoesNotContain(_logger.Lines, static line => line.Contains("has left", StringComparison.Ordinal));
    }

    [Fact]
    public void A_device_lost_three_times_in_ten_minutes_stays_off_until_it_is_told_to_go_on()
    {
        _shelf.Devices.AddRange(["a", "b"]);
        _crew.Look();
        _source.Publish(s_share);
        for (int i = 0; i < 3; i++)
        {
            Lose("a");
            _time.Advance(60);
            _crew.Look();
        }
        _time.Advance(3600);
        _crew.Look();
        WorkerSnapshot off = _crew.Read().First(static worker => worker.Name == "a");
        Assert.Equal(WorkerState.Lost, off.State);
        Assert.StartsWith("stays off: its device was lost 3 times in 10 minutes. `otedama mining start` or a reload tries it again (", off.Reason);
        Assert.Single(_logger.Lines, static line => line.Contains("a stays off", StringComparison.Ordinal));
        Assert.Equal([0, 1, 2, 3], _shelf.Ids);
        Step("b", 1); // the other one goes on

        _crew.TryLostAgain();
        _crew.Look();
        Assert.Equal([0, 1, 2, 3, 4], _shelf.Ids);
        Lose("a");
        _time.Advance(5);
        _crew.Look();
        Assert.Equal([0, 1, 2, 3, 4, 5], _shelf.Ids);
    }

    [Fact]
    public void A_lost_device_that_is_unplugged_leaves_and_begins_anew_when_it_is_back()
    {
        _shelf.Devices.Add("a");
        _crew.Look();
        _source.Publish(s_share);
        for (int i = 0; i < 3; i++)
        {
            Lose("a");
            _shelf.Devices.Clear();
            _crew.Look();
            Assert.Empty(_crew.Read());
            _shelf.Devices.Add("a");
            _crew.Look();
        }
        Assert.Equal([0, 1, 2, 3], _shelf.Ids);
        Assert.DoesNotContain(_logger.Lines, static line => line.Contains("stays off", StringComparison.Ordinal));
    }

    [Fact]
    public void A_device_that_cannot_be_used_is_said_once_and_tried_again()
    {
        _shelf.Problem = "no driver";
        _shelf.Devices.Add("a");
        _crew.Look();
        _crew.Look();
        Assert.Single(_logger.Lines, static line => line.Contains("no driver", StringComparison.Ordinal));
        Assert.Empty(_crew.Read());
        _shelf.Problem = "";
        _crew.Look();
        Assert.Equal(["a"], Names());
    }

    [Fact]
    public void While_devices_cannot_be_looked_for_those_there_are_go_on()
    {
        _shelf.Devices.Add("a");
        _crew.Look();
        _shelf.Blind = true;
        _crew.Look();
        _crew.Look();
        Assert.Equal(["a"], Names());
        Assert.False(_loops["a"].Stopped);
        Assert.Single(_logger.Lines, static line => line.Contains("cannot see", StringComparison.Ordinal));
    }

    [Fact]
    public void After_the_stop_nobody_joins()
    {
        _crew.Stop();
        _shelf.Devices.Add("a");
        _crew.Look();
        Assert.Empty(_crew.Read());
    }

    private void Lose(string name)
    {
        Step(name, 1);
        _shelf.Engines[name].Problem = new NativeException("scan", "OTD_E_DEVICE_LOST", "gone", "Check.");
        _loops[name].Worker.Step();
        _crew.Look();
    }

    private IEnumerable<string> Names() => _crew.Read().Select(static worker => worker.Name);

    private void Step(string name, int times)
    {
        for (int i = 0; i < times; i++)
        {
            Assert.Equal(TimeSpan.Zero, _loops[name].Worker.Step());
        }
    }

    /// <summary>Devices that each find a share with every scan.</summary>
    private sealed class Shelf(TimeProvider time) : IWorkerSource
    {
        public List<string> Devices { get; } = [];

        public Dictionary<string, ScriptedEngine> Engines { get; } = [];

        public List<int> Ids { get; } = [];

        public string Problem { get; set; } = "";

        public bool Blind { get; set; }

        public string Kind => "test";

        public IReadOnlyList<WorkerSeed> Find() => Blind
            ? throw new IOException("cannot see")
            : [.. Devices.Select(key => new WorkerSeed(key, id => Make(key, id)))];

        public IReadOnlyList<DeviceSnapshot> Measure() =>
            [.. Devices.Select(static key => new DeviceSnapshot(key, "test", key, new DeviceTelemetry(61, null, null, null)))];

        private EngineWorker Make(string key, int id)
        {
            if (Problem.Length > 0)
            {
                throw new IOException(Problem);
            }
            Ids.Add(id);
            AlgorithmInfo algorithm = CpuWorkers.FindAlgorithm(Algorithm.Sha256d);
            return new EngineWorker(
                new EngineWorkerOptions { Id = id, Name = key, Device = "test", Algorithm = algorithm, Flavour = algorithm.Selected },
                () => Engines[key] = new ScriptedEngine { Finds = true },
                time,
                NullLogger.Instance);
        }
    }

    private sealed class HandLoop(IWorker worker) : IWorkerLoop
    {
        public IWorker Worker { get; } = worker;

        public int Wakes { get; private set; }

        public bool Stopped { get; private set; }

        public void Wake() => Wakes++;

        public bool Stop(TimeSpan wait) => Stopped = true;
    }
}
