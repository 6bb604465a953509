using System.Text;
using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Tests.Mining;
using Xunit;

namespace Otedama.Tests.App;

/// <summary>Where people see that a dataset is being made: the log and the status lines.</summary>
public sealed class DatasetProgressTests
{
    private static readonly DatasetState s_making = new(Algorithm.KawPow, DatasetKind.Full, 618, 6_257_899_136, 0.25, 1.2, "");

    [Fact]
    public void The_log_tells_the_begin_every_ten_seconds_and_the_end()
    {
        string[] lines = Write((log, clock) =>
        {
            for (int second = 0; second < 25; second++)
            {
                log.Look([s_making with { Seconds = second, Done = second / 25.0 }]);
                clock.Advance(1);
            }
            log.OnFinished(s_making with { Seconds = 25, Done = 1 });
            log.Look([s_making with { Seconds = 25, Done = 1 }]);
        });
        Assert.Equal(4, lines.Length);
        Assert.EndsWith("making the KawPow dataset of epoch 618: 5967 MiB", lines[0]);
        Assert.EndsWith("making the KawPow dataset of epoch 618: 44 % of 5967 MiB after 11 s", lines[1]);
        Assert.EndsWith("making the KawPow dataset of epoch 618: 84 % of 5967 MiB after 21 s", lines[2]);
        Assert.EndsWith("made the KawPow dataset of epoch 618: 5967 MiB in 25.0 s", lines[3]);
    }

    [Fact]
    public void A_failure_is_said_once_in_ten_minutes()
    {
        string[] lines = Write(static (log, clock) =>
        {
            for (int minute = 0; minute < 12; minute++)
            {
                log.OnFinished(s_making with { Problem = $"needs 7 bytes, {minute} are available" });
                clock.Advance(60);
            }
        });
        Assert.Equal(2, lines.Length);
        Assert.Contains("no KawPow dataset of epoch 618 yet, it will be tried again: needs 7 bytes, 0 are available", lines[0]);
        Assert.Contains("10 are available", lines[1]);
    }

    [Fact]
    public void The_status_shows_what_is_being_made_and_nothing_of_what_is_ready()
    {
        StatusView status = new FakeInstance().Status() with
        {
            Datasets = [DatasetView.Of(s_making with { Done = 1 }), DatasetView.Of(s_making with { Seconds = 65 })],
        };
        Assert.Equal(["data   KawPow dataset of epoch 618: being made, 25 % of 5967 MiB after 1 min 5 s"], StatusLines.Datasets(status));
        Assert.Contains(StatusLines.All(status), static line => line.StartsWith("data ", StringComparison.Ordinal));
        status = status with { Datasets = [DatasetView.Of(s_making with { Problem = "no memory" })] };
        Assert.Equal(["data   KawPow dataset of epoch 618: no memory"], StatusLines.Datasets(status));
    }

    private static string[] Write(Action<DatasetLog, HeldClock> act)
    {
        using MemoryStream output = new();
        using (ConsoleLogs console = new(output, LogLevels.Parse("info", null), json: false, colour: false, TimeProvider.System))
        {
            HeldClock clock = new();
            using DatasetLog log = new(console.CreateLogger("Datasets"), clock);
            act(log, clock);
        }
        return Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
