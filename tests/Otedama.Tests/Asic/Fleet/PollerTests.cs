using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

public sealed class PollerTests
{
    [Fact]
    public void Each_device_is_asked_once_an_interval_and_they_are_spread_over_it()
    {
        WatchBench bench = new();
        using FleetPoller poller = new(bench.Watch, new FleetPollOptions(), bench.Clock);
        Dictionary<string, List<DateTimeOffset>> asked = [];
        for (int i = 0; i < 200; i++)
        {
            string at = $"192.0.2.{i}:80", mac = $"aa:bb:cc:03:00:{i:x2}";
            asked[at] = [];
            Assert.True(poller.Add(at, "hall", _ =>
            {
                asked[at].Add(bench.Clock.GetUtcNow());
                return Task.FromResult(bench.Healthy(at, mac));
            }));
        }
        Run(poller, bench, 100);
        Assert.All(asked.Values, static times => Assert.InRange(times.Count, 9, 11));
        Assert.All(asked.Values, static times => Assert.All(times.Zip(times.Skip(1)), static pair => Assert.InRange((pair.Second - pair.First).TotalSeconds, 9.9, 10.6)));
        int most = asked.Values.Select(static times => (int)(times[0].ToUnixTimeMilliseconds() / 1000)).GroupBy(static second => second).Max(static group => group.Count());
        Assert.InRange(most, 1, 60);
    }

    [Fact]
    public void One_request_is_under_way_to_a_device_and_a_silent_one_ends()
    {
        WatchBench bench = new();
        using FleetPoller poller = new(bench.Watch, new FleetPollOptions(), bench.Clock);
        int now = 0, most = 0;
        poller.Add(WatchBench.At, "hall", async cancel =>
        {
            most = Math.Max(most, ++now);
            try
            {
                return await Forever(cancel);
            }
            finally
            {
                now--;
            }
        });
        Run(poller, bench, 120);
        Assert.Equal(1, most);
        Assert.Equal(FleetState.Unreachable, bench.Watch.Find(WatchBench.At)!.State);
        Assert.Contains("no answer within 10 s", bench.Watch.Find(WatchBench.At)!.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void No_more_requests_than_allowed_are_under_way()
    {
        WatchBench bench = new();
        using FleetPoller poller = new(bench.Watch, new FleetPollOptions { Concurrency = 8 }, bench.Clock);
        for (int i = 0; i < 100; i++)
        {
            poller.Add($"192.0.2.{i}:80", "hall", Forever);
        }
        for (int i = 0; i < 60; i++)
        {
            poller.Step();
            Assert.InRange(poller.UnderWay, 0, 8);
            bench.Clock.Advance(1);
        }
        Assert.True(poller.Misses > 0);
    }

    [Fact]
    public void A_driver_that_stumbles_spoils_one_row()
    {
        WatchBench bench = new();
        using FleetPoller poller = new(bench.Watch, new FleetPollOptions(), bench.Clock);
        poller.Add(WatchBench.At, "hall", static _ => throw new IndexOutOfRangeException("boom"));
        poller.Add("192.0.2.8:80", "hall", _ => Task.FromResult(bench.Healthy("192.0.2.8:80", "aa:bb:cc:00:00:08")));
        Run(poller, bench, 60);
        Assert.Contains("not understood", bench.Watch.Find(WatchBench.At)!.Problem, StringComparison.Ordinal);
        Assert.Equal(FleetState.Mining, bench.Watch.Find("192.0.2.8:80")!.State);
    }

    [Fact]
    public void Of_many_those_that_do_as_always_are_asked_once_a_minute()
    {
        WatchBench bench = new();
        using FleetPoller poller = new(bench.Watch, new FleetPollOptions { CrowdLeast = 2 }, bench.Clock);
        int[] asked = new int[3];
        for (int i = 0; i < 3; i++)
        {
            (int n, string at) = (i, $"192.0.2.{i}:80");
            poller.Add(at, "hall", _ =>
            {
                asked[n]++;
                FleetReading healthy = bench.Healthy(at, $"aa:bb:cc:00:00:0{n}");
                return Task.FromResult(n == 0 ? healthy with { Temperatures = healthy.Temperatures with { Regulator = 97 } } : healthy);
            });
        }
        Run(poller, bench, 3700);
        Array.Clear(asked);
        Run(poller, bench, 600);
        Assert.InRange(asked[0], 58, 62);
        Assert.InRange(asked[1], 9, 11);
    }

    /// <summary>Ends when it is cancelled, on the spot.</summary>
    private static Task<FleetReading> Forever(CancellationToken cancel)
    {
        TaskCompletionSource<FleetReading> end = new();
        cancel.Register(() => end.TrySetCanceled(cancel));
        return end.Task;
    }

    private static void Run(FleetPoller poller, WatchBench bench, double seconds)
    {
        DateTimeOffset end = bench.Clock.GetUtcNow().AddSeconds(seconds);
        while (bench.Clock.GetUtcNow() < end)
        {
            TimeSpan pause = poller.Step();
            bench.Clock.Advance(pause < TimeSpan.FromMilliseconds(50) ? TimeSpan.FromMilliseconds(50) : pause);
        }
    }
}
