using Otedama.Mining;
using Xunit;

namespace Otedama.Tests.Mining;

public sealed class WorkerHealthTests
{
    private readonly HeldClock _time = new();
    private readonly HashMeter _meter;
    private readonly WorkerHealth _health;

    public WorkerHealthTests()
    {
        _meter = new HashMeter(_time);
        _health = new WorkerHealth(_time, _meter);
    }

    [Fact]
    public void Starts_then_works_then_stalls_and_comes_back()
    {
        Expect(WorkerState.Starting, "first range");
        _health.OnBusy();
        _health.OnScan(1, 1);
        Expect(WorkerState.Healthy, "");
        _time.Advance(29);
        Expect(WorkerState.Healthy, "");
        _time.Advance(2);
        Expect(WorkerState.Degraded, "no answer from the device for 31 s");
        _health.OnScan(1, 1);
        Expect(WorkerState.Healthy, "");
    }

    [Fact]
    public void Without_work_it_is_idle_and_says_why_not_stalled()
    {
        _health.OnBusy();
        _health.OnScan(1, 1);
        _health.OnIdle(IdleReason.NoJob);
        _time.Advance(3600);
        Expect(WorkerState.Idle, "waiting for a job");
        _health.OnIdle(IdleReason.Paused);
        Expect(WorkerState.Idle, "paused");
        _health.OnPoweringDown();
        Expect(WorkerState.PoweringDown, "put to rest");
        _health.OnIdle(IdleReason.SearchedThrough);
        Expect(WorkerState.Idle, "searched through");
        _health.OnBusy();
        Expect(WorkerState.Healthy, "");
    }

    [Fact]
    public void A_lost_device_is_not_merely_failed()
    {
        _health.OnScan(1, 1);
        _health.OnLost("the device went away");
        Expect(WorkerState.Lost, "the device went away");
    }

    [Fact]
    public void Fails_with_the_reason_and_recovers_with_the_next_scan()
    {
        _health.OnFailure("device lost");
        Expect(WorkerState.Failed, "device lost");
        _health.OnRestart();
        Expect(WorkerState.Failed, "device lost");
        _health.OnScan(1, 1);
        Expect(WorkerState.Healthy, "");
        Assert.Equal(1, _health.Restarts);
    }

    [Fact]
    public void Finding_far_less_than_expected_is_noticed_and_bad_luck_is_not()
    {
        _health.OnScan(64, 40);
        Expect(WorkerState.Healthy, "");
        _health.OnScan(64, 2);
        Expect(WorkerState.Degraded, "42 candidates where 128 are expected");
    }

    [Fact]
    public void Refused_shares_degrade_only_in_numbers()
    {
        _health.OnScan(1, 1);
        for (int i = 0; i < 19; i++)
        {
            _health.OnVerdict(accepted: false);
        }
        Expect(WorkerState.Healthy, "");
        _health.OnVerdict(accepted: false);
        Expect(WorkerState.Degraded, "20 of the last 20 shares were refused");
    }

    [Fact]
    public void Half_the_usual_rate_is_slow()
    {
        for (int i = 0; i < 900; i++)
        {
            Step(1000);
        }
        Expect(WorkerState.Healthy, "");
        for (int i = 0; i < 120; i++)
        {
            Step(100);
        }
        Expect(WorkerState.Degraded, "of its 15-minute average");
    }

    private void Step(double hashes)
    {
        _time.Advance(1);
        _health.OnBusy();
        _meter.Add(hashes);
        _health.OnScan(0, 0);
    }

    private void Expect(WorkerState state, string reason)
    {
        Assert.Equal(state, _health.Read(out string actual));
        Assert.Contains(reason, actual, StringComparison.Ordinal);
        Assert.Equal(state == WorkerState.Healthy, actual.Length == 0);
    }
}
