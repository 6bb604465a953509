using CsCheck;
using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

public sealed class RolloutTests
{
    [Fact]
    public void Waves_are_one_of_each_kind_then_up_to_five_and_twenty_five_percent_and_all()
    {
        RolloutPlan plan = RolloutPlan.Of(Devices(200, kinds: 3));
        Assert.Equal([("canary", 3), ("5 %", 7), ("25 %", 40), ("100 %", 150)], plan.Waves.Select(static wave => (wave.Name, wave.Devices.Count)));
        Assert.Equal(200, plan.Waves.SelectMany(static wave => wave.Devices).Select(static device => device.Id).Distinct().Count());
        Assert.Equal(3, plan.Waves[0].Devices.Select(static device => device.Model).Distinct().Count());
        Assert.Equal([("canary", 1)], RolloutPlan.Of(Devices(1)).Waves.Select(static wave => (wave.Name, wave.Devices.Count)));
        Assert.Throws<FlashException>(() => RolloutPlan.Of([]));
        Assert.Contains("named twice", Assert.Throws<FlashException>(() => RolloutPlan.Of([.. Devices(1), .. Devices(1)])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wave_waits_half_an_hour_after_the_one_before()
    {
        HeldClock clock = new();
        Rollout rollout = new(RolloutPlan.Of(Devices(3)), clock);
        Do(rollout, rollout.Next(), RolloutResult.Updated);
        Assert.Equal(RolloutState.Soaking, rollout.State);
        clock.Advance(1799);
        Assert.Empty(rollout.Next());
        clock.Advance(1);
        Assert.Equal(["d1", "d2"], rollout.Next().Select(static device => device.Id));
    }

    [Fact]
    public void A_canary_that_fails_stops_everything()
    {
        Rollout rollout = new(RolloutPlan.Of(Devices(100)), new HeldClock());
        Do(rollout, rollout.Next(), RolloutResult.Failed);
        Assert.Equal(RolloutState.Stopped, rollout.State);
        Assert.Contains("1 updates failed (d0)", rollout.Says, StringComparison.Ordinal);
        Assert.Empty(rollout.Next());
    }

    [Fact]
    public void One_failure_in_a_large_wave_is_borne_and_the_second_stops()
    {
        HeldClock clock = new();
        Rollout rollout = new(RolloutPlan.Of(Devices(400)), clock);
        while (rollout.Wave.Name != "100 %")
        {
            Do(rollout, rollout.Next(), RolloutResult.Updated);
            clock.Advance(rollout.State == RolloutState.Soaking ? 1800 : 1);
            rollout.Step();
        }
        string[] ids = [.. rollout.Next().Select(static device => device.Id)];
        Array.ForEach(ids, rollout.Begin);
        rollout.End(ids[0], RolloutResult.Failed);
        Assert.Equal(RolloutState.Running, rollout.State);
        rollout.End(ids[1], RolloutResult.Failed);
        Assert.Equal(RolloutState.Stopped, rollout.State);
        Assert.Equal(20 - 2, rollout.UnderWay.Count);
    }

    [Fact]
    public void A_device_that_never_ends_has_failed()
    {
        HeldClock clock = new();
        Rollout rollout = new(RolloutPlan.Of(Devices(10)), clock);
        rollout.Begin(rollout.Next()[0].Id);
        clock.Advance(Rollout.DeviceTime + TimeSpan.FromSeconds(1));
        Assert.Empty(rollout.Next());
        Assert.Equal(RolloutState.Stopped, rollout.State);
    }

    [Fact]
    public void The_last_one_of_a_site_that_works_is_left_alone()
    {
        RolloutDevice[] devices = [.. Devices(2).Select(static device => device with { Site = "hall" })];
        Rollout rollout = new(RolloutPlan.Of(devices), new HeldClock());
        rollout.Sees("d1", works: false);
        Assert.Empty(rollout.Next());
        Assert.Contains("last one of the site hall", rollout.Says, StringComparison.Ordinal);
        rollout.Sees("d1", works: true);
        Assert.Equal("d0", rollout.Next().Single().Id);
    }

    [Fact]
    public void What_may_not_begin_is_refused()
    {
        Rollout rollout = new(RolloutPlan.Of(Devices(10)), new HeldClock());
        Assert.Throws<FlashException>(() => rollout.Begin("nobody"));
        Assert.Contains("not of the wave", Assert.Throws<FlashException>(() => rollout.Begin("d5")).Message, StringComparison.Ordinal);
        rollout.Begin("d0");
        Assert.Contains("begun before", Assert.Throws<FlashException>(() => rollout.Begin("d0")).Message, StringComparison.Ordinal);
        rollout.Stop("enough");
        Assert.Equal(RolloutState.Stopped, rollout.State);
    }

    private static readonly Gen<RolloutDevice[]> s_fleets = Gen.Select(Gen.Int[0, 2], Gen.Int[-1, 5], Gen.Int[-1, 3], Gen.Int[-1, 2]).Array[1, 60].Select(static rows => rows.Select(static (row, index) =>
        new RolloutDevice($"d{index}", $"m{row.Item1}", "601", "v1", row.Item2 < 0 ? null : $"p{row.Item2}", row.Item3 < 0 ? null : $"s{row.Item3}", row.Item4 < 0 ? null : $"site{row.Item4}")).ToArray());

    /// <summary>Whatever the fleet, the order of ends and the failures: never more at once than allowed, never two on a supply, never the last of a site; it stops, or it ends.</summary>
    [Fact]
    public void Never_more_at_once_than_allowed_and_it_always_stops() => Gen.Select(s_fleets, Gen.Int[0, 30], Gen.Int).Sample((devices, failsOneIn, seed) =>
    {
        Random random = new(seed);
        HeldClock clock = new();
        RolloutPlan plan = RolloutPlan.Of(devices);
        Rollout rollout = new(plan, clock);
        Dictionary<string, RolloutDevice> known = devices.ToDictionary(static device => device.Id);
        HashSet<string> failed = [];
        int idle = 0;
        for (int turn = 0; turn < 5000 && idle < 3; turn++)
        {
            int begun = 0;
            foreach (RolloutDevice device in rollout.Next())
            {
                Assert.Contains(device, rollout.Wave.Devices);
                rollout.Begin(device.Id);
                begun++;
            }
            RolloutDevice[] busy = [.. rollout.UnderWay.Select(id => known[id])];
            Assert.InRange(busy.Length, 0, rollout.AtOnceMax);
            Assert.All(busy.GroupBy(static device => device.Switch), static group => Assert.InRange(group.Count(), 1, 4));
            Assert.All(busy.Where(static device => device.Supply is not null).GroupBy(static device => device.Supply), static group => Assert.Single(group));
            Assert.All(
                busy.Where(static device => device.Site is not null).GroupBy(static device => device.Site),
                group => Assert.Contains(devices, device => device.Site == group.Key && !rollout.UnderWay.Contains(device.Id)));
            if (rollout.UnderWay.Count > 0)
            {
                string ends = rollout.UnderWay.ElementAt(random.Next(rollout.UnderWay.Count));
                bool fails = failsOneIn > 0 && random.Next(failsOneIn) == 0;
                rollout.End(ends, fails ? RolloutResult.Failed : RolloutResult.Updated);
                if (fails)
                {
                    failed.Add(ends);
                }
                idle = 0;
            }
            else
            {
                idle += begun == 0 && rollout.State != RolloutState.Soaking ? 1 : 0;
                clock.Advance(600);
            }
            Assert.True(failed.Count < 2 || rollout.State == RolloutState.Stopped);
        }
        Assert.Empty(rollout.UnderWay);
        Assert.True(
            rollout.State is RolloutState.Finished ? rollout.Ended.Count == devices.Length : rollout.State == RolloutState.Stopped || rollout.Says is not null,
            $"{rollout.State} with {rollout.Ended.Count} of {devices.Length}");
    }, iter: 300);

    private static RolloutDevice[] Devices(int count, int kinds = 1) =>
        [.. Enumerable.Range(0, count).Select(index => new RolloutDevice($"d{index}", $"m{index % kinds}", "601", "v1", null, $"s{index / 4}", null))];

    private static void Do(Rollout rollout, IReadOnlyList<RolloutDevice> devices, RolloutResult result)
    {
        foreach (RolloutDevice device in devices)
        {
            rollout.Begin(device.Id);
        }
        foreach (RolloutDevice device in devices)
        {
            rollout.End(device.Id, result);
        }
    }
}
