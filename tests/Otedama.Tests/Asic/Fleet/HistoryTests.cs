using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

public sealed class HistoryTests
{
    [Fact]
    public void A_week_fits_in_the_bytes_that_are_said()
    {
        Assert.Equal(24, System.Runtime.CompilerServices.Unsafe.SizeOf<HistoryPoint>());
        Assert.Equal(59_328, DeviceHistory.BytesPerDevice);
        DeviceHistory history = new();
        Assert.Equal(2472, history.Fine.Count + history.Minutes.Count + history.Quarters.Count);
    }

    [Fact]
    public void Minutes_and_quarters_are_means_and_sums_of_what_was_seen()
    {
        WatchBench bench = new();
        bench.Feed(24 * 60);
        Assert.Equal(360, bench.Watch.History(WatchBench.Mac, TimeSpan.FromHours(1))!.Count, 1.0);
        IReadOnlyList<HistoryPoint> day = bench.Watch.History(WatchBench.Mac, TimeSpan.FromDays(1))!;
        Assert.InRange(day.Count, 1438, 1440);
        Assert.Equal(6, (double)day[700].Accepted);
        IReadOnlyList<HistoryPoint> week = bench.Watch.History(WatchBench.Mac, TimeSpan.FromDays(7))!;
        Assert.InRange(week.Count, 94, 96);
        Assert.Equal(90, (double)week[40].Accepted);
        Assert.InRange(week[40].Rate, 1.19e12f, 1.21e12f);
        Assert.InRange(bench.Watch.Find(WatchBench.Mac)!.MedianRate!.Value, 1.19e12, 1.21e12);
        Assert.InRange(bench.Watch.Find(WatchBench.Mac)!.MedianJoule!.Value * 1e12, 14.8, 15.2);
    }

    [Fact]
    public void A_week_later_the_first_day_is_forgotten_and_the_memory_the_same()
    {
        WatchBench bench = new();
        for (int day = 0; day < 9; day++)
        {
            bench.Feed(10);
            bench.Clock.Advance(86_400 - 600);
        }
        Assert.All(bench.Watch.History(WatchBench.Mac, TimeSpan.FromDays(7))!, point =>
            Assert.True(bench.Clock.GetUtcNow().ToUnixTimeSeconds() - point.Time < 7 * 86_400));
    }

    [Fact]
    public void What_was_seen_outlives_the_program_and_damage_costs_one_point()
    {
        using TempFolder folder = new();
        WatchBench bench = new(new FleetWatchOptions { Folder = folder.Path });
        bench.Feed(180);
        string file = Assert.Single(Directory.GetFiles(folder.Path, "*.points"));
        byte[] bytes = File.ReadAllBytes(file);
        int spoilt = Array.FindIndex(bytes, 8, static b => b != 0);
        bytes[spoilt + 5] ^= 0x40;
        File.WriteAllBytes(file, bytes);
        DateTimeOffset now = bench.Clock.GetUtcNow();
        DeviceHistory again = new(new HistoryFile(file), now);
        Assert.Equal(1, again.Unreadable);
        Assert.Equal(bench.Watch.History(WatchBench.Mac, TimeSpan.FromDays(1))!.Count - 1, again.Points(now, TimeSpan.FromDays(1)).Count);
        Assert.NotNull(again.MedianRate);
    }

    [Theory]
    [InlineData("")]
    [InlineData("another file of somebody else")]
    public void A_file_that_is_none_of_ours_is_no_history(string text)
    {
        using TempFolder folder = new();
        DeviceHistory history = new(new HistoryFile(folder.File("x.points", text)), DateTimeOffset.FromUnixTimeSeconds(1_700_000_000));
        Assert.Empty(history.Points(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), TimeSpan.FromDays(7)));
    }

    [Fact]
    public void A_clock_set_back_stops_the_history_and_breaks_nothing()
    {
        WatchBench bench = new();
        bench.Feed(120);
        DeviceHistory history = new();
        DateTimeOffset now = bench.Clock.GetUtcNow();
        history.Add(bench.Healthy(), now, out _);
        Assert.False(history.Add(bench.Healthy(), now.AddHours(-5), out _));
        Assert.Single(history.Points(now, TimeSpan.FromHours(1)));
    }

    [Fact]
    public void Two_ids_never_share_a_file()
    {
        string long1 = new('a', 60), long2 = long1 + "b";
        using TempFolder folder = new();
        foreach (string id in new[] { long1, long2 })
        {
            Assert.Null(HistoryFile.Of(folder.Path, id).TryWrite(new HistoryPoint { Time = 60 }, HistoryFile.MinutesAt));
        }
        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
    }
}
