using System.CommandLine;
using System.Globalization;

namespace Otedama;

/// <param name="Nodes">Null: the seed says how many.</param>
internal sealed record ChaosNetworkChoice(int? Nodes, int Seconds, bool KeepsTrace);

/// <summary>Networks of nodes of one share chain in a simulation in which everything goes wrong, by seed.</summary>
internal static class ChaosNetwork
{
    public static int Run(
        CommandContext context, ParseResult result, ulong first, ulong last, ChaosNetworkChoice choice,
        CancellationToken stop)
    {
        bool json = result.GetValue(context.Json);
        List<ChaosNetworkRun> runs = [];
        for (ulong seed = first; seed <= last && !stop.IsCancellationRequested; seed++)
        {
            NetReport report = NetSim.Run(seed, NetOptions.Of(seed, choice.Nodes, choice.Seconds), choice.KeepsTrace);
            runs.Add(ViewOf(report, choice.KeepsTrace));
            if (!json)
            {
                foreach (string line in Lines(report, choice))
                {
                    context.Outside.Out.WriteLine(Core.PlainText.Of(line));
                }
            }
            if (seed == ulong.MaxValue)
            {
                break;
            }
        }
        ChaosNetworkAnswer answer = new(1, runs.Count(static run => run.Failure is not null), runs);
        if (json || runs.Count > 1)
        {
            context.Answer(result, answer, AnswerJson.Default.ChaosNetworkAnswer, Summary);
        }
        return stop.IsCancellationRequested ? ExitCode.Interrupted : answer.Failed > 0 ? ExitCode.BadAnswer
            : ExitCode.Done;
    }

    private static IEnumerable<string> Lines(NetReport report, ChaosNetworkChoice choice)
    {
        if (choice.KeepsTrace || report.Broken is not null)
        {
            foreach (string line in report.Lines)
            {
                yield return line;
            }
        }
        yield return string.Create(CultureInfo.InvariantCulture,
            $"seed {report.Seed}  {(report.Broken is null ? "good" : "FAILED")}  trace {report.TraceHash}  "
            + $"{report.VirtualSeconds:0} s in {report.Seconds:0.00} s  {report.Nodes} nodes, {report.Hostile} hostile, "
            + $"{report.Lives} lives, {report.Shares} shares, height {report.Height}, {report.Bans} bans");
        if (report.Broken is not null)
        {
            string nodes = choice.Nodes is { } count
                ? string.Create(CultureInfo.InvariantCulture, $" --nodes {count}") : "";
            string length = choice.Seconds == NetOptions.DefaultSeconds ? ""
                : string.Create(CultureInfo.InvariantCulture, $" --seconds {choice.Seconds}");
            yield return $"         {report.Broken}";
            yield return $"         again: otedama chaos run --network{nodes} --seed {report.Seed}{length} --trace";
        }
    }

    private static IEnumerable<string> Summary(ChaosNetworkAnswer answer)
    {
        double seconds = answer.Runs.Sum(static run => run.Seconds), simulated = answer.Runs.Sum(static run =>
            run.VirtualSeconds);
        yield return string.Create(CultureInfo.InvariantCulture,
            $"{answer.Runs.Count} seeds, {answer.Failed} failed; {simulated:0} s in {seconds:0.0} s");
    }

    private static ChaosNetworkRun ViewOf(NetReport report, bool trace) => new(
        report.Seed, report.Broken, report.TraceHash, report.VirtualSeconds, Math.Round(report.Seconds, 3),
        report.Steps, report.Nodes, report.Hostile, report.Lives, report.Shares, report.Height, report.Bans,
        trace || report.Broken is not null ? report.Lines : null);
}

internal sealed record ChaosNetworkAnswer(int Schema, int Failed, IReadOnlyList<ChaosNetworkRun> Runs);

/// <param name="Failure">Null when every promise was kept.</param>
/// <param name="Lives">Starts of all honest nodes together.</param>
/// <param name="Trace">The run line by line; null unless it failed or was asked for.</param>
internal sealed record ChaosNetworkRun(
    ulong Seed, string? Failure, string TraceHash, double VirtualSeconds, double Seconds, long Steps, int Nodes,
    int Hostile, int Lives, int Shares, uint Height, int Bans, IReadOnlyCollection<string>? Trace);
