using System.Text.Json;
using Xunit;

namespace Otedama.Tests.App;

public sealed class BenchCommandTests
{
    private static readonly string[] s_quick = ["bench", "p2p", "--peers", "3", "--seconds", "0.05", "--repeats", "2"];

    [Fact]
    public async Task Nodes_are_measured_over_real_links_and_each_number_says_whether_its_bar_is_met()
    {
        CliResult result = await Cli.RunAsync([.. s_quick, "--connections", "2", "--json"]);
        Assert.Equal(0, result.Code);
        using JsonDocument report = JsonDocument.Parse(result.Out);
        Dictionary<string, JsonElement> rows = report.RootElement.GetProperty("rows").EnumerateArray()
            .ToDictionary(static row => row.GetProperty("name").GetString()!);
        foreach (string name in (string[])["handshakes_per_s", "handshakes_per_cpu_s", "gbit_per_s", "gbit_per_cpu_s", "routing_cores", "hostile_mib_ms"])
        {
            Assert.All(rows[name].GetProperty("samples").EnumerateArray(), static sample => Assert.True(sample.GetDouble() > 0));
            Assert.Equal(2, rows[name].GetProperty("samples").GetArrayLength());
        }
        JsonElement handshakes = rows["handshakes_per_cpu_s"];
        Assert.Equal(handshakes.GetProperty("median").GetDouble() >= 200, handshakes.GetProperty("is_met").GetBoolean());
        JsonElement hostile = rows["hostile_mib_bytes"];
        Assert.Equal(hostile.GetProperty("median").GetDouble() <= 4 << 20, hostile.GetProperty("is_met").GetBoolean());
        Assert.Equal(JsonValueKind.Null, rows["handshakes_per_s"].GetProperty("bar").ValueKind);
        Assert.Contains("mutual TLS handshakes", result.Error); // the rows go beside the answer
    }

    [Fact]
    public async Task As_text_the_rows_are_the_answer_and_there_is_no_colour()
    {
        CliResult result = await Cli.RunAsync(s_quick);
        Assert.Equal(0, result.Code);
        Assert.StartsWith("    MEDIAN", result.Out);
        Assert.Contains("frames of 256 KiB over one link", result.Out);
        Assert.Contains("3 peers x 10 shares/s", result.Out);
        Assert.DoesNotContain("\u001b", result.Out + result.Error);
    }

    [Theory]
    [InlineData("--connections 0", "--connections: 0; allowed are 1 to 64.")]
    [InlineData("--peers 1", "--peers: 1; allowed are 2 to 5000.")]
    [InlineData("--repeats 1001", "--repeats: 1001; allowed are 1 to 1000.")]
    [InlineData("--seconds 0", "--seconds: 0 s; allowed are 0.01 to 60.")]
    [InlineData("--connections many", "--connections: \"many\" is not a whole number")]
    public async Task What_cannot_be_measured_is_refused_in_words(string line, string words)
    {
        CliResult result = await Cli.RunAsync(["bench", "p2p", .. line.Split(' ')]);
        Assert.Equal(2, result.Code);
        Assert.Empty(result.Out);
        Assert.Contains(words, result.Error);
    }
}
