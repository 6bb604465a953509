using System.Text.Json;
using Otedama.Benchmarks;
using Otedama.Tests.App;
using Xunit;

namespace Otedama.Tests.Mining;

/// <summary>The comparison tool with two small scripts in place of the programs.</summary>
public sealed class CompareTests
{
    private const string OursScript = """
        #!/bin/sh
        echo "$@" >> "$0.log"
        echo '{"machine":{"cpu":"Test CPU","hardware_threads":2},"results":[{"skipped":null,"flavour":"ref","unit":"checks/s","median":300,"cpu_median":400}]}'
        """;

    private const string PeerScript = """
        #!/bin/sh
        echo "$@" >> "$0.log"
        printf 'warming up\nrate 1.5e2 checks/s\ncpu-rate 100 checks/s\n'
        """;

    [Theory]
    [InlineData("cpuminer", "Total: 1 kH/s\nBenchmark: 27.10 MH/s\n", 27.1e6, null, "H/s")]
    [InlineData("rate", "rate 5 H/s\nrate 12.5 H/s\n", 12.5, null, "H/s")]
    [InlineData("rate", "rate 2.5e+06 B/s\r\ncpu-rate 2e+06 B/s\r\n", 2.5e6, 2e6, "B/s")]
    public void The_closing_line_counts(string kind, string output, double rate, double? cpuRate, string unit) =>
        Assert.Equal((rate, cpuRate, unit), new PeerProgram(kind, "/bin/peer").Read(output));

    [Fact]
    public void An_answer_without_a_rate_is_an_error_that_shows_it()
    {
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => new PeerProgram("rate", "/bin/peer").Read("cpu-rate 3 H/s\nrate fast\n"));
        Assert.Contains("rate fast", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--mode mine", "allowed are search, verify and build")]
    [InlineData("--mode verify", "rate=PATH")]
    [InlineData("--machine ../b", "letters, digits and hyphens")]
    public void Impossible_wishes_are_refused_in_words(string more, string expected)
    {
        string[] arguments = ["--ours", "/bin/sh", "--peer", "cpuminer=/bin/sh", .. more.Split(' ')];
        ArgumentException error = Assert.Throws<ArgumentException>(() => CompareOptions.Parse(arguments));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_of_ones_own_is_compared_in_pairs_and_both_are_told_the_mode()
    {
        using TempFolder directory = new();
        string ours = Script(directory, "ours", OursScript), peer = Script(directory, "other", PeerScript);
        int code = CompareCommand.Run(
            [
                "--ours", ours, "--peer", $"rate={peer}", "--algo", "kawpow", "--mode", "verify", "--label", "e618", "--pairs", "3", "--ours-seconds", "2",
                "--out", directory.Path, "--ours-arg", "--height", "--ours-arg", "4635000",
            ]);
        Assert.Equal(0, code);
        string file = Path.Combine(directory.Path, "test-cpu-2", "kawpow-e618-verify-1-other");
        using JsonDocument report = JsonDocument.Parse(File.ReadAllBytes(file + ".json"));
        Assert.Equal(3, report.RootElement.GetProperty("pairs").GetArrayLength());
        Assert.Equal(2, report.RootElement.GetProperty("median_ratio").GetDouble());
        Assert.Equal(4, report.RootElement.GetProperty("median_ratio_cpu").GetDouble());
        Assert.Contains("Rates in checks/s", File.ReadAllText(file + ".md"), StringComparison.Ordinal);
        Assert.EndsWith("--seconds 2 --repeats 1 --verify --height 4635000", File.ReadAllLines(ours + ".log")[0], StringComparison.Ordinal);
        Assert.Equal("--algo kawpow --mode verify --threads 1 --seconds 4", File.ReadAllLines(peer + ".log")[0]);
    }

    [Theory]
    [InlineData("checks/s", "H/s")]
    [InlineData("1.5e2", "0")]
    public void A_peer_that_counts_something_else_or_nothing_gives_no_result(string text, string instead)
    {
        using TempFolder directory = new();
        string ours = Script(directory, "ours", OursScript), peer = Script(directory, "other", PeerScript.Replace(text, instead, StringComparison.Ordinal));
        Assert.Equal(1, CompareCommand.Run(["--ours", ours, "--peer", $"rate={peer}", "--mode", "verify", "--out", directory.Path]));
        Assert.False(Directory.Exists(Path.Combine(directory.Path, "test-cpu-2")));
    }

    private static string Script(TempFolder directory, string name, string text)
    {
        string path = directory.File(name, text + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
        return path;
    }
}
