using System.Text.Json;
using Otedama.Pool;
using Xunit;

namespace Otedama.Tests.Pool;

/// <summary>What miners that are connected hear when the pool lets nobody in any more.</summary>
public sealed class GateWatchTests
{
    private static readonly Closure s_sure = new("nobody is there", SendsAway: true), s_guess = new("few shares come", SendsAway: false);

    [Fact]
    public void What_is_over_in_a_moment_is_not_told()
    {
        GateWatch gate = new();
        Assert.Null(gate.Look(s_sure, 100));
        Assert.Null(gate.Look(s_sure, 114));
        Assert.Null(gate.Look(null, 115));
        Assert.Null(gate.Look(s_sure, 120));
        Assert.Null(gate.Look(s_sure, 134));
    }

    [Fact]
    public void A_guess_is_told_once_and_ends_no_connection()
    {
        GateWatch gate = new();
        GateNews[] news = [.. Enumerable.Range(0, 4_000).Select(second => gate.Look(s_guess, second)).OfType<GateNews>()];
        Assert.Equal(new GateNews("what is mined now may be worth nothing: few shares come", false, false), Assert.Single(news));
        Assert.Equal(new GateNews("work counts again", false, true), gate.Look(null, 4_000));
        Assert.Null(gate.Look(null, 4_001));
    }

    [Fact]
    public void A_sure_reason_that_lasts_sends_miners_to_their_next_pool()
    {
        GateWatch gate = new();
        Assert.Null(gate.Look(s_guess, 0));
        List<(int Second, GateNews News)> told = [];
        for (int second = 100; second < 1_000; second++)
        {
            if (gate.Look(s_sure, second) is { } news)
            {
                told.Add((second, news));
            }
        }
        Assert.Equal([(100, false), (400, true)], told.Select(static each => (each.Second, each.News.Ends)));
    }

    [Fact]
    public async Task A_connected_miner_reads_why_and_is_sent_away_when_it_lasts()
    {
        HeldClock clock = new();
        using StratumHarness harness = new(time: clock);
        using TestMiner miner = await harness.ConnectAsync();
        await miner.LoginAsync(StratumHarness.Address(2));
        harness.Splits.WhyClosed = s_sure;
        string? told = null, last = null;
        Task reading = Task.Run(async () =>
        {
            while (await miner.ReadAsync() is { } line)
            {
                last = line.Contains("show_message", StringComparison.Ordinal) ? line : last;
                told ??= last;
            }
        }, TestContext.Current.CancellationToken);
        await clock.UntilAsync(() => reading.IsCompleted, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        await reading;
        Assert.Equal("what is mined now may be worth nothing: nobody is there", Words(told));
        Assert.Equal("no work until this is over: nobody is there", Words(last));
        using TestMiner again = await harness.ConnectAsync();
        await again.CallAsync("""{"id":1,"method":"mining.subscribe","params":["test/1"]}""");
        JsonElement refused = await again.CallAsync($$"""{"id":2,"method":"mining.authorize","params":["{{StratumHarness.Address(2)}}","x"]}""");
        Assert.Contains("nobody is there", refused.GetProperty("error").ToString(), StringComparison.Ordinal);
    }

    private static string? Words(string? line) =>
        line is null ? null : JsonDocument.Parse(line).RootElement.GetProperty("params")[0].GetString();
}
