using Xunit;

namespace Otedama.Tests.App;

public sealed class CommandLineTests
{
    [Fact]
    public async Task Help_names_every_verb()
    {
        CliResult result = await Cli.RunAsync(["--help"]);
        Assert.Equal(0, result.Code);
        string[] verbs = ["mine", "pool", "stats", "monitor", "node", "mining", "gpu", "net", "diag", "profile", "asic",
            "plugin", "chaos", "update", "identity", "config", "selftest", "verify", "version", "help"];
        foreach (string verb in verbs)
        {
            Assert.Contains($"\n  {verb} ", result.Out);
        }
        Assert.Contains("--config", result.Out);
        Assert.DoesNotContain("reference", result.Out);
    }

    [Theory]
    [InlineData("update")]
    [InlineData("identity")]
    [InlineData("profile --duration 60s")]
    public async Task What_this_version_lacks_says_so_in_one_sentence_and_ends_with_4(string line)
    {
        CliResult result = await Cli.RunAsync(line.Split(' '));
        Assert.Equal(4, result.Code);
        Assert.Empty(result.Out);
        Assert.Contains("his version", result.Error);
        Assert.Single(result.Error.Trim().Split('\n'));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("--nonsense")]
    [InlineData("mine --wallet")]
    [InlineData("pool nonsense")]
    public async Task Wrong_usage_ends_with_2_and_points_to_help(string line)
    {
        CliResult result = await Cli.RunAsync(line.Split(' '));
        Assert.Equal(2, result.Code);
        Assert.Empty(result.Out);
        Assert.Contains("--help", result.Error);
    }

    [Theory]
    [InlineData("-config")]
    [InlineData("--config")]
    public async Task The_configuration_file_is_given_with_one_dash_or_two(string flag)
    {
        CliResult result = await Cli.RunAsync([flag, "/nonexistent/otedama.yaml"]);
        Assert.Equal(3, result.Code);
        Assert.Contains("/nonexistent/otedama.yaml: cannot be read: no such file", result.Error);
    }

    [Theory]
    [InlineData("stats")]
    [InlineData("monitor")]
    [InlineData("pool stats")]
    [InlineData("pool miners")]
    [InlineData("pool payouts")]
    [InlineData("node status")]
    [InlineData("mining start")]
    [InlineData("mining stop")]
    public async Task Verbs_that_ask_a_running_instance_end_with_5_when_there_is_none(string line)
    {
        using TempFolder folder = new();
        CliResult result = await Cli.RunAsync([.. line.Split(' '), "--data-dir", folder.Path]);
        Assert.Equal(5, result.Code);
        Assert.Empty(result.Out);
        Assert.Contains(folder.Path, result.Error);
    }

    [Fact]
    public async Task Mining_on_a_pool_needs_a_wallet()
    {
        CliResult result = await Cli.RunAsync(["mine", "--pool", "stratum+tcp://127.0.0.1:1"]);
        Assert.Equal(3, result.Code);
        Assert.Contains("--wallet", result.Error);
    }

    [Fact]
    public async Task Version_as_json_is_one_object_with_a_schema()
    {
        CliResult result = await Cli.RunAsync(["version", "--json"]);
        Assert.Equal(0, result.Code);
        using System.Text.Json.JsonDocument document = System.Text.Json.JsonDocument.Parse(result.Out);
        Assert.Equal(1, document.RootElement.GetProperty("schema").GetInt32());
        Assert.Equal("0.1.0", document.RootElement.GetProperty("version").GetString());
    }

    [Fact]
    public async Task Selftest_passes_here()
    {
        CliResult result = await Cli.RunAsync(["selftest"]);
        Assert.DoesNotContain("FAIL", result.Out);
        Assert.Matches(@"\n\d+ passed, 0 failed\n$", result.Out);
        Assert.Equal(0, result.Code);
    }

    [Theory]
    [InlineData("config", "docs/reference/config.md")]
    [InlineData("cli", "docs/reference/cli.md")]
    [InlineData("metrics", "docs/reference/metrics.md")]
    public async Task Reference_pages_are_current(string page, string path)
    {
        CliResult result = await Cli.RunAsync(["reference", page]);
        Assert.True(result.Out == Repository.Read(path), $"{path} is out of date; run: out/otedama reference {page} > {path}");
    }
}
