using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Mining;
using Xunit;

namespace Otedama.Tests.Mining;

/// <summary>What a rig says of itself in the log.</summary>
public sealed class RigLinesTests
{
    private static readonly ShareCounts s_none = default;

    [Fact]
    public void The_minutes_line_holds_speed_shares_difficulty_and_ping()
    {
        string line = RigLines.Minute(Snapshot(new ShareCounts(1234, 2, 1, 0, 0)), new ShareCounts(1222, 2, 1, 0, 0));
        Assert.Equal("speed 12.3/12.4/12.5/13.0 MH/s, shares 1234/3 (+12), diff 0.0058, 12 ms", line);
    }

    [Fact]
    public void New_refusals_are_counted_beside_new_shares()
    {
        string line = RigLines.Minute(Snapshot(new ShareCounts(5, 2, 1, 0, 0)), new ShareCounts(3, 1, 0, 0, 0));
        Assert.Contains("shares 5/3 (+2/+2)", line, StringComparison.Ordinal);
    }

    [Fact]
    public void The_longest_line_fits_a_terminal_of_100_columns()
    {
        RigSnapshot wide = Snapshot(new ShareCounts(12_345_678, 123_456, 0, 0, 0)) with
        {
            Hashrate = new HashRates(99.9e12, 99.9e12, 99.9e12),
            HashrateMax = 99.9e12,
            Difficulty = 0.000012,
        };
        string line = RigLines.Minute(wide, s_none);
        Assert.True("18:54:16+09:00 info  rig: ".Length + line.Length <= 100, line);
    }

    [Fact]
    public void What_does_not_fit_is_left_out_whole()
    {
        string line = RigLines.Minute(Snapshot(new ShareCounts(162_000, 46_000, 0, 0, 0)), s_none);
        Assert.Equal("speed 12.3/12.4/12.5/13.0 MH/s, shares 162000/46000 (+162000/+46000)", line);
    }

    [Theory]
    [InlineData(0.0058, "0.0058")]
    [InlineData(0.00006, "0.00006")]
    [InlineData(0.000061234, "0.000061")]
    [InlineData(0.5, "0.5")]
    [InlineData(1, "1.00")]
    [InlineData(1000, "1.00k")]
    [InlineData(524288, "524k")]
    [InlineData(0, "0.00")]
    public void Difficulties_below_one_keep_two_digits(double value, string text) => Assert.Equal(text, RigLines.Difficulty(value));

    [Fact]
    public void A_rig_that_earns_nothing_says_why()
    {
        RigSnapshot away = Snapshot(s_none) with
        {
            State = RigState.Connecting,
            Pools = [Pool(PoolState.Failed, "cannot connect to stratum+tcp://p:1: refused")],
        };
        Assert.Contains("no pool (cannot connect to", Why(away, s_none), StringComparison.Ordinal);
        Assert.Contains("waiting for a job", Why(Snapshot(s_none) with { State = RigState.Connecting }, s_none), StringComparison.Ordinal);
        Assert.Contains("all 4 shares of the last minute were refused", Why(Snapshot(new ShareCounts(1, 4, 0, 0, 0)), new ShareCounts(1, 0, 0, 0, 0)), StringComparison.Ordinal);
        Assert.Contains("3 shares of the last minute got no answer", Why(Snapshot(new ShareCounts(0, 0, 0, 3, 0)), s_none), StringComparison.Ordinal);
        Assert.Contains("cpu0: the device is gone", Why(Snapshot(s_none) with { Hashrate = default }, s_none), StringComparison.Ordinal);
        Assert.Null(Why(Snapshot(new ShareCounts(1, 4, 0, 0, 0)), s_none));
        Assert.Null(Why(Snapshot(s_none) with { State = RigState.Paused }, s_none));
    }

    [Fact]
    public void Waiting_for_a_rare_share_is_no_fault()
    {
        string? why = RigLines.WhyNothing(Snapshot(s_none) with { ShareSeconds = 754 }, s_none, out bool waiting);
        Assert.True(waiting);
        Assert.Equal("no share in the last minute; at this difficulty one takes 12 min 34 s on average", why);
    }

    [Fact]
    public void A_pool_that_answers_none_of_many_shares_is_a_fault()
    {
        string? why = RigLines.WhyNothing(Snapshot(s_none) with { ShareSeconds = 0.6 }, s_none, out bool waiting);
        Assert.False(waiting);
        Assert.Equal("nothing is earned: the pool answered no share in the last minute", why);
    }

    [Fact]
    public void No_run_is_faster_on_average_than_at_most() => Assert.Equal(
        "mined for 10 min 0 s: 10.0 MH/s on average, 10.0 at most", RigLines.Summary(Snapshot(s_none) with { HashrateMax = 8e6 })[0]);

    [Fact]
    public void A_paused_rig_says_why()
    {
        Assert.Equal("paused: on battery", RigLines.Minute(Snapshot(s_none) with { State = RigState.Paused, PauseReason = "on battery" }, s_none));
        Assert.Equal("paused: by command", RigLines.Minute(Snapshot(s_none) with { State = RigState.Paused }, s_none));
    }

    [Fact]
    public void Six_looks_are_a_line_and_the_end_is_a_summary()
    {
        LineLog log = new();
        double speed = 5e6;
        using RigReport report = new(() => Snapshot(new ShareCounts(7, 1, 0, 0, 0)) with { Hashrate = new HashRates(speed, 3e6, 2e6) }, new HeldClock(), log);
        for (int i = 0; i < 5; i++)
        {
            report.Look();
        }
        Assert.Empty(log.Lines);
        speed = 4e6;
        report.Look();
        Assert.StartsWith("speed 4.00/3.00/2.00/5.00 MH/s, shares 7/1 (+7/+1)", Assert.Single(log.Lines), StringComparison.Ordinal);
        report.Finish();
        Assert.Equal("mined for 10 min 0 s: 10.0 MH/s on average, 13.0 at most", log.Lines[1]);
        Assert.Equal("shares: 7 accepted, 1 refused, 0 late, 0 without answer", log.Lines[2]);
    }

    private static string? Why(RigSnapshot now, ShareCounts earlier)
    {
        string? why = RigLines.WhyNothing(now, earlier, out bool waiting);
        Assert.False(waiting);
        return why;
    }

    private static PoolSnapshot Pool(PoolState state, string error) => new()
    {
        Url = "stratum+tcp://p:1",
        User = "w",
        State = state,
        Failures = 0,
        LastError = error,
        LatencyMs = 12.4,
        ConnectedFor = null,
    };

    private static RigSnapshot Snapshot(ShareCounts shares) => new()
    {
        State = RigState.Mining,
        Algorithm = Algorithm.Sha256d,
        Uptime = TimeSpan.FromMinutes(10),
        Hashrate = new HashRates(12.3e6, 12.4e6, 12.5e6),
        Hashes = 6_000_000_000,
        HashrateMax = 13e6,
        EffectiveHashrate = null,
        Shares = shares,
        Difficulty = 0.0058,
        Height = null,
        JobId = null,
        Workers =
        [
            new WorkerSnapshot
            {
                Id = 0, Name = "cpu0", Device = "", Flavour = "", State = WorkerState.Failed, Reason = "the device is gone",
                Hashrate = default, Hashes = 6_000_000_000, Shares = shares, Restarts = 0,
            },
        ],
        Pools = [Pool(PoolState.Active, "")],
    };
}
