using System.Text.Json;
using Otedama.Mining;
using Otedama.Tests.Interop;
using Xunit;

namespace Otedama.Tests.App;

public sealed class BenchmarkCommandTests
{
    private static readonly string[] s_quick = ["--seconds", "0.01", "--warm-up", "0", "--repeats", "1", "--threads", "1"];

    [Fact]
    public async Task Rows_stand_under_a_head_in_80_columns_and_one_repeat_has_no_spread()
    {
        CliResult result = await Cli.RunAsync(["mining", "benchmark", "--algo", "sha256d,scrypt", .. s_quick]);
        Assert.Equal(0, result.Code);
        string[] lines = result.Out.Split('\n');
        Assert.StartsWith("KIND     ALGORITHM", lines[0]);
        Assert.StartsWith("scan     sha256d", lines[1]);
        Assert.Contains(" – ", lines[1]);
        Assert.All(lines.Take(3), static line => Assert.InRange(line.Length, 1, 80));
    }

    [Theory]
    [InlineData("flux", "125,4")]
    [InlineData("equihash:48,5", "48,5")]
    [InlineData("equihash", "96,5")]
    public async Task Names_of_configurations_are_names_here(string name, string parameters)
    {
        CliResult result = await Cli.RunAsync(["mining", "benchmark", "--verify", "--json", "--algo", name, .. s_quick]);
        using JsonDocument report = JsonDocument.Parse(result.Out);
        JsonElement row = Assert.Single(report.RootElement.GetProperty("results").EnumerateArray());
        Assert.Equal("equihash", row.GetProperty("algorithm").GetString());
        Assert.Equal(parameters, row.GetProperty("parameters").GetString());
    }

    [Fact]
    public async Task Checks_of_processor_and_card_stand_side_by_side()
    {
        string card = $"{Pocl.Card().Index}";
        using TempFolder folder = new();
        Dictionary<string, string> environment = new() { [CardLock.Variable] = folder.Path };
        string[] line = ["mining", "benchmark", "--verify", "--gpu", card, "--data-dir", folder.Path, .. s_quick];
        CliResult result = await Cli.RunAsync([.. line, "--json", "--algo", "sha256d,scrypt"], environment);
        using JsonDocument report = JsonDocument.Parse(result.Out);
        JsonElement[] rows = [.. report.RootElement.GetProperty("results").EnumerateArray()];
        Assert.Equal(6, rows.Length);
        Assert.Equal(
            [null, 256, 65536],
            rows[..3].Select(static row => row.TryGetProperty("batch", out JsonElement batch) && batch.ValueKind == JsonValueKind.Number ? batch.GetInt32() : (int?)null));
        Assert.All(rows[..3], static row => Assert.True(row.GetProperty("median").GetDouble() > 0));
        Assert.Contains("no kernel that checks", rows[4].GetProperty("skipped").GetString(), StringComparison.Ordinal);
        result = await Cli.RunAsync([.. line, "--algo", "sha256d"], environment);
        Assert.Contains(", 65536 at once", result.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nope", 2, "nope")]
    [InlineData("plugin:nope", 3, "no plugin is configured")]
    public async Task A_name_nobody_has_is_refused(string name, int code, string part)
    {
        CliResult result = await Cli.RunAsync(["mining", "benchmark", "--algo", name, .. s_quick]);
        Assert.Equal(code, result.Code);
        Assert.Contains(part, result.Error);
    }

    [Fact]
    public async Task When_every_row_was_skipped_nothing_was_measured()
    {
        CliResult result = await Cli.RunAsync(["mining", "benchmark", "--algo", "verthash", .. s_quick]);
        Assert.Contains("skipped", result.Out);
        Assert.Equal(1, result.Code);
    }

    [Theory]
    [InlineData("verify --flavour nope", 2)]
    [InlineData("verify --flavour shani --vectors FILE", 1)]
    public async Task A_check_of_nothing_is_no_success(string line, int code)
    {
        using TempFolder folder = new();
        string file = folder.File("v.txt", File.ReadAllText(Path.Combine(Repository.Root, "tests/vectors/scrypt.txt")));
        CliResult result = await Cli.RunAsync([.. line.Replace("FILE", file).Split(' ')]);
        Assert.Equal(code, result.Code);
    }

    [Fact]
    public void The_longest_row_fits()
    {
        BenchmarkResult row = new()
        {
            Algorithm = "equihash",
            Parameters = "144,5 and much more than that",
            Kind = "precheck",
            Device = "",
            Flavour = "portable",
            Threads = 1024,
            Unit = "checks/s",
            Samples = [1, 2],
            CpuSamples = [1, 2],
            Median = 123_456_789,
            Min = 1,
            Max = 2,
            Spread = 9.999,
            CpuMedian = 123_456_789,
            CpuSpread = 1,
        };
        string[] lines = [.. BenchmarkTable.Lines(row)];
        Assert.InRange(lines[0].Length, 60, 80);
        Assert.Contains("equihash 144,5 and much more than that", lines[1]);
        Assert.InRange(BenchmarkTable.Head.Length, 60, 80);
    }
}
