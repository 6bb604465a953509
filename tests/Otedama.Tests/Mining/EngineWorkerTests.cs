using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Mining;
using Xunit;

namespace Otedama.Tests.Mining;

/// <summary>A worker stepped by hand, with a held clock and an engine of the test's.</summary>
public sealed class EngineWorkerTests : IDisposable
{
    private static readonly Target s_share = Target.FromDifficulty(1, Target.BitcoinOne);

    private readonly HeldClock _time = new();
    private readonly FakeSource _source = new();
    private readonly Dispatcher _dispatcher;
    private readonly List<ScriptedEngine> _engines = [];
    private readonly EngineWorker _worker;
    private string _trouble = "";

    public EngineWorkerTests()
    {
        AlgorithmInfo algorithm = CpuWorkers.FindAlgorithm(Algorithm.Sha256d);
        _dispatcher = new Dispatcher(_source, _time, NullLogger.Instance, paused: false);
        _source.Start(_dispatcher);
        _worker = new EngineWorker(
            new EngineWorkerOptions
            {
                Id = 0,
                Name = "cpu0",
                Device = "test",
                DeviceId = "shelf",
                Trouble = () => _trouble,
                Algorithm = algorithm,
                Flavour = algorithm.Selected,
            },
            MakeEngine,
            _time,
            NullLogger.Instance);
        _worker.Attach(_dispatcher);
        _dispatcher.Add(_worker, static () => { });
    }

    /// <summary>What engines do that are made from now on.</summary>
    private Exception? Problem { get; set; }

    private ScriptedEngine Engine => _engines[^1];

    public void Dispose() => _worker.Dispose();

    [Fact]
    public void A_range_is_searched_scan_by_scan_without_a_gap()
    {
        _source.Publish(s_share);
        Steps(5);
        Assert.Equal([(0, 1000), (1000, 1000), (2000, 1000), (3000, 1000), (4000, 96)], Engine.Searched.Select(static s => ((int)s.First, (int)s.Count)));
        Steps(1);
        Assert.Equal(4096UL, Engine.Searched[^1].First); // the next range
        Assert.Equal(WorkerState.Healthy, _worker.Read().State);
    }

    [Fact]
    public void A_device_in_trouble_makes_a_worker_that_hashes_a_degraded_one()
    {
        _trouble = "too hot";
        _source.Publish(s_share);
        Assert.Equal((WorkerState.Starting, "waiting for the first range"), (_worker.Read().State, _worker.Read().Reason));
        Steps(1);
        Assert.Equal((WorkerState.Degraded, "too hot", "shelf"), (_worker.Read().State, _worker.Read().Reason, _worker.Read().DeviceId));
        _trouble = "";
        Assert.Equal(WorkerState.Healthy, _worker.Read().State);
    }

    [Fact]
    public void A_clean_job_ends_the_range_in_hand_and_an_update_does_not()
    {
        _source.Publish(s_share);
        Steps(1);
        Engine.Finds = true;
        _source.Publish(s_share, clean: false);
        Assert.Equal(0, Engine.Cancels);
        Steps(1);
        Assert.Equal(1U, _source.Submitted.Last().JobId);
        _source.Publish(s_share);
        Assert.Equal(1, Engine.Cancels);
        Steps(1);
        Assert.Equal(3U, _source.Submitted.Last().JobId);
    }

    [Fact]
    public void A_failing_device_is_restarted_after_a_pause_and_says_why()
    {
        _source.Publish(s_share);
        Problem = new IOException("the device is gone");
        Assert.Equal(TimeSpan.FromSeconds(1), _worker.Step());
        Assert.Equal((WorkerState.Failed, "the device is gone", 0), (_worker.Read().State, _worker.Read().Reason, _worker.Read().Restarts));
        Assert.True(Engine.Disposed);
        _time.Advance(0.4);
        Assert.Equal(TimeSpan.FromSeconds(0.6), _worker.Step()); // however often it is woken
        Assert.Single(_engines);
        _time.Advance(0.6);
        Assert.Equal(TimeSpan.FromSeconds(2), _worker.Step());
        Problem = null;
        _time.Advance(2);
        Steps(1);
        Assert.Equal((WorkerState.Healthy, 2), (_worker.Read().State, _worker.Read().Restarts));
        Assert.Equal(3, _engines.Count);
    }

    [Fact]
    public void Memory_that_is_lacking_is_asked_for_once_a_minute()
    {
        _source.Publish(s_share);
        Problem = new NativeException("create scrypt engine", "OTD_E_MEMORY", "no room", "Free memory.");
        Assert.Equal(TimeSpan.FromMinutes(1), _worker.Step());
        _time.Advance(59);
        Assert.Equal(TimeSpan.FromSeconds(1), _worker.Step());
        Assert.Single(_engines);
        _time.Advance(1);
        Assert.Equal(TimeSpan.FromMinutes(1), _worker.Step());
        Problem = null;
        _time.Advance(60);
        Steps(1);
        Assert.Equal(WorkerState.Healthy, _worker.Read().State);
    }

    [Fact]
    public void What_a_failed_scan_did_not_search_is_searched_by_the_next_engine()
    {
        _source.Publish(s_share);
        Steps(2);
        Engine.Problem = new IOException("once");
        _worker.Step();
        _time.Advance(1);
        Steps(1);
        Assert.Equal((2000UL, 1000UL), Assert.Single(Engine.Searched));
    }

    [Fact]
    public void A_lost_device_is_not_tried_again()
    {
        _source.Publish(s_share);
        Problem = new NativeException("sha256d scan", "OTD_E_DEVICE_LOST", "fell off the bus", "Check the device.");
        _worker.Step();
        Assert.Equal(WorkerState.Lost, _worker.Read().State);
        _time.Advance(3600);
        Assert.True(_worker.Step() > TimeSpan.Zero);
        Assert.Single(_engines);
    }

    [Fact]
    public void Without_work_it_is_idle_then_gives_up_its_engine_and_makes_another_for_the_next_job()
    {
        _source.Publish(s_share);
        Steps(1);
        _dispatcher.SetPaused(true);
        Assert.True(_worker.Step() > TimeSpan.Zero);
        Assert.Equal((WorkerState.Idle, "mining is paused"), (_worker.Read().State, _worker.Read().Reason));
        _time.Advance(29);
        _worker.Step();
        Assert.False(Engine.Disposed);
        _time.Advance(1);
        _worker.Step();
        Assert.True(Engine.Disposed);
        _time.Advance(60);
        _worker.Step();
        Assert.Single(_engines);
        Assert.Equal(WorkerState.Idle, _worker.Read().State);

        _dispatcher.SetPaused(false);
        Steps(1);
        Assert.Equal(2, _engines.Count);
        Assert.Equal(1000UL, Assert.Single(Engine.Searched).First); // goes on where it stopped
        Assert.Equal(WorkerState.Healthy, _worker.Read().State);
    }

    [Fact]
    public void An_engine_that_cannot_be_made_shows_before_there_is_a_job()
    {
        AlgorithmInfo algorithm = CpuWorkers.FindAlgorithm(Algorithm.Sha256d);
        using EngineWorker worker = new(
            new EngineWorkerOptions { Id = 1, Name = "cpu1", Device = "test", Algorithm = algorithm, Flavour = algorithm.Selected },
            static () => throw new IOException("no driver"),
            _time,
            NullLogger.Instance);
        worker.Attach(_dispatcher);
        worker.Step();
        Assert.Equal((WorkerState.Failed, "no driver"), (worker.Read().State, worker.Read().Reason));
    }

    private ScriptedEngine MakeEngine()
    {
        ScriptedEngine engine = new() { Problem = Problem };
        _engines.Add(engine);
        return engine;
    }

    /// <summary>Steps that each do something.</summary>
    private void Steps(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Assert.Equal(TimeSpan.Zero, _worker.Step());
        }
    }
}
