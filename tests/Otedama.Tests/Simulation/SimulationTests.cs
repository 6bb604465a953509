using System.Collections.Concurrent;
using System.Text.Json;
using Otedama.Tests.App;
using Xunit;

namespace Otedama.Tests.Simulation;

/// <summary>The whole pool in virtual time, by seed.</summary>
public sealed class SimulationTests
{
    private const int Seeds = 200;

    [Fact]
    public void The_pool_keeps_its_promises_whatever_goes_wrong()
    {
        ConcurrentBag<SimulationReport> broken = [];
        Parallel.For(1, Seeds + 1, new ParallelOptions { MaxDegreeOfParallelism = 2 }, seed =>
        {
            SimulationReport report = Otedama.Simulation.Run((ulong)seed);
            if (report.Broken is not null)
            {
                broken.Add(report);
            }
        });
        SimulationReport[] reports = [.. broken.OrderBy(static report => report.Seed)];
        Assert.True(reports.Length == 0, string.Join("\n\n", reports.Take(3).Select(static report =>
            string.Join('\n', report.Lines) + $"\notedama chaos run --seed {report.Seed} --trace: {report.Broken}")));
    }

    [Fact]
    public void A_seed_is_a_run()
    {
        SimulationReport first = Otedama.Simulation.Run(7, keepTrace: true), again = Otedama.Simulation.Run(7), other = Otedama.Simulation.Run(8);
        Assert.Equal((first.TraceHash, first.Steps, first.Shares), (again.TraceHash, again.Steps, again.Shares));
        Assert.NotEqual(first.TraceHash, other.TraceHash);
        Assert.True(first.Lines.Count >= again.Lines.Count && first.Blocks > 0 && first.Lives > 1);
    }

    [Fact]
    public void A_disk_that_lies_is_found_out()
    {
        SimulationReport[] reports = [.. Enumerable.Range(1, 20).Select(static seed => Otedama.Simulation.Run((ulong)seed, diskLies: true))];
        Assert.Contains(reports, static report => report.Broken?.Contains("was accepted and is not in the log", StringComparison.Ordinal) == true
            || report.Broken?.Contains("the share log is damaged", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task The_verb_prints_a_run_or_one_line_and_json()
    {
        CliResult run = await Cli.RunAsync(["chaos", "run", "--seed", "7", "--seconds", "20", "--trace"]);
        Assert.Equal(0, run.Code);
        Assert.Contains("pool      starts, life 1", run.Out);
        Assert.Contains("\nseed 7  good  trace ", run.Out);
        CliResult two = await Cli.RunAsync(["chaos", "run", "--seeds", "7..8", "--seconds", "20", "--json"]);
        using JsonDocument answer = JsonDocument.Parse(two.Out);
        JsonElement runs = answer.RootElement.GetProperty("runs");
        Assert.Equal((2, 0), (runs.GetArrayLength(), answer.RootElement.GetProperty("failed").GetInt32()));
        Assert.Contains($"trace {runs[0].GetProperty("trace_hash").GetString()}", run.Out);
        Assert.Equal(JsonValueKind.Null, runs[0].GetProperty("trace").ValueKind);
    }

    [Theory]
    [InlineData("--seeds", "3")]
    [InlineData("--seeds", "5..4")]
    [InlineData("--seeds", "1..2000000")]
    [InlineData("--seconds", "0")]
    public async Task What_cannot_be_run_is_said_before_anything_runs(string option, string value)
    {
        CliResult result = await Cli.RunAsync(["chaos", "run", option, value]);
        Assert.Equal(2, result.Code);
        Assert.Empty(result.Out);
        Assert.Contains($"{option} is", result.Error);
    }
}
