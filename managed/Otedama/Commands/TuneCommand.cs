using System.CommandLine;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Mining;

namespace Otedama;

/// <summary>Measures which flavour and how many threads are fastest here, and remembers it for the rig.</summary>
internal static class TuneCommand
{
    public static Command Build(CommandContext context)
    {
        Command tune = new("tune", "Measure flavours and thread counts of one algorithm and keep the best in the data directory, where the miner finds it.");
        Option<string?> algorithm = new("--algo") { Description = "Algorithm; the configured one when left out.", HelpName = "NAME" };
        Option<double> seconds = new("--seconds") { Description = "Length of one measurement, 0.05 to 60.", DefaultValueFactory = static _ => 1 };
        tune.Options.Add(algorithm);
        tune.Options.Add(seconds);
        tune.SetAction((result, stop) => Task.FromResult(Run(context, result, result.GetValue(algorithm), result.GetValue(seconds), stop)));
        return tune;
    }

    private static int Run(CommandContext context, ParseResult result, string? name, double seconds, CancellationToken stop)
    {
        Configuration configuration = context.Load(result, CommandContext.Flag(name, Settings.MiningAlgorithms, "--algo"));
        AlgorithmChoice choice = configuration.Get(Settings.MiningAlgorithms).FirstOrDefault(static a => a.Enabled)
            ?? throw new ConfigurationException("mining.algorithms: no entry is enabled. Name one with --algo.");
        if (choice.PluginName is not null)
        {
            throw new CommandException(ExitCode.Usage, $"{choice.Name}: a plugin has one flavour; there is nothing to tune. Set mining.workers.cpu_threads instead.");
        }
        if (seconds is not (>= 0.05 and <= 60))
        {
            throw new CommandException(ExitCode.Usage, FormattableString.Invariant($"--seconds: {seconds} is out of range 0.05 to 60."));
        }
        string root = DataDirectory.Locate(configuration, context.Outside.Environment);
        TuningEntry best = Measure(context, choice, root, TimeSpan.FromSeconds(seconds), stop);
        Tuning.Save(root, best);
        context.Answer(result, Tuning.Load(root)!, TuningJson.Default.TuningFile, file => Lines(file, root));
        return ExitCode.Done;
    }

    private static TuningEntry Measure(CommandContext context, AlgorithmChoice choice, string root, TimeSpan repeat, CancellationToken stop)
    {
        int all = Environment.ProcessorCount;
        BenchmarkOptions options = new()
        {
            Algorithms = [choice.Algorithm],
            AllFlavours = true,
            Threads = [.. new[] { 1, Math.Max(1, all / 2), all }.Distinct()],
            Repeat = repeat,
            Repeats = 3,
            WarmUp = repeat / 4,
            Equihash = choice.Equihash is { } rule ? [((uint)rule.N, (uint)rule.K)] : [],
            VerthashFile = choice.Algorithm.Facts.HasFile ? Path.Combine(root, "datasets", $"{choice.Algorithm.Name}.dat") : null,
        };
        BenchmarkReport report;
        try
        {
            report = Benchmark.Run(options, row => context.Say(Row(row)), stop, context.Say);
        }
        catch (ArgumentException e)
        {
            throw new CommandException(ExitCode.Usage, e.Message);
        }
        BenchmarkResult best = report.Results.Where(static row => row.Skipped is null).MaxBy(Rate)
            ?? throw new CommandException(ExitCode.BadAnswer, $"{choice.Name}: nothing could be measured: {report.Results.FirstOrDefault()?.Skipped ?? "no row"}");
        return new TuningEntry(choice.Name, best.Flavour, best.Threads, Rate(best), context.Outside.Clock.GetUtcNow().ToUnixTimeSeconds());
    }

    /// <summary>
    /// What the threads do while they run: other programs on a busy machine do not decide the choice.
    /// </summary>
    private static double Rate(BenchmarkResult row) => row.CpuMedian * row.Threads;

    private static string Row(BenchmarkResult row) => row.Skipped is { } why
        ? $"{row.Flavour,-10} {row.Threads,3} threads  skipped: {why}"
        : $"{row.Flavour,-10} {row.Threads,3} threads  {Units.Rate(Rate(row), row.Unit)}";

    private static IEnumerable<string> Lines(TuningFile file, string root) =>
    [
        .. file.Entries.Select(static e => $"{e.Algorithm}: flavour {e.Flavour}, {e.Threads} thread{(e.Threads == 1 ? "" : "s")}, {Units.Hashrate(e.HashrateHs)}"),
        $"kept in {Tuning.PathIn(root)}; the miner uses it where mining.workers.cpu_threads is not set",
    ];
}
