using System.Text.Json;
using System.Text;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Otedama.Tests.App;

public sealed class LogTests
{
    [Theory]
    [InlineData("Otedama.Wire.StratumSession", LogLevel.Trace)]
    [InlineData("Otedama.Wire.Http", LogLevel.Debug)]
    [InlineData("Otedama.Pool.Ledger", LogLevel.Information)]
    [InlineData("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Warning)]
    public void The_longest_matching_rule_decides(string category, LogLevel expected) =>
        Assert.Equal(expected, LogLevels.Parse("info", "wire=debug,wire.stratum=trace").For(category));

    [Theory]
    [InlineData("wire")]
    [InlineData("wire=loud")]
    public void A_bad_rule_names_what_is_allowed(string rules) =>
        Assert.Contains("trace, debug", Assert.Throws<ConfigurationException>(() => LogLevels.Parse("info", rules)).Message);

    [Fact]
    public void Json_lines_carry_the_fields()
    {
        string[] lines = Write(json: true, static logger => logger.LogInformation("share from {WorkerName} at {Height}", "rig1", 7));
        using JsonDocument document = JsonDocument.Parse(Assert.Single(lines));
        JsonElement root = document.RootElement;
        Assert.Equal("info", root.GetProperty("level").GetString());
        Assert.Equal("Pool", root.GetProperty("category").GetString());
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

    private static string[] Write(bool json, Action<ILogger> log)
    {
        using MemoryStream output = new();
        using (ConsoleLogs console = new(output, LogLevels.Parse("info", null), json, colour: false, TimeProvider.System))
        {
            log(console.CreateLogger("Otedama.Pool"));
        }
        return Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
