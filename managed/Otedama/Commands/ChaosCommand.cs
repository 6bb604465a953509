using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Otedama;

/// <summary>The whole pool in a simulation in which everything goes wrong, by seed.</summary>
internal static class ChaosCommand
{
    /// <summary>Seeds of one call: a day of a fast processor.</summary>
    private const ulong SeedsMax = 1_000_000;

    public static Command Build(CommandContext context)
    {
        Command chaos = new("chaos",
            "Try the pool against everything that can go wrong, in a simulation; touches no file, device or network.");
        chaos.Subcommands.Add(Run(context));
        return chaos;
    }

    private static Command Run(CommandContext context)
    {
        Command run = new("run",
            "Simulate a pool, its miners and its nodes, or a network of nodes, by seed; a seed that fails can be run again and fails the same way.");
        Option<ulong> seed = new("--seed")
        {
            Description = "The seed; default 1.",
            HelpName = "N",
            DefaultValueFactory = static _ => 1
        };
        Option<(ulong First, ulong Last)?> seeds = new("--seeds")
        {
            Description = "All from A to B.",
            HelpName = "A..B",
            CustomParser = ParseSeeds
        };
        Option<int> seconds = new("--seconds")
        {
            Description = $"Virtual seconds in which things go wrong, 1 to 86400; default {Simulation.DefaultSeconds}, of a network {NetOptions.DefaultSeconds}.",
            HelpName = "S",
            DefaultValueFactory = static _ => Simulation.DefaultSeconds,
        };
        seconds.Validators.Add(static result =>
        {
            if (result.Tokens.Count > 0 && !(int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture,
                out int given) && given is >= 1 and <= 86_400))
            {
                result.AddError($"--seconds is {result.Tokens[0].Value}; 1 to 86400 is allowed.");
            }
        });
        Option<bool> trace = new("--trace") { Description = "Print the whole run: time in seconds, who, what." };
        run.Options.Add(seed);
        run.Options.Add(seeds);
        run.Options.Add(seconds);
        run.Options.Add(trace);
        Option<bool> network = new("--network")
        {
            Description = "Simulate nodes of one share chain instead, some of them hostile: the seed says how many and how far apart.",
        };
        Option<int?> nodes = Nodes();
        run.Options.Add(network);
        run.Options.Add(nodes);
        run.Validators.Add(result =>
        {
            if (result.GetResult(nodes) is not null && !result.GetValue(network))
            {
                result.AddError("--nodes is the size of a network; say --network too.");
            }
        });
        run.SetAction((result, stop) =>
        {
            (ulong first, ulong last) = result.GetValue(seeds) ?? (result.GetValue(seed), result.GetValue(seed));
            bool keepsTrace = result.GetValue(trace);
            return Task.FromResult(result.GetValue(network)
                ? ChaosNetwork.Run(context, result, first, last,
                    new ChaosNetworkChoice(result.GetValue(nodes), result.GetResult(seconds) is { Implicit: false }
                        ? result.GetValue(seconds) : NetOptions.DefaultSeconds, keepsTrace), stop)
                : Run(context, result, first, last, result.GetValue(seconds), keepsTrace, stop));
        });
        return run;
    }

    private static Option<int?> Nodes()
    {
        Option<int?> nodes = new("--nodes")
        {
            Description = $"Honest nodes of the network, 2 to {NetOptions.NodesMax}, and a fifth as many hostile ones on top; default: by the seed.",
            HelpName = "N",
        };
        nodes.Validators.Add(static result =>
        {
            if (result.Tokens.Count > 0 && !(int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture,
                out int given) && given is >= 2 and <= NetOptions.NodesMax))
            {
                result.AddError($"--nodes is {result.Tokens[0].Value}; 2 to {NetOptions.NodesMax} is allowed.");
            }
        });
        return nodes;
    }

    private static int Run(
        CommandContext context, ParseResult result, ulong first, ulong last, int seconds, bool trace,
            CancellationToken stop)
    {
        bool json = result.GetValue(context.Json);
        List<ChaosRun> runs = [];
        for (ulong seed = first; seed <= last && !stop.IsCancellationRequested; seed++)
        {
            SimulationReport report = Simulation.Run(seed, seconds, trace);
            runs.Add(ViewOf(report, trace));
            if (!json)
            {
                foreach (string line in Lines(report, seconds, trace))
                {
                    context.Outside.Out.WriteLine(Core.PlainText.Of(line));
                }
            }
            if (seed == ulong.MaxValue)
            {
                break;
            }
        }
        ChaosAnswer answer = new(1, runs.Count(static run => run.Failure is not null), runs);
        if (json || runs.Count > 1)
        {
            context.Answer(result, answer, AnswerJson.Default.ChaosAnswer, Summary);
        }
        return stop.IsCancellationRequested ? ExitCode.Interrupted : answer.Failed > 0 ? ExitCode.BadAnswer
            : ExitCode.Done;
    }

    private static (ulong First, ulong Last)? ParseSeeds(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        string[] ends = text.Split("..");
        if (ends.Length == 2
            && ulong.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out ulong first)
            && ulong.TryParse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture, out ulong last)
            && first <= last && last - first < SeedsMax)
        {
            return (first, last);
        }
        result.AddError($"--seeds is \"{text}\"; expected two numbers such as 1..200, the first not above the second, at most {SeedsMax} seeds.");
        return null;
    }

    private static IEnumerable<string> Lines(SimulationReport report, int seconds, bool trace)
    {
        if (trace || report.Broken is not null)
        {
            foreach (string line in report.Lines)
            {
                yield return line;
            }
        }
        yield return string.Create(CultureInfo.InvariantCulture,
            $"seed {report.Seed}  {(report.Broken is null ? "good" : "FAILED")}  trace {report.TraceHash}  {report.VirtualSeconds:0} s in {report.Seconds:0.00} s  "
            + $"{report.Shares} shares, {report.Blocks} blocks, {report.Lives} lives of the pool");
        if (report.Broken is not null)
        {
            string length = seconds == Simulation.DefaultSeconds ? "" : $" --seconds {seconds}";
            yield return $"         {report.Broken}";
            yield return $"         again: otedama chaos run --seed {report.Seed}{length} --trace";
        }
    }

    private static IEnumerable<string> Summary(ChaosAnswer answer)
    {
        double seconds = answer.Runs.Sum(static run => run.Seconds), simulated = answer.Runs.Sum(static run =>
            run.VirtualSeconds);
        yield return string.Create(CultureInfo.InvariantCulture,
            $"{answer.Runs.Count} seeds, {answer.Failed} failed; {simulated:0} s in {seconds:0.0} s");
    }

    private static ChaosRun ViewOf(SimulationReport report, bool trace) => new(
        report.Seed, report.Broken, report.TraceHash, report.VirtualSeconds, Math.Round(report.Seconds, 3),
            report.Steps, report.Lives,
        report.Shares, report.Blocks, trace || report.Broken is not null ? report.Lines : null);
}

internal sealed record ChaosAnswer(int Schema, int Failed, IReadOnlyList<ChaosRun> Runs);

/// <param name="Failure">Null when every promise was kept.</param>
/// <param name="Trace">The run line by line; null unless it failed or was asked for.</param>
internal sealed record ChaosRun(
    ulong Seed, string? Failure, string TraceHash, double VirtualSeconds, double Seconds, long Steps, int Lives,
        int Shares, int Blocks,
    IReadOnlyCollection<string>? Trace);
