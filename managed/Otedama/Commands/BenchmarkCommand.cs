using System.CommandLine;
using System.Globalization;
using Otedama.Mining;

namespace Otedama;

internal static class BenchmarkCommand
{
    public static Command Build(CommandContext context)
    {
        Command benchmark = new("benchmark", "Measure each algorithm on this machine.");
        Option<string?> algorithm = new("--algo") { Description = "Only these algorithms, such as sha256d,scrypt.", HelpName = "LIST" };
        Option<string?> flavours = new("--flavour") { Description = "Only these flavours, such as ref,avx2; all = every one this CPU runs.", HelpName = "LIST" };
        Option<int[]> threads = new("--threads") { Description = "Thread counts, one after the other; default 1 and all.", HelpName = "N" };
        Option<int> repeats = new("--repeats") { Description = "Measurements per row; the median counts.", DefaultValueFactory = static _ => 5 };
        Option<double> seconds = new("--seconds") { Description = "Length of one measurement.", DefaultValueFactory = static _ => 1.0 };
        foreach (Option option in (Option[])[algorithm, flavours, threads, repeats, seconds])
        {
            benchmark.Options.Add(option);
        }
        benchmark.SetAction((result, stop) =>
        {
            string? flavour = result.GetValue(flavours);
            BenchmarkOptions options = new()
            {
                Algorithms = [.. Words(result.GetValue(algorithm)).Select(Named)],
                AllFlavours = flavour == "all",
                Flavours = flavour == "all" ? [] : Words(flavour),
                Threads = result.GetValue(threads) ?? [],
                Repeats = result.GetValue(repeats),
                Repeat = TimeSpan.FromSeconds(Math.Clamp(result.GetValue(seconds), 0, 3600)),
            };
            return Task.Run(() => Run(context, result, options, stop), stop);
        });
        return benchmark;
    }

    private static int Run(CommandContext context, ParseResult result, BenchmarkOptions options, CancellationToken stop)
    {
        bool json = result.GetValue(context.Json);
        try
        {
            BenchmarkReport report = Benchmark.Run(options, row => (json ? context.Outside.Error : context.Outside.Out).WriteLine(Line(row)), stop);
            context.Answer(result, report, AnswerJson.Default.BenchmarkReport, static r =>
            [
                $"{r.Machine.Cpu}, {r.Machine.HardwareThreads} threads, {r.Machine.Kernel}{(r.Machine.Virtual ? ", virtual machine" : "")}",
                "Median of the repeats; spread is (max - min) / median, above 5 % the machine was not quiet.",
            ]);
            return ExitCode.Done;
        }
        catch (ArgumentException e)
        {
            throw new CommandException(ExitCode.Usage, e.Message);
        }
    }

    private static string Line(BenchmarkResult row) => row.Skipped is { } reason
        ? $"{row.Algorithm,-10} {row.Flavour,-10} {row.Threads,3} threads  skipped: {reason}"
        : string.Create(CultureInfo.InvariantCulture,
            $"{row.Algorithm,-10} {row.Flavour,-10} {row.Threads,3} threads {Units.Hashrate(row.Median),12}  {Units.Hashrate(row.PerThread),12} per thread  spread {row.Spread * 100:0.0} %");

    private static string[] Words(string? text) =>
        (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static Core.Algorithm Named(string name) => Interop.Catalogue.Algorithms().FirstOrDefault(a => a.Name == name)?.Algorithm
        ?? throw new CommandException(ExitCode.Usage, $"--algo {name}: not in this build. Allowed: {string.Join(", ", Interop.Catalogue.Algorithms().Select(static a => a.Name))}.");
}
