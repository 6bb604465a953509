using System.Text.Json;
using System.Text;
using Microsoft.Extensions.Logging;
using Otedama.Core;
using Xunit;

namespace Otedama.Tests.App;

public sealed class LogTests
{
    [Theory]
    [InlineData(LogCategory.WireStratum, LogLevel.Trace)]
    [InlineData(LogCategory.WireHttp, LogLevel.Debug)]
    [InlineData(LogCategory.PoolLedger, LogLevel.Information)]
    [InlineData("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Debug)]
    public void The_longest_matching_rule_decides(string category, LogLevel expected) =>
        Assert.Equal(expected, LogLevels.Parse("info", "wire=debug,wire.stratum=trace,wire.http=debug").For(category));

    [Theory]
    [InlineData("wire")]
    [InlineData("wire=loud")]
    [InlineData("wire.stratum=")]
    public void A_bad_rule_names_what_is_allowed(string rules) =>
        Assert.Contains("trace, debug", Assert.Throws<ConfigurationException>(() => LogLevels.Parse("info", rules)).Message);

    [Fact]
    public void Json_lines_carry_the_fields()
    {
        string[] lines = Write(json: true, static logger => logger.LogInformation("share from {WorkerName} at {Height}", "rig1", 7));
        using JsonDocument document = JsonDocument.Parse(Assert.Single(lines));
        JsonElement root = document.RootElement;
        Assert.Equal("info", root.GetProperty("level").GetString());
        Assert.Equal("pool", root.GetProperty("category").GetString());
        Assert.Equal("rig1", root.GetProperty("worker_name").GetString());
        Assert.Equal(7, root.GetProperty("height").GetInt32());
        Assert.Equal("share from rig1 at 7", root.GetProperty("message").GetString());
    }

    [Fact]
    public void A_stranger_cannot_forge_a_second_line()
    {
        string[] lines = Write(json: false, static logger => logger.LogWarning("agent {Agent}", "x\n12:00:00.000 info  forged\u001b[2J"));
        Assert.Contains("x\\n12:00", Assert.Single(lines));
        Assert.DoesNotContain('\u001b', lines[0]);
    }

    [Fact]
    public void Less_important_messages_are_not_written() =>
        Assert.Empty(Write(json: false, static logger => logger.LogDebug("hidden")));

    [Fact]
    public void An_error_carries_its_reason()
    {
        string[] lines = Write(json: false, static logger => logger.LogWarning(new IOException("disk full"), "log"));
        Assert.Contains("IOException: disk full", Assert.Single(lines));
    }

    [Theory]
    [InlineData("wire.stratun=trace", "did you mean wire.stratum?")]
    [InlineData("po=debug", "pool.stratum")]
    [InlineData("=debug", "pool.stratum")]
    public void A_rule_for_a_part_that_does_not_exist_is_refused(string rules, string said) =>
        Assert.Contains(said, Assert.Throws<ConfigurationException>(() => LogLevels.Parse("info", rules)).Message);

    [Fact]
    public void Every_logger_of_the_product_has_a_name_of_the_list()
    {
        foreach (string path in Tidy.SourceTree.Product.Where(static path => path.EndsWith(".cs", StringComparison.Ordinal)))
        {
            foreach (string call in Tidy.SourceTree.Read(path).Split("CreateLogger(").Skip(1))
            {
                Assert.True(call.StartsWith("LogCategory.", StringComparison.Ordinal) || call.StartsWith("string ", StringComparison.Ordinal), path);
            }
        }
        string page = Tidy.SourceTree.Read("docs/operating/access.md");
        Assert.All(LogCategory.All, name => Assert.Contains($"`{name}`", page));
        Assert.All(LogCategory.All, static name => Assert.Matches("^[a-z]+(\\.[a-z]+)?$", name));
    }

    [Fact]
    public void Lines_an_output_does_not_take_are_counted_and_told_when_it_takes_some_again()
    {
        long before = LogDrops.Count;
        using FullStream output = new();
        using (ConsoleLogs console = new(output, LogLevels.Parse("info", null), json: false, colour: false, TimeProvider.System))
        {
            ILogger logger = console.CreateLogger("pool");
            logger.LogInformation("one");
            logger.LogInformation("two");
            Assert.True(SpinWait.SpinUntil(() => output.Refused == 2, Patience.Limit));
            output.IsFull = false;
            logger.LogInformation("three");
        }
        string text = Encoding.UTF8.GetString(output.ToArray());
        Assert.DoesNotContain("one", text);
        Assert.Contains("three", text);
        Assert.Contains("2 messages were dropped", text);
        Assert.True(LogDrops.Count - before >= 2);
    }

    [Fact]
    public void A_sentence_on_a_closed_or_full_output_is_lost_without_a_failure()
    {
        using FullStream full = new();
        using StreamWriter inner = new(full) { AutoFlush = true };
        using PlainWriter writer = new(inner);
        writer.WriteLine("lost");
        full.IsFull = false;
        writer.WriteLine("\u202egnp.exe\u001b[2J");
        Assert.EndsWith("\\u202egnp.exe\\x1b[2J" + Environment.NewLine, Encoding.UTF8.GetString(full.ToArray()));
    }

    private static string[] Write(bool json, Action<ILogger> log)
    {
        using MemoryStream output = new();
        using (ConsoleLogs console = new(output, LogLevels.Parse("info", null), json, colour: false, TimeProvider.System))
        {
            log(console.CreateLogger("pool"));
        }
        return Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>A disk without room until IsFull is false.</summary>
    private sealed class FullStream : MemoryStream
    {
        private int _refused;

        public volatile bool IsFull = true;

        public int Refused => Volatile.Read(ref _refused);

        public override void Write(byte[] buffer, int offset, int count)
        {
            if (IsFull)
            {
                Interlocked.Increment(ref _refused);
                throw new IOException("No space left on device");
            }
            base.Write(buffer, offset, count);
        }
    }
}
