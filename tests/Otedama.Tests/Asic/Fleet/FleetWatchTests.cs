using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

public sealed class FleetWatchTests
{
    [Fact]
    public void Alarms_are_told_once_when_they_come_and_once_when_they_go()
    {
        WatchBench bench = new();
        bench.Feed(5);
        bench.Feed(5, static r => r with { Temperatures = r.Temperatures with { Regulator = 97 } });
        bench.Feed(5);
        Assert.Equal([("hot_regulator", true), ("hot_regulator", false)], bench.Told.Select(static told => (told.Code, told.IsRaised)));
    }

    [Fact]
    public void Two_alarms_of_one_heat_say_their_limits()
    {
        WatchBench bench = new();
        bench.Feed(5, static r => r with { Temperatures = r.Temperatures with { ChipMax = 77 } });
        Assert.Equal(["Its hottest chip has 77 °C, limit 70.", "Its hottest chip has 77 °C, limit 75."],
            bench.Watch.Find(WatchBench.Mac)!.Alarms.Select(static alarm => alarm.Text));
    }

    [Fact]
    public void A_switch_that_fails_is_one_alarm_and_not_two_hundred()
    {
        WatchBench bench = new();
        string[] at = [.. Enumerable.Range(1, 200).Select(static i => $"198.51.100.{i}:80")];
        foreach (string address in at)
        {
            bench.Watch.Expect(address, "sw-3");
            bench.Watch.Take(address, bench.Healthy(address, $"aa:bb:cc:01:00:{Array.IndexOf(at, address):x2}"));
        }
        bench.Feed(1);
        for (int round = 0; round < 12; round++)
        {
            Array.ForEach(at, address => bench.Watch.Miss(address, "no route to host"));
            bench.Feed(1.0 / 6);
        }
        FleetEvent told = Assert.Single(bench.Told);
        Assert.Equal(("network:sw-3", true, 200), (told.Code, told.IsRaised, told.Devices));
        Assert.Equal("network:sw-3", bench.Watch.Find(at[5])!.Alarms.Single().Cause);
        foreach (string address in at)
        {
            bench.Watch.Take(address, bench.Healthy(address, $"aa:bb:cc:01:00:{Array.IndexOf(at, address):x2}"));
        }
        bench.Feed(1);
        Assert.Equal([true, false], bench.Told.Select(static one => one.IsRaised));
    }

    [Fact]
    public void What_stays_when_a_cause_is_over_is_told_by_itself()
    {
        WatchBench bench = new();
        string[] at = [.. Enumerable.Range(1, 8).Select(static i => $"198.51.100.{i}:80")];
        Array.ForEach(at, address => bench.Watch.Expect(address, "sw-3"));
        for (int round = 0; round < 12; round++)
        {
            Array.ForEach(at, address => bench.Watch.Miss(address, "no route to host"));
            bench.Feed(1.0 / 6);
        }
        for (int i = 1; i < at.Length; i++)
        {
            bench.Watch.Take(at[i], bench.Healthy(at[i], $"aa:bb:cc:01:00:0{i}"));
        }
        bench.Feed(1);
        Assert.Equal(["network:sw-3", "network:sw-3", "unreachable"], bench.Told.Select(static one => one.Code));
        Assert.StartsWith(at[0], bench.Told[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_pretends_to_be_another_does_not_touch_its_row()
    {
        WatchBench bench = new();
        const string Liar = "192.0.2.66:80";
        bench.Watch.Expect(Liar, "hall");
        bench.Feed(5);
        for (int i = 0; i < 12; i++)
        {
            bench.Watch.Take(Liar, bench.Healthy(Liar) with { Rates = new FleetRates { TenMinutes = 1 }, State = FleetState.Fault });
            bench.Feed(1.0 / 6);
        }
        Assert.Equal(["duplicate_id"], bench.Raised);
        Assert.Equal(WatchBench.At, bench.Watch.Find(WatchBench.Mac)!.Address);
        Assert.Equal(FleetState.Mining, bench.Watch.Find(WatchBench.Mac)!.State);
        Assert.Contains(bench.Watch.Find(Liar)!.Alarms, static alarm => alarm.Code == "duplicate_id");
        bench.Feed(15);
        Assert.Empty(bench.Raised);
    }

    [Fact]
    public void A_device_that_moved_takes_its_row_along()
    {
        WatchBench bench = new();
        bench.Feed(60);
        const string Next = "192.0.2.99:80";
        bench.Watch.Expect(Next, "hall");
        for (int i = 0; i < 7; i++)
        {
            bench.Clock.Advance(10);
            bench.Watch.Miss(WatchBench.At, "gone");
        }
        bench.Feed(1, at: Next);
        Assert.Equal(Next, bench.Watch.Find(WatchBench.Mac)!.Address);
        Assert.True(bench.Watch.History(WatchBench.Mac, TimeSpan.FromHours(2))!.Count > 50);
        Assert.Equal(2, bench.Watch.Snapshot().Devices.Count);
    }

    [Fact]
    public void Who_names_itself_anew_all_the_time_fills_nothing()
    {
        using TempFolder folder = new();
        WatchBench bench = new(new FleetWatchOptions { Folder = folder.Path });
        for (int i = 0; i < 600; i++)
        {
            string mac = $"aa:bb:cc:02:{i / 256:x2}:{i % 256:x2}";
            bench.Feed(1.1, at: WatchBench.At, mac: mac);
        }
        Assert.Single(bench.Watch.Snapshot().Devices);
        Assert.True(Directory.GetFiles(folder.Path, "*.points").Length <= 9);
        Assert.Contains(bench.Watch.Snapshot().Devices[0].Alarms, static alarm => alarm.Code == "duplicate_id");
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-1)]
    [InlineData(1e300)]
    public void Figures_no_machine_can_have_are_not_said(double lie)
    {
        WatchBench bench = new();
        bench.Feed(5);
        bench.Feed(2, r => r with
        {
            Rates = new FleetRates { FiveSeconds = lie, TenMinutes = lie, OneHour = lie, Expected = lie },
            Power = new FleetPower { Watts = lie, InputVolts = lie, NominalVolts = lie },
        });
        FleetDevice device = bench.Watch.Find(WatchBench.Mac)!;
        Assert.Equal((null, null), (device.Reading!.Rates.TenMinutes, device.Reading.Power.Watts));
        Assert.Empty(device.Alarms);
    }

    [Fact]
    public void Long_lists_and_texts_are_cut()
    {
        WatchBench bench = new();
        bench.Feed(0.1, static r => r with
        {
            Id = new string('x', 10_000),
            Identity = r.Identity with { HostName = new string('h', 10_000) },
            Chains = [.. Enumerable.Range(0, 1000).Select(static i => new ChainReading { Index = i })],
            Pools = [.. Enumerable.Range(0, 1000).Select(static i => new PoolReading(i, new string('u', 9999), "x", null, i, false, false))],
            Errors = [.. Enumerable.Repeat(new string('e', 9999), 1000)],
        });
        FleetReading kept = bench.Watch.Find(WatchBench.At)!.Reading!;
        Assert.Equal((128, 16, 16, 32), (kept.Identity.HostName!.Length, kept.Chains.Count, kept.Pools.Count, kept.Errors.Count));
        Assert.Equal($"address:{WatchBench.At}", bench.Watch.Find(WatchBench.At)!.Id);
    }

    [Fact]
    public void A_changed_pool_user_is_found_after_a_restart_and_until_somebody_agrees()
    {
        using TempFolder folder = new();
        FleetWatchOptions options = new() { Folder = folder.Path };
        WatchBench first = new(options);
        first.Feed(3);
        Assert.Null(first.Watch.Save());
        WatchBench second = new(options);
        second.Feed(2, Stolen);
        Assert.Equal(["pool_user"], second.Raised);
        Assert.Equal(AlarmSeverity.Security, second.Told.Single().Severity);
        Assert.Contains("bc1qthief", second.Told.Single().Text, StringComparison.Ordinal);
        Assert.Equal("bc1qowner.rig", second.Watch.AgreedPools(WatchBench.Mac)[0].User);
        Assert.True(second.Watch.Agree(WatchBench.Mac));
        second.Feed(2, Stolen);
        Assert.Empty(second.Raised);

        static FleetReading Stolen(FleetReading r) => r with { Pools = [r.Pools[0] with { User = "bc1qthief" }] };
    }

    [Fact]
    public void A_change_of_firmware_that_a_ledger_explains_is_nobody_elses()
    {
        WatchBench bench = new();
        bench.Feed(2);
        FirmwareWrite write = new(WatchBench.Mac, "0123456789abcdef", "v2.9.0", "v2.10.0", bench.Clock.GetUtcNow(), true);
        bench.Watch.TakeWrites([write]);
        Assert.Equal((FleetState.Flashing, write), (bench.Watch.Find(WatchBench.Mac)!.State, bench.Watch.Find(WatchBench.Mac)!.Write));
        Assert.Contains("firmware is being written", ActionGate.Refusal(bench.Watch.Find(WatchBench.Mac)!, 10, [], new ActionLimits(), bench.Clock.GetUtcNow())!, StringComparison.Ordinal);
        bench.Feed(2, static r => With(r, "v2.10.0"));
        Assert.Empty(bench.Raised);
        bench.Watch.TakeWrites([write with { IsUnderWay = false }]);
        bench.Feed(2, static r => With(r, "v2.10.0"));
        Assert.Empty(bench.Raised);
        Assert.Equal(FleetState.Mining, bench.Watch.Find(WatchBench.Mac)!.State);
        bench.Feed(2, static r => With(r, "v6.6.6"));
        Assert.Equal(["firmware"], bench.Raised);

        static FleetReading With(FleetReading r, string version) => r with { Identity = r.Identity with { Version = version } };
    }

    [Fact]
    public void A_ledger_explains_no_other_change_than_its_own()
    {
        WatchBench bench = new();
        bench.Feed(2);
        bench.Watch.TakeWrites([new FirmwareWrite(WatchBench.Mac, "0123456789abcdef", "v2.8.0", "v2.10.0", bench.Clock.GetUtcNow(), false)]);
        bench.Feed(2, static r => r with { Identity = r.Identity with { Version = "v2.10.0" } });
        Assert.Equal(["firmware"], bench.Raised);
    }

    [Fact]
    public void What_was_agreed_to_and_is_damaged_is_told_and_put_aside()
    {
        using TempFolder folder = new();
        folder.File("agreed.json", "{\"aa\": [");
        WatchBench bench = new(new FleetWatchOptions { Folder = folder.Path });
        bench.Feed(0.1);
        Assert.Contains("agreed.json.damaged", bench.Told.Single().Text, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder.Path, "agreed.json.damaged")));
    }

    [Theory]
    [InlineData("bc1qowner", "bc1qowner.rig7", false)]
    [InlineData("bc1qowner", "bc1qowner", false)]
    [InlineData("bc1qowner", "bc1qownerx.rig", true)]
    [InlineData("bc1qowner", "bc1qthief.bc1qowner", true)]
    public void Listed_users_are_those_who_may_be_paid(string listed, string user, bool isWrong) =>
        Assert.Equal(isWrong, PayoutGuard.Judge([new PoolReading(0, "stratum+tcp://p:1", user, "Alive", 0, true, false)], [listed], [])!.IsWrong);

    [Fact]
    public void Another_pool_is_told_with_listed_users_too_and_silence_about_the_user_is_no_answer()
    {
        PayoutEntry[] agreed = [new("stratum+tcp://pool.example:3333", "bc1qowner.a")];
        PoolReading thief = new(0, "stratum+tcp://thief.example:3333", "bc1qowner.a", "Alive", 0, true, false);
        Assert.True(PayoutGuard.Judge([thief], ["bc1qowner"], agreed)!.IsWrong);
        PoolReading spare = new(1, "stratum+tcp://pool.example:3333", "bc1qowner.a", null, 1, false, true);
        Assert.Null(PayoutGuard.Judge([thief with { User = null }, spare], ["bc1qowner"], agreed));
        Assert.False(PayoutGuard.Judge([spare with { Active = true }], ["bc1qowner"], agreed)!.IsWrong);
    }

    [Fact]
    public void A_fleet_has_an_end()
    {
        WatchBench bench = new();
        int taken = Enumerable.Range(0, 5000).Count(i => bench.Watch.Expect($"10.0.{i / 250}.{i % 250}:80", "x"));
        Assert.Equal(FleetWatch.DevicesMax - 1, taken);
    }
}
