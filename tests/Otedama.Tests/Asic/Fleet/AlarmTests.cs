using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>Every alarm is raised by what it is for, and by nothing else, and cleared when that is over.</summary>
public sealed class AlarmTests
{
    private static readonly Dictionary<string, (double Before, double Bad, double After, Func<FleetReading, FleetReading> Spoil)> s_cases = new()
    {
        ["hashing_stopped"] = (5, 2, 2, static r => r with { Rates = r.Rates with { TenMinutes = 1e10 } }),
        ["degraded"] = (5, 3, 3, static r => r with { Rates = r.Rates with { OneHour = 0.8e12 } }),
        ["frozen"] = (5, 12, 3, static r => r with { Rates = r.Rates with { FiveSeconds = 1.19e12 } }),
        ["chips_missing"] = (5, 2, 2, static r => r with { Chains = [r.Chains[0] with { ChipsFound = 0 }] }),
        ["hot_chip"] = (5, 2, 2, static r => r with { Temperatures = r.Temperatures with { ChipMax = 72 } }),
        ["hot_chip_critical"] = (5, 2, 2, static r => r with { Temperatures = r.Temperatures with { ChipMax = 76 } }),
        ["hot_regulator"] = (5, 2, 2, static r => r with { Temperatures = r.Temperatures with { Regulator = 97 } }),
        ["hot_regulator_critical"] = (5, 2, 2, static r => r with { Temperatures = r.Temperatures with { Regulator = 106 } }),
        ["sensor"] = (5, 2, 2, static r => r with { Temperatures = r.Temperatures with { ChipMax = 127.875 } }),
        ["fan_stopped"] = (5, 2, 2, static r => r with { Fans = [new FanReading(0, 0, 50)] }),
        ["fan_full"] = (5, 17, 2, static r => r with { Fans = [new FanReading(0, 7000, 100)] }),
        ["rejects"] = (65, 10, 70, static r => r with { Shares = r.Shares with { Rejected = r.Shares.Accepted } }),
        ["fallback_pool"] = (5, 12, 2, static r => r with
        {
            Pools = [r.Pools[0] with { Active = false, Status = "Dead" }, r.Pools[1] with { Active = true }],
        }),
        ["no_share"] = (5, 40, 2, static r => r with { Shares = r.Shares with { Accepted = 30, Difficulty = 17_000 } }),
        ["hardware_errors"] = (5, 3, 3, static r => r with { Shares = r.Shares with { HardwareErrorPercent = 5 } }),
        ["input_voltage"] = (5, 2, 2, static r => r with { Power = r.Power with { InputVolts = 4.6 } }),
        ["efficiency"] = (200, 12, 3, static r => r with { Power = r.Power with { Watts = 22 } }),
        ["bad_reset"] = (5, 1, 2, static r => r with { ResetReason = "Task watchdog", Uptime = TimeSpan.FromMinutes(10) + r.Uptime - TimeSpan.FromHours(10) }),
        ["wifi"] = (5, 12, 2, static r => r with { WifiSignal = -85 }),
        ["clock"] = (5, 2, 2, static r => r with { DeviceTime = r.At.AddMinutes(10) }),
        ["firmware"] = (5, 1, 2, static r => r with { Identity = r.Identity with { Version = "v6.6.6" } }),
        ["pool_user"] = (5, 1, 2, static r => r with { Pools = [r.Pools[0] with { User = "bc1qthief" }, r.Pools[1]] }),
        ["heat_trend"] = (24 * 60, 6 * 60, 24 * 60, static r => r with { Temperatures = r.Temperatures with { ChipMax = r.Temperatures.ChipMax + 6 } }),
        ["error_trend"] = (24 * 60, 6 * 60, 24 * 60, static r => r with { Shares = r.Shares with { HardwareErrorPercent = r.Shares.HardwareErrorPercent + 0.4 } }),
        ["fan_trend"] = (24 * 60, 6 * 60, 24 * 60, static r => r with { Fans = [r.Fans[0] with { Rpm = r.Fans[0].Rpm - 400 }] }),
    };

    /// <summary>What one fault brings with it by its nature.</summary>
    private static readonly Dictionary<string, string[]> s_with = new()
    {
        ["hot_chip_critical"] = ["hot_chip"],
        ["hot_regulator_critical"] = ["hot_regulator"],
    };

    public static TheoryData<string> Codes => [.. s_cases.Keys];

    [Theory]
    [MemberData(nameof(Codes))]
    public void An_alarm_is_raised_by_its_fault_alone_and_cleared_after_it(string code)
    {
        (double before, double bad, double after, Func<FleetReading, FleetReading> spoil) = s_cases[code];
        WatchBench bench = new();
        bench.Feed(before);
        Assert.Empty(bench.Raised);
        bench.Feed(bad, spoil);
        Assert.Equal([.. s_with.GetValueOrDefault(code, []), code], bench.Raised);
        Assert.EndsWith(".", bench.Watch.Find(WatchBench.Mac)!.Alarms[0].Text, StringComparison.Ordinal);
        bench.Feed(after);
        Assert.Empty(bench.Raised);
    }

    [Fact]
    public void Every_row_of_the_table_has_a_test()
    {
        string[] apart = ["unreachable", "hot_for_model", "restarts", "duplicate_id"];
        Assert.Equal(AlarmTable.All.Select(static rule => rule.Code).Order(), s_cases.Keys.Concat(apart).Order());
        Assert.All(AlarmTable.All, static rule => Assert.NotEmpty(rule.Meaning));
    }

    [Fact]
    public void Firmware_that_is_none_of_those_listed_is_told_of()
    {
        WatchBench listed = new(new FleetWatchOptions { KnownFirmware = ["V2.9.0"] });
        listed.Feed(5);
        Assert.Empty(listed.Raised);
        WatchBench other = new(new FleetWatchOptions { KnownFirmware = ["v2.9.1"] });
        other.Feed(5);
        Assert.Equal(["firmware"], other.Raised);
        Assert.Contains("v2.9.0, which is none of asic.fleet.firmware_versions", other.Watch.Find(WatchBench.Mac)!.Alarms[0].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ota_0", "ota_0")]
    [InlineData("ota_0\u001b[2J", null)]
    [InlineData("<b>", null)]
    [InlineData("", null)]
    public void What_a_device_calls_its_parts_is_a_name_or_nothing(string said, string? kept)
    {
        WatchBench bench = new();
        FleetReading reading = ReadingBounds.Apply(bench.Healthy() with { Identity = new DeviceIdentity { Slot = said, Chip = said, Mac = said } });
        Assert.Equal((kept, kept, (string?)null), (reading.Identity.Slot, reading.Identity.Chip, reading.Identity.Mac));
        Assert.Equal("BM1370", ReadingBounds.Apply(bench.Healthy()).Identity.Chip);
    }

    [Fact]
    public void Three_misses_are_unreachable_and_one_answer_ends_it()
    {
        WatchBench bench = new();
        bench.Feed(5);
        bench.Watch.Miss(WatchBench.At, "connection refused");
        bench.Watch.Miss(WatchBench.At, "connection refused");
        Assert.Empty(bench.Raised);
        bench.Watch.Miss(WatchBench.At, "connection refused");
        Assert.Equal(["unreachable"], bench.Raised);
        Assert.Equal(FleetState.Unreachable, bench.Watch.Find(WatchBench.Mac)!.State);
        bench.Feed(0.2);
        Assert.Empty(bench.Raised);
    }

    [Fact]
    public void A_device_that_begins_anew_three_times_in_an_hour_is_told_of()
    {
        WatchBench bench = new();
        bench.Feed(5);
        for (int i = 1; i <= 3; i++)
        {
            int seconds = 600;
            bench.Feed(6, r => r with { Uptime = TimeSpan.FromSeconds(seconds += 10) });
            Assert.Equal(i >= 3, bench.Raised.Contains("restarts"));
        }
        bench.Feed(61, static r => r with { Uptime = r.Uptime + TimeSpan.FromHours(1) });
        Assert.DoesNotContain("restarts", bench.Raised);
    }

    [Fact]
    public void A_device_hotter_than_its_like_is_told_of_where_there_are_three()
    {
        WatchBench bench = new();
        for (int i = 2; i <= 4; i++)
        {
            bench.Watch.Expect($"192.0.2.{i}:80", "hall");
        }
        for (int n = 0; n < 30; n++)
        {
            for (int i = 2; i <= 4; i++)
            {
                bench.Watch.Take($"192.0.2.{i}:80", bench.Healthy($"192.0.2.{i}:80", $"aa:bb:cc:00:00:1{i}"));
            }
            bench.Feed(0.1, static r => r with { Temperatures = r.Temperatures with { ChipMax = 67 } });
        }
        Assert.Equal(["hot_for_model"], bench.Raised);
    }

    [Fact]
    public void Between_its_limits_an_alarm_stays_what_it_is()
    {
        WatchBench bench = new();
        bench.Feed(5, static r => r with { Temperatures = r.Temperatures with { ChipMax = 69 } });
        Assert.Empty(bench.Raised);
        bench.Feed(2, static r => r with { Temperatures = r.Temperatures with { ChipMax = 71 } });
        bench.Feed(10, static r => r with { Temperatures = r.Temperatures with { ChipMax = 69 } });
        Assert.Equal(["hot_chip"], bench.Raised);
        bench.Feed(10, static r => r with { Temperatures = r.Temperatures with { ChipMax = null } });
        Assert.Equal(["hot_chip"], bench.Raised);
    }

    [Fact]
    public void Two_bad_looks_are_not_enough()
    {
        WatchBench bench = new();
        for (int i = 0; i < 20; i++)
        {
            bench.Feed(0.3, static r => r with { Power = r.Power with { InputVolts = 4.6 } });
            bench.Feed(0.1);
            Assert.Empty(bench.Raised);
        }
    }

    [Theory]
    [InlineData(FleetState.Paused)]
    [InlineData(FleetState.Idle)]
    public void Who_rests_on_purpose_is_not_to_blame(FleetState state)
    {
        WatchBench bench = new();
        bench.Feed(40, r => r with { State = state, Rates = new FleetRates { FiveSeconds = 0, TenMinutes = 0, OneHour = 0, Expected = 1.2e12 }, Shares = r.Shares with { Accepted = 5 } });
        Assert.Empty(bench.Raised);
    }

    [Fact]
    public void A_changed_rule_counts_for_the_model_it_names()
    {
        AlarmRule changed = AlarmTable.Find("hot_chip")! with { Limit = 50, Model = "gamma" };
        AlarmRule other = AlarmTable.Find("hot_regulator")! with { Limit = 10, Model = "Antminer" };
        AlarmRule off = AlarmTable.Find("wifi")! with { IsEnabled = false };
        WatchBench bench = new(new FleetWatchOptions { Alarms = [changed, other, off] });
        bench.Feed(20, static r => r with { WifiSignal = -90 });
        Assert.Equal(["hot_chip"], bench.Raised);
    }
}
